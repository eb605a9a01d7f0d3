// SPDX-License-Identifier: Apache-2.0

internal import CSystem
import Glibc

/// A table in the kernel that programs there look into (`bpf(2)`).
///
/// Keys and values are rows of bytes of fixed lengths, which the caller lays out; other lengths trap.
package struct BPFMap: ~Copyable, Sendable {
    /// How a map keeps its values.
    package enum Kind: Sendable {
        /// By any key; memory is taken as it fills.
        case table
        /// By number, a copy of 64-bit numbers for each processor.
        case counters
    }

    /// The most entries that one system call writes.
    static let maximumBatchCount = 1_024

    private let descriptor: Descriptor
    private let keyByteCount: Int
    private let valueByteCount: Int
    private let kind: Kind
    /// How many copies of a value the kernel gives.
    private let copyCount: Int

    /// The number that programs know it by while they are loaded.
    package var number: CInt { descriptor.number }

    /// A map with room for `capacity` entries; `name`: what tools show, 15 bytes of it.
    package init(
        _ kind: Kind,
        name: String,
        keyByteCount: Int,
        valueByteCount: Int,
        capacity: Int
    ) throws(SystemError) {
        // Also how many copies the kernel will write, so that it is not guessed.
        let copyCount = kind == .counters ? try Process.possibleProcessorCount() : 1
        let type = kind == .counters ? BPF_MAP_TYPE_PERCPU_ARRAY : BPF_MAP_TYPE_HASH
        let flags = kind == .counters ? 0 : UInt32(BPF_F_NO_PREALLOC)
        let number = try check("bpf BPF_MAP_CREATE") {
            unsafe Int(
                csystem_bpf_map(
                    CInt(type.rawValue),
                    UInt32(keyByteCount),
                    UInt32(valueByteCount),
                    UInt32(capacity),
                    flags,
                    name
                )
            )
        }
        descriptor = Descriptor(owning: CInt(number))
        self.kind = kind
        self.copyCount = copyCount
        self.keyByteCount = keyByteCount
        self.valueByteCount = valueByteCount
    }

    /// Sets the values of these keys; both lie one behind the other.
    ///
    /// Each is set in one step; when it throws, some of them were.
    package func set(_ keys: [UInt8], _ values: [UInt8]) throws(SystemError) {
        let count = keys.count / keyByteCount
        precondition(
            kind == .table && keys.count == count * keyByteCount
                && values.count == count * valueByteCount,
            "a map takes a value for each key"
        )
        let number = number
        var done = 0
        while done < count {
            let part = min(count - done, Self.maximumBatchCount)
            let (keyStart, valueStart) = (done * keyByteCount, done * valueByteCount)
            try check("bpf BPF_MAP_UPDATE_BATCH") {
                unsafe keys.withUnsafeBytes { keys in
                    unsafe values.withUnsafeBytes { values in
                        // SAFETY: so many keys and values lie behind these places; see above.
                        guard let key = keys.baseAddress,
                            let value = values.baseAddress
                        else { return 0 }
                        return unsafe Int(
                            csystem_bpf_update(
                                number,
                                key + keyStart,
                                value + valueStart,
                                UInt32(part)
                            )
                        )
                    }
                }
            }
            done += part
        }
    }

    /// Takes out these keys, which lie one behind the other; those that are not there do not matter.
    package func remove(_ keys: [UInt8]) throws(SystemError) {
        precondition(
            kind == .table && keys.count.isMultiple(of: keyByteCount),
            "a map takes whole keys"
        )
        let number = number
        for start in stride(from: 0, to: keys.count, by: keyByteCount) {
            do throws(SystemError) {
                try check("bpf BPF_MAP_DELETE_ELEM") {
                    unsafe keys.withUnsafeBytes { keys in
                        // SAFETY: a whole key lies behind this place; see above.
                        guard let key = keys.baseAddress else { return 0 }
                        return unsafe Int(
                            csystem_bpf_element(
                                CInt(BPF_MAP_DELETE_ELEM.rawValue),
                                number,
                                key + start,
                                nil
                            )
                        )
                    }
                }
            } catch {
                if error.code != ENOENT { throw error }
            }
        }
    }

    /// The numbers of the counters at `index`, those of all processors added up.
    package func counters(at index: UInt32) throws(SystemError) -> [UInt64] {
        precondition(
            kind == .counters && valueByteCount.isMultiple(of: 8),
            "only counters can be added up"
        )
        let width = valueByteCount / 8
        var copies = [UInt64](repeating: 0, count: width * copyCount)
        var index = index
        let number = number
        // SAFETY: the kernel writes one value for each processor that is possible, as many as there
        // is room for.
        try check("bpf BPF_MAP_LOOKUP_ELEM") {
            unsafe copies.withUnsafeMutableBytes { copies in
                unsafe Int(
                    csystem_bpf_element(
                        CInt(BPF_MAP_LOOKUP_ELEM.rawValue),
                        number,
                        &index,
                        copies.baseAddress
                    )
                )
            }
        }
        return (0..<width).map { place in
            stride(from: place, to: copies.count, by: width).reduce(0) { $0 &+ copies[$1] }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

/// Writes a message into memory that somebody else owns, and never past its limit.
///
/// A write that does not fit changes nothing and says so; `count` can be set back to undo more.
package struct Writer: ~Copyable, ~Escapable {
    /// How many pointers a name written here is behind at most; Go's resolver gives up after ten.
    package static let maximumPointerDepth = 8

    private var bytes: MutableSpan<UInt8>
    /// The number of bytes written.
    package private(set) var count = 0
    /// The number of bytes that may be written; never more than there are.
    package var limit: Int {
        didSet { limit = min(limit, bytes.count) }
    }

    /// A writer over `bytes`, using at most `limit` of them.
    @_lifetime(copy bytes)
    package init(_ bytes: consuming MutableSpan<UInt8>, limit: Int) {
        self.limit = min(limit, bytes.count)
        self.bytes = bytes
    }

    /// A writer over `bytes`, which cannot be used until the writer is gone.
    @_lifetime(&bytes)
    package init(over bytes: inout MutableSpan<UInt8>) {
        limit = bytes.count
        self.bytes = bytes._mutatingExtracting(0..<bytes.count)
    }

    /// Whether `byteCount` more bytes fit.
    package func hasRoom(for byteCount: Int) -> Bool { byteCount <= limit &- count }

    /// Goes back to `count` bytes.
    package mutating func rewind(to count: Int) {
        self.count = max(0, min(count, self.count))
    }

    package mutating func put8(_ value: UInt8) -> Bool {
        guard hasRoom(for: 1) else { return false }
        bytes[count] = value
        count &+= 1
        return true
    }

    package mutating func put16(_ value: UInt16) -> Bool {
        guard hasRoom(for: 2) else { return false }
        bytes.set16(value, at: count)
        count &+= 2
        return true
    }

    package mutating func put32(_ value: UInt32) -> Bool {
        guard hasRoom(for: 4) else { return false }
        bytes.set32(value, at: count)
        count &+= 4
        return true
    }

    package mutating func put(_ source: Span<UInt8>) -> Bool {
        guard hasRoom(for: source.count) else { return false }
        bytes.copy(source, to: count)
        count &+= source.count
        return true
    }

    /// Replaces the 16 bits at `offset`, which must be inside the memory.
    package mutating func set16(_ value: UInt16, at offset: Int) { bytes.set16(value, at: offset) }

    /// Replaces the 32 bits at `offset`, which must be inside the memory.
    mutating func set32(_ value: UInt32, at offset: Int) { bytes.set32(value, at: offset) }

    /// Replaces the 64 bits at `offset`, which must be inside the memory.
    mutating func set64(_ value: UInt64, at offset: Int) { bytes.set64(value, at: offset) }

    /// Writes pieces of 16 bytes, for which there must be room.
    mutating func setEach(_ addresses: Span<UInt8>, behind head: UInt64, _ tail: UInt32) {
        bytes.setEach(addresses, behind: head.bigEndian, tail.bigEndian, at: count)
        count &+= addresses.count &* 4
    }

    /// Counts bytes as written that were set.
    mutating func skip(_ byteCount: Int) { count &+= byteCount }

    /// Writes the header over the first 12 bytes, which must have been written.
    package mutating func set(_ header: Header) {
        set64(
            UInt64(header.id) << 48 | UInt64(header.flags.rawValue) << 32
                | UInt64(header.questionCount) << 16 | UInt64(header.answerCount),
            at: 0
        )
        set32(UInt32(header.authorityCount) << 16 | UInt32(header.additionalCount), at: 8)
    }

    /// Writes the wire-form `name`, its longest known suffix as a pointer.
    ///
    /// Suffixes are compared byte for byte, so that no name takes the case of another.
    package mutating func put(name: Span<UInt8>, compressing table: inout NameTable) -> Bool {
        var starts = InlineArray<128, UInt8>(repeating: 0)
        var hashes = InlineArray<128, UInt64>(repeating: 0)
        let labelCount = Self.index(name, &starts, &hashes)
        var known: (label: Int, offset: Int)?
        for label in 0..<labelCount {
            let start = Int(starts[label])
            if let offset = table.offset(
                of: hashes[label],
                where: { isSuffix(at: $0, equalTo: name, from: start) }
            ) {
                known = (label, offset)
                break
            }
        }
        let plainCount = known.map { Int(starts[$0.label]) } ?? name.count
        guard hasRoom(for: plainCount + (known == nil ? 0 : 2)) else { return false }
        let start = count
        bytes.copy(name.extracting(0..<plainCount), to: start)
        count &+= plainCount
        if let known {
            set16(0xC000 | UInt16(truncatingIfNeeded: known.offset), at: count)
            count &+= 2
        }
        for label in 0..<(known?.label ?? labelCount) {
            table.insert(hashes[label], at: start + Int(starts[label]))
        }
        return true
    }

    /// Remembers the suffixes of a name that stands uncompressed at `offset`.
    package mutating func remember(
        _ name: Span<UInt8>,
        at offset: Int,
        in table: inout NameTable
    ) {
        var starts = InlineArray<128, UInt8>(repeating: 0)
        var hashes = InlineArray<128, UInt64>(repeating: 0)
        for label in 0..<Self.index(name, &starts, &hashes) {
            table.insert(hashes[label], at: offset + Int(starts[label]))
        }
    }

    /// Finds where each label of `name` starts, and the hash of each suffix.
    private static func index(
        _ name: Span<UInt8>,
        _ starts: inout InlineArray<128, UInt8>,
        _ hashes: inout InlineArray<128, UInt64>
    ) -> Int {
        var count = 0
        var offset = 0
        while offset < name.count, name[offset] != 0, count < QueryName.maximumLabelCount {
            starts[count] = UInt8(truncatingIfNeeded: offset)
            offset &+= Int(name[offset]) &+ 1
            count &+= 1
        }
        var hash: UInt64 = 0
        var end = offset
        for label in (0..<count).reversed() {
            let start = Int(starts[label])
            hash = hashBytes(name.extracting(start..<min(end, name.count))) &+ hash &* 0x9E37_79B1
            hashes[label] = hash
            end = start
        }
        return count
    }

    /// Whether the name at `offset` of the message equals `name` from `start` on, byte for byte.
    private func isSuffix(at offset: Int, equalTo name: Span<UInt8>, from start: Int) -> Bool {
        var source = offset
        var target = start
        // LIMIT: each step consumes a byte of `name` or one of the pointers that are left. One is
        // kept for the pointer that will be written.
        var pointersLeft = Self.maximumPointerDepth - 1
        while source < count, target < name.count {
            let length = Int(bytes[source])
            if length >= 0xC0 {
                guard source &+ 1 < count, pointersLeft > 0 else { return false }
                source = (length & 0x3F) << 8 | Int(bytes[source &+ 1])
                pointersLeft &-= 1
                continue
            }
            for index in 0...length {
                guard source &+ index < count, target &+ index < name.count,
                    bytes[source &+ index] == name[target &+ index]
                else { return false }
            }
            if length == 0 { return true }
            source &+= length &+ 1
            target &+= length &+ 1
        }
        return false
    }
}

// SPDX-License-Identifier: Apache-2.0

import Wire

/// Names, each with its number, found by one hash: flat arrays without a reference in them.
struct NameIndex: Sendable {
    /// The lower-case wire forms of the names, one behind the other.
    private let bytes: [UInt8]
    /// Where each name begins in `bytes`; one more for the end.
    private let starts: [UInt32]
    /// Numbers of names plus 1, 0 where nothing is; a power of two, at most half full.
    private let buckets: [UInt32]
    private let mask: UInt64
    /// The number of labels of the deepest name.
    let deepest: Int
    /// The number of labels of the shallowest name.
    let shallowest: Int

    /// An index of lower-case wire forms, each given once; their order gives their numbers.
    init(_ names: [[UInt8]]) {
        var capacity = 2
        while capacity < names.count * 2 { capacity *= 2 }
        var bytes: [UInt8] = []
        var starts: [UInt32] = []
        var buckets = [UInt32](repeating: 0, count: capacity)
        let mask = UInt64(capacity - 1)
        var deepest = 0
        var shallowest = names.isEmpty ? 0 : QueryName.maximumLabelCount
        bytes.reserveCapacity(names.reduce(0) { $0 + $1.count })
        starts.reserveCapacity(names.count + 1)
        for (number, name) in names.enumerated() {
            starts.append(UInt32(truncatingIfNeeded: bytes.count))
            bytes += name
            var bucket = hashBytes(name.span) & mask
            while buckets[Int(bucket)] != 0 { bucket = (bucket &+ 1) & mask }
            buckets[Int(bucket)] = UInt32(truncatingIfNeeded: number + 1)
            let depth = NameIndex.labelCount(name)
            deepest = max(deepest, depth)
            shallowest = min(shallowest, depth)
        }
        starts.append(UInt32(truncatingIfNeeded: bytes.count))
        self.bytes = bytes
        self.starts = starts
        self.buckets = buckets
        self.mask = mask
        self.deepest = deepest
        self.shallowest = shallowest
    }

    /// The number of labels of a name in wire form, the root not counted.
    static func labelCount(_ name: [UInt8]) -> Int {
        var count = 0
        var offset = 0
        while offset < name.count, name[offset] != 0 {
            offset += Int(name[offset]) + 1
            count += 1
        }
        return count
    }

    /// The number of the name made of the labels of `name` from `label` on; -1 when it has none.
    func number(of name: borrowing QueryName, fromLabel label: Int) -> Int {
        var bucket = name.hash(fromLabel: label) & mask
        // LIMIT: half of the buckets are empty.
        while true {
            let entry = buckets[Int(truncatingIfNeeded: bucket)]
            guard entry != 0 else { return -1 }
            let number = Int(entry) &- 1
            if name.suffix(fromLabel: label, equals: self.name(number)) { return number }
            bucket = (bucket &+ 1) & mask
        }
    }

    /// The lower-case wire form of the name with a number.
    @_lifetime(borrow self)
    func name(_ number: Int) -> Span<UInt8> {
        bytes.span.extracting(Int(starts[number])..<Int(starts[number + 1]))
    }
}

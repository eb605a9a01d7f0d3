// SPDX-License-Identifier: Apache-2.0

/// A domain name in wire form: length-prefixed labels, the root's zero at the end (RFC 1035 §3.1).
///
/// The case of its letters is kept; equality and hashing are by byte. Compare `lowercased` names
/// where case must not matter. This is the name of tables and configuration; a query carries a
/// `QueryName`, which needs no allocation.
package struct Name: Hashable, Sendable {
    /// The longest name, in bytes, its final zero counted (RFC 1035 §2.3.4).
    package static let maximumByteCount = 255
    package static let maximumLabelByteCount = 63
    package static let root = Name(trusted: [0])

    /// The wire form, uncompressed.
    package let bytes: [UInt8]

    /// A name from bytes that are known to be one.
    private init(trusted bytes: [UInt8]) { self.bytes = bytes }

    /// The name that the uncompressed `bytes` hold, and nothing after it.
    package init(wire bytes: Span<UInt8>) throws(WireError) {
        let end = try bytes.nameEnd(at: 0)
        guard end == bytes.count else { throw .badData(offset: end) }
        guard end <= Self.maximumByteCount else { throw .nameTooLong(offset: 0) }
        var copy: [UInt8] = []
        copy.reserveCapacity(end)
        for index in 0..<end { copy.append(bytes[index]) }
        // A pointer would have ended the name early: the labels must lead to the zero byte.
        guard copy.last == 0, Self.isUncompressed(copy) else { throw .badPointer(offset: 0) }
        self.bytes = copy
    }

    /// Whether the labels lead from the first byte to the last without a pointer.
    private static func isUncompressed(_ bytes: [UInt8]) -> Bool {
        var offset = 0
        while offset < bytes.count, bytes[offset] != 0 {
            guard bytes[offset] <= maximumLabelByteCount else { return false }
            offset += Int(bytes[offset]) + 1
        }
        return offset == bytes.count - 1
    }

    /// The name made of `labels`, first label first.
    package init(labels: some Sequence<[UInt8]>) throws(WireError) {
        var bytes: [UInt8] = []
        for label in labels {
            guard !label.isEmpty else { throw .emptyLabel(offset: bytes.count) }
            guard label.count <= Self.maximumLabelByteCount else {
                throw .badLabel(offset: bytes.count)
            }
            bytes.append(UInt8(label.count))
            bytes.append(contentsOf: label)
        }
        bytes.append(0)
        guard bytes.count <= Self.maximumByteCount else { throw .nameTooLong(offset: 0) }
        self.bytes = bytes
    }

    /// The number of labels, the root not counted.
    package var labelCount: Int {
        var (count, offset) = (0, 0)
        while bytes[offset] != 0 {
            count += 1
            offset += 1 + Int(bytes[offset])
        }
        return count
    }

    /// The labels, first label first, the root left out.
    package var labels: [[UInt8]] {
        var labels: [[UInt8]] = []
        var offset = 0
        while bytes[offset] != 0 {
            let end = offset + 1 + Int(bytes[offset])
            labels.append(Array(bytes[(offset + 1)..<end]))
            offset = end
        }
        return labels
    }

    /// The same name in lower case (ASCII only, RFC 4343).
    package var lowercased: Name { Name(trusted: bytes.map(\.asciiLowercased)) }

    /// The name without its first label; nil for the root.
    package var parent: Name? {
        guard bytes[0] != 0 else { return nil }
        return Name(trusted: Array(bytes[(Int(bytes[0]) + 1)...]))
    }

    /// Whether this name is `zone` or lies below it, whatever the case of either.
    package func isInside(_ zone: Name) -> Bool {
        guard bytes.count >= zone.bytes.count else { return false }
        let target = bytes.count - zone.bytes.count
        var offset = 0
        while offset < target { offset += Int(bytes[offset]) + 1 }
        guard offset == target else { return false }
        for index in 0..<zone.bytes.count
        where bytes[target + index].asciiLowercased != zone.bytes[index].asciiLowercased {
            return false
        }
        return true
    }

    /// This name with the labels of `suffix` behind it.
    package func appending(_ suffix: Name) throws(WireError) -> Name {
        guard bytes.count - 1 + suffix.bytes.count <= Self.maximumByteCount else {
            throw .nameTooLong(offset: 0)
        }
        return Name(trusted: bytes.dropLast() + suffix.bytes)
    }

    /// This name with one more label in front.
    package func prepending(_ label: some Sequence<UInt8>) throws(WireError) -> Name {
        try Name(labels: [Array(label)]).appending(self)
    }
}

extension UInt8 {
    /// The byte with A–Z turned to a–z.
    package var asciiLowercased: UInt8 { self &- 65 < 26 ? self | 0x20 : self }
}

extension Span<UInt8> {
    /// The offset behind the name at `start`: behind its zero byte, or behind its first pointer.
    ///
    /// Pointers are not followed, so the work is bounded by the label count.
    package func nameEnd(at start: Int) throws(WireError) -> Int {
        var offset = start
        while true {
            guard offset >= 0, offset < count else { throw .truncated(offset: count) }
            let length = Int(self[offset])
            if length == 0 { return offset + 1 }
            if length >= 0xC0 {
                guard offset + 1 < count else { throw .truncated(offset: count) }
                return offset + 2
            }
            guard length <= Name.maximumLabelByteCount else { throw .badLabel(offset: offset) }
            offset += length + 1
            guard offset - start < Name.maximumByteCount else { throw .nameTooLong(offset: start) }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

/// The name of one question, in storage of fixed size: no allocation, no reference.
///
/// It keeps the bytes as they came (the answer echoes their case) and in lower case (every
/// comparison ignores case), and where each label begins. It is large, so that copying it is left
/// to `copied`, and nothing copies it unseen.
package struct QueryName: ~Copyable, Sendable {
    /// The largest number of labels: 127 of one byte each, in 255 bytes.
    package static let maximumLabelCount = 127

    /// The wire form as it came.
    private var original = InlineArray<256, UInt8>(repeating: 0)
    /// The wire form in lower case.
    private var lower = InlineArray<256, UInt8>(repeating: 0)
    /// Where each label's length byte stands, first label first.
    private var starts = InlineArray<128, UInt8>(repeating: 0)
    /// The length of the wire form, in bytes, its final zero counted.
    package private(set) var byteCount = 1
    /// The number of labels, the root not counted.
    package private(set) var labelCount = 0

    /// The root.
    package init() {}

    /// The uncompressed name at `offset` of `message`; any pointer in it is an error.
    package init(parsing message: Span<UInt8>, at offset: Int) throws(WireError) {
        try read(message, at: offset)
    }

    /// Reads an uncompressed name over this one, in place; after an error it means nothing.
    package mutating func read(_ message: Span<UInt8>, at offset: Int) throws(WireError) {
        labelCount = 0
        var source = offset
        var target = 0
        while true {
            guard source < message.count else { throw .truncated(offset: message.count) }
            let length = Int(message[source])
            if length == 0 { break }
            guard length < 0xC0 else { throw .badPointer(offset: source) }
            guard length <= Name.maximumLabelByteCount else { throw .badLabel(offset: source) }
            guard source + length < message.count else { throw .truncated(offset: message.count) }
            guard target + length + 1 < Name.maximumByteCount else {
                throw .nameTooLong(offset: offset)
            }
            starts[labelCount] = UInt8(truncatingIfNeeded: target)
            labelCount &+= 1
            original[target] = UInt8(truncatingIfNeeded: length)
            lower[target] = UInt8(truncatingIfNeeded: length)
            for index in 1...length {
                let byte = message[source &+ index]
                original[target &+ index] = byte
                lower[target &+ index] = byte.asciiLowercased
            }
            source += length + 1
            target += length + 1
        }
        original[target] = 0
        lower[target] = 0
        byteCount = target + 1
    }

    /// The query form of a name from a table.
    package init(_ name: Name) throws(WireError) {
        try self.init(parsing: name.bytes.span, at: 0)
    }

    /// The wire form as it came.
    package var bytes: Span<UInt8> {
        @_lifetime(borrow self)
        borrowing get { original.span.extracting(0..<byteCount) }
    }

    /// The wire form in lower case.
    package var lowercasedBytes: Span<UInt8> {
        @_lifetime(borrow self)
        borrowing get { lower.span.extracting(0..<byteCount) }
    }

    /// Where the label at `index` begins in the wire form; the root's zero for `labelCount`.
    ///
    /// `index`: counted from the left; anything past the last label means the root.
    package func start(ofLabel index: Int) -> Int {
        guard index >= 0, index < labelCount else { return byteCount &- 1 }
        return Int(starts[index])
    }

    /// The lower-case bytes of the label at `index` from the left, without its length byte.
    @_lifetime(borrow self)
    package func label(_ index: Int) -> Span<UInt8> {
        let start = start(ofLabel: index)
        let bytes = lower.span
        return bytes.extracting((start &+ 1)..<(start &+ 1 &+ Int(bytes[start])))
    }

    /// Whether the labels from `index` on are the lower-case wire form `suffix`.
    package func suffix(fromLabel index: Int, equals suffix: Span<UInt8>) -> Bool {
        let own = lower.span.extracting(start(ofLabel: index)..<byteCount)
        guard own.count == suffix.count else { return false }
        for offset in 0..<suffix.count where own[offset] != suffix[offset] { return false }
        return true
    }

    /// The hash of the lower-case labels from `index` on; `Name.tableHash` of the same name.
    package func hash(fromLabel index: Int) -> UInt64 {
        hashBytes(lower.span.extracting(start(ofLabel: index)..<byteCount))
    }

    /// The same name once more.
    package func copied() -> QueryName {
        var name = QueryName()
        name.original = original
        name.lower = lower
        name.starts = starts
        name.byteCount = byteCount
        name.labelCount = labelCount
        return name
    }

    /// The name as a value of tables, its case kept.
    package var name: Name { name(fromLabel: 0) }

    /// The name made of the labels from `index` on, its case kept.
    package func name(fromLabel index: Int) -> Name {
        let start = start(ofLabel: index)
        var labels: [[UInt8]] = []
        var offset = start
        while original[offset] != 0 {
            let end = offset + 1 + Int(original[offset])
            labels.append((offset + 1..<end).map { original[$0] })
            offset = end
        }
        // Its labels came out of a valid name, so they make one.
        return (try? Name(labels: labels)) ?? .root
    }
}

extension Name {
    /// The hash under which a table keeps this name: of its lower-case wire form.
    package var tableHash: UInt64 { hashBytes(lowercased.bytes.span) }
}

/// A hash of bytes for tables whose keys we chose ourselves: eight bytes a step, well mixed.
///
/// It is not keyed: a table that holds what strangers choose must not use it alone.
package func hashBytes(_ bytes: Span<UInt8>) -> UInt64 {
    let multiplier: UInt64 = 0x9E37_79B9_7F4A_7C15
    var state = UInt64(truncatingIfNeeded: bytes.count) &* multiplier
    var offset = 0
    while offset &+ 8 <= bytes.count {
        state = mix(state ^ bytes.uint64(at: offset), multiplier)
        offset &+= 8
    }
    var tail: UInt64 = 0
    while offset < bytes.count {
        tail = tail << 8 | UInt64(bytes[offset])
        offset &+= 1
    }
    return mix(state ^ tail, 0xD6E8_FEB8_6659_FD93)
}

/// The two halves of a 128-bit product, folded.
private func mix(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right)
    return product.high ^ product.low
}

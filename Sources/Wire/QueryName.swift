// SPDX-License-Identifier: Apache-2.0

/// The name of one question, in memory that is used again for the next one.
///
/// It keeps the bytes as they came (the answer echoes their case) and in lower case (every
/// comparison ignores case), and where each label begins. Copying it allocates, so that it is left
/// to `copied`, and nothing copies it unseen.
package struct QueryName: ~Copyable, Sendable {
    /// The largest number of labels: 127 of one byte each, in 255 bytes.
    package static let maximumLabelCount = 127

    /// Where the wire form in lower case begins in the memory; before it, the one that came.
    private static let lowerStart = 256
    /// Where it says at which byte each label begins, first label first.
    private static let labelStart = 512

    /// Three parts of fixed size.
    ///
    /// In one piece on the heap, because a span over memory inside this value would have all of it
    /// copied first.
    private var memory: [UInt8]
    /// The length of the wire form, in bytes, its final zero counted.
    package private(set) var byteCount = 1
    /// The number of labels, the root not counted.
    package private(set) var labelCount = 0

    /// The root.
    package init() { memory = [UInt8](repeating: 0, count: 640) }

    /// `name` once more, in memory of its own: the other's is soon read over.
    private init(copying name: borrowing QueryName) {
        memory = name.memory.span.copied
        byteCount = name.byteCount
        labelCount = name.labelCount
    }

    /// The uncompressed name at `offset` of `message`; any pointer in it is an error.
    package init(parsing message: Span<UInt8>, at offset: Int) throws(WireError) {
        self.init()
        try read(message, at: offset)
    }

    /// Reads an uncompressed name over this one, in place; after an error it is the root.
    package mutating func read(_ message: Span<UInt8>, at offset: Int) throws(WireError) {
        byteCount = 1
        labelCount = 0
        var target = memory.mutableSpan
        target[0] = 0
        target[Self.lowerStart] = 0
        var count = 0
        var source = offset
        while true {
            guard source < message.count else { throw .truncated(offset: message.count) }
            let length = Int(message[source])
            if length == 0 { break }
            guard length < 0xC0 else { throw .badPointer(offset: source) }
            guard length <= Name.maximumLabelByteCount else { throw .badLabel(offset: source) }
            guard source &+ length < message.count else {
                throw .truncated(offset: message.count)
            }
            let start = source &- offset
            guard start &+ length &+ 1 < Name.maximumByteCount else {
                throw .nameTooLong(offset: offset)
            }
            target[Self.labelStart &+ count] = UInt8(truncatingIfNeeded: start)
            count &+= 1
            source &+= length &+ 1
        }
        let end = source &+ 1 &- offset
        // The lengths of labels are below every letter, so that they stay as they are.
        let name = message.extracting(offset..<(offset &+ end))
        target.copy(name, to: 0, inLowerCaseTo: Self.lowerStart)
        byteCount = end
        labelCount = count
    }

    /// The query form of a name from a table.
    package init(_ name: Name) throws(WireError) {
        try self.init(parsing: name.bytes.span, at: 0)
    }

    /// The wire form as it came.
    package var bytes: Span<UInt8> {
        @_lifetime(borrow self)
        borrowing get { memory.span.extracting(0..<byteCount) }
    }

    /// The wire form in lower case.
    package var lowercasedBytes: Span<UInt8> {
        @_lifetime(borrow self)
        borrowing get {
            memory.span.extracting(Self.lowerStart..<(Self.lowerStart &+ byteCount))
        }
    }

    /// Where the label at `index` begins in the wire form; the root's zero for `labelCount`.
    ///
    /// `index`: counted from the left; anything past the last label means the root.
    package func start(ofLabel index: Int) -> Int {
        guard index >= 0, index < labelCount else { return byteCount &- 1 }
        return Int(memory.span[Self.labelStart &+ index])
    }

    /// The lower-case bytes of the label at `index` from the left, without its length byte.
    @_lifetime(borrow self)
    package func label(_ index: Int) -> Span<UInt8> {
        let start = Self.lowerStart &+ start(ofLabel: index)
        let bytes = memory.span
        return bytes.extracting((start &+ 1)..<(start &+ 1 &+ Int(bytes[start])))
    }

    /// Whether the labels from `index` on are the lower-case wire form `suffix`.
    package func suffix(fromLabel index: Int, equals suffix: Span<UInt8>) -> Bool {
        lowercasedBytes(fromLabel: index).hasSameBytes(as: suffix)
    }

    /// The lower-case wire form of the labels from `index` on.
    @_lifetime(borrow self)
    private func lowercasedBytes(fromLabel index: Int) -> Span<UInt8> {
        let start = Self.lowerStart &+ start(ofLabel: index)
        return memory.span.extracting(start..<(Self.lowerStart &+ byteCount))
    }

    /// The hash of the lower-case labels from `index` on; `Name.tableHash` of the same name.
    package func hash(fromLabel index: Int) -> UInt64 {
        hashBytes(lowercasedBytes(fromLabel: index))
    }

    /// The same name once more.
    package func copied() -> QueryName { QueryName(copying: self) }

    /// The name as a value of tables, its case kept.
    package var name: Name { name(fromLabel: 0) }

    /// The name made of the labels from `index` on, its case kept.
    package func name(fromLabel index: Int) -> Name {
        let start = start(ofLabel: index)
        var labels: [[UInt8]] = []
        var offset = start
        while memory[offset] != 0 {
            let end = offset + 1 + Int(memory[offset])
            labels.append(Array(memory[(offset + 1)..<end]))
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
    if bytes.count >= 8 {
        // The last eight once more, whatever is left of them.
        tail = bytes.uint64(at: bytes.count &- 8)
    } else {
        while offset < bytes.count {
            tail = tail << 8 | UInt64(bytes[offset])
            offset &+= 1
        }
    }
    return mix(state ^ tail, 0xD6E8_FEB8_6659_FD93)
}

/// A hash of bytes for tables whose keys strangers choose: without the key nobody can tell which
/// bytes share a slot.
package func hashBytes(_ bytes: Span<UInt8>, key: UInt64) -> UInt64 {
    let secret = mix(key ^ 0xA076_1D64_78BD_642F, 0xE703_7ED1_A0B4_28DB)
    var state = secret ^ UInt64(truncatingIfNeeded: bytes.count)
    var offset = 0
    while offset &+ 8 <= bytes.count {
        state = mix(state ^ bytes.uint64(at: offset), secret | 1)
        offset &+= 8
    }
    var tail: UInt64 = 0
    while offset < bytes.count {
        tail = tail << 8 | UInt64(bytes[offset])
        offset &+= 1
    }
    return mix(state ^ tail, 0xD6E8_FEB8_6659_FD93 ^ secret)
}

/// A keyed hash together with a number that strangers may choose: as hard to guess as the hash.
package func mixedHash(_ hash: UInt64, with number: UInt64) -> UInt64 {
    mix(hash ^ number, 0x9E37_79B9_7F4A_7C15)
}

/// The two halves of a 128-bit product, folded.
private func mix(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right)
    return product.high ^ product.low
}

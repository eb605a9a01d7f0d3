// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// A document that was read, by which others are read that differ from it in single words only.
///
/// Manifests of one kind mostly have the same lines, and other names and addresses in them. What
/// libyaml found in the first is what it would find in the next, if that has the same bytes but for
/// values that end their lines, are as plain as `web-1` or quoted without any escape, and are so in
/// both. So nothing of YAML's grammar is decided here: whatever is not the same is for libyaml.
struct DocumentForm {
    /// The longest document that becomes a form, in bytes.
    static let maximumByteCount = 1 << 16
    /// The longest word that may stand in place of another, in bytes.
    static let maximumWordLength = 255

    /// What all documents of a form share, which many readers may use at once.
    struct Template: Sendable {
        /// The bytes of the document without the words of the slots.
        fileprivate let text: [UInt8]
        fileprivate let slots: [Slot]
        /// What each byte may be in: see `Class`.
        fileprivate let classes: [UInt8]
        fileprivate let lineCount: Int
        /// The line of the file that the document's lines are counted from, and its root.
        fileprivate let firstLine: Int
        fileprivate let root: UInt32
        /// The lists of the first document.
        fileprivate let values: [YAMLDocument.Value]
        fileprivate let parts: [UInt32]
        fileprivate let texts: [UInt8]
    }

    /// A value that may be another in the next document.
    fileprivate struct Slot {
        /// Where the bytes in front of it end in `text`.
        let textEnd: Int
        /// Its number among the document's values.
        let number: Int
        /// The quote around it; 0 for none.
        let quote: UInt8
    }

    /// A word of the document that is compared.
    private struct Word {
        let first: Int
        let end: Int
    }

    let template: Template
    /// The document as it was read last, of which the next one takes the memory.
    private var document: YAMLDocument?
    private var words: [Word] = []

    /// A form that was made before, maybe for another stream.
    init(_ template: Template) { self.template = template }

    /// Makes a form of a document that was read from `piece`, all of it, from line `firstLine` on.
    ///
    /// Nil when it may not be one: it is too long, or its lines are not counted in bytes.
    init?(of root: YAMLNode, in piece: Span<UInt8>, firstLine: Int) {
        guard piece.count <= Self.maximumByteCount else { return nil }
        var starts = [0]
        for index in piece.indices {
            // Other bytes may be parts of line breaks, or of characters that count as one column.
            guard piece[index] < 0x80, piece[index] != 0x0D else { return nil }
            if piece[index] == 0x0A { starts.append(index &+ 1) }
        }
        let document = root.document
        let classes = Self.Class.all
        var text: [UInt8] = []
        var slots: [Slot] = []
        text.reserveCapacity(piece.count)
        var done = 0
        for (number, value) in document.values.enumerated() where value.kind == .scalar {
            let line = Int(value.line) &- firstLine
            guard starts.indices.contains(line) else { return nil }
            let start = starts[line] &+ Int(value.column) &- 1
            let word = document.textBytes(of: value)
            guard let slot = Self.slot(piece, at: start, text: word, classes), slot.first >= done
            else { continue }
            for index in done..<slot.first { text.append(piece[index]) }
            slots.append(Slot(textEnd: text.count, number: number, quote: slot.quote))
            done = slot.end
        }
        for index in done..<piece.count { text.append(piece[index]) }
        template = Template(
            text: text,
            slots: slots,
            classes: classes,
            lineCount: starts.count &- 1,
            firstLine: firstLine,
            root: root.number,
            values: document.values,
            parts: document.parts,
            texts: document.bytes
        )
    }

    /// What a byte may be in, as bits.
    private enum Class {
        static let first: UInt8 = 1
        static let plain: UInt8 = 2
        static let quoted: UInt8 = 4

        static let all: [UInt8] = (0...255).map { (byte: UInt8) in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                first | plain | quoted
            case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: ":"),
                UInt8(ascii: "_"):
                plain | quoted
            case UInt8(ascii: "\\"): 0
            case 0x20...0x7E: quoted
            default: 0
            }
        }
    }

    /// The word of a value that begins at `start`, if another may stand in its place: it is written
    /// as it is, behind `: ` or `- `, and ends its line.
    private static func slot(
        _ piece: Span<UInt8>,
        at start: Int,
        text: ArraySlice<UInt8>,
        _ classes: [UInt8]
    ) -> (first: Int, end: Int, quote: UInt8)? {
        guard start >= 2, start < piece.count, piece[start &- 1] == UInt8(ascii: " ") else {
            return nil
        }
        let mark = piece[start &- 2]
        guard mark == UInt8(ascii: ":") || mark == UInt8(ascii: "-") else { return nil }
        let isQuoted = piece[start] == UInt8(ascii: "\"") || piece[start] == UInt8(ascii: "'")
        let quote = isQuoted ? piece[start] : 0
        let first = isQuoted ? start &+ 1 : start
        // SAFETY: both are lent for as long as this takes.
        let end = unsafe piece.withUnsafeBufferPointer { unsafe wordEnd($0, first, quote, classes) }
        guard let end, end &- first == text.count else { return nil }
        for (index, byte) in text.enumerated() where byte != piece[first &+ index] { return nil }
        let behind = isQuoted ? end &+ 1 : end
        guard behind < piece.count, piece[behind] == 0x0A else { return nil }
        return (first, end, quote)
    }

    /// Where a word ends that begins at `first`; nil when it is none that may replace another.
    ///
    /// What stands behind it, the second quote first, is not looked at.
    @inline(__always)
    private static func wordEnd(
        _ bytes: UnsafeBufferPointer<UInt8>,
        _ first: Int,
        _ quote: UInt8,
        _ classes: [UInt8]
    ) -> Int? {
        var index = first
        let limit = min(bytes.count, first &+ maximumWordLength &+ 1)
        // SAFETY: `index` stays below `limit`, which is within the bytes.
        if quote == 0 {
            guard index < limit, unsafe classes[Int(bytes[index])] & Class.first != 0 else {
                return nil
            }
            while index < limit, unsafe classes[Int(bytes[index])] & Class.plain != 0 {
                index &+= 1
            }
            // A colon in front of a space or a line's end would make it a key.
            guard unsafe bytes[index &- 1] != UInt8(ascii: ":") else { return nil }
        } else {
            while index < limit, unsafe bytes[index] != quote,
                unsafe classes[Int(bytes[index])] & Class.quoted != 0
            {
                index &+= 1
            }
        }
        return index &- first <= maximumWordLength ? index : nil
    }
}

extension DocumentForm {
    /// A document that is of this form.
    struct Match {
        let root: YAMLNode
        let end: Int
        let lineCount: Int
    }

    /// The document that begins at `start` and line `line`, if it is of this form.
    mutating func read(_ bytes: UnsafeBufferPointer<UInt8>, at start: Int, line: Int) -> Match? {
        guard let end = unsafe match(bytes, at: start) else { return nil }
        let document = ownDocument()
        // Lists of our own may be changed without asking each time whether nobody else does.
        var values: [YAMLDocument.Value] = []
        var parts: [UInt32] = []
        var texts: [UInt8] = []
        document.swapLists(&values, &parts, &texts)
        texts.removeSubrange(template.texts.count...)
        unsafe texts.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[start..<end]))
        for (slot, word) in zip(template.slots, words) {
            let first = template.texts.count &+ word.first &- start
            values[slot.number].first = UInt32(truncatingIfNeeded: first)
            values[slot.number].count = UInt32(truncatingIfNeeded: word.end &- word.first)
        }
        document.swapLists(&values, &parts, &texts)
        document.lineShift = line &- template.firstLine
        let root = YAMLNode(document, template.root)
        return Match(root: root, end: end, lineCount: template.lineCount)
    }

    /// The document to write the next one into: the last one, unless somebody still holds it.
    private mutating func ownDocument() -> YAMLDocument {
        if document != nil, isKnownUniquelyReferenced(&document), let document { return document }
        let new = YAMLDocument(template.values, template.parts, template.texts)
        document = new
        return new
    }

    /// Finds the words of a document that begins at `start`; where it ends, nil when it is of
    /// another form.
    private mutating func match(_ bytes: UnsafeBufferPointer<UInt8>, at start: Int) -> Int? {
        words.removeAll(keepingCapacity: true)
        var offset = start
        var known = 0
        for slot in template.slots {
            guard unsafe hasText(bytes, at: offset, known..<slot.textEnd) else { return nil }
            offset &+= slot.textEnd &- known
            known = slot.textEnd
            let word = unsafe Self.wordEnd(bytes, offset, slot.quote, template.classes)
            guard let end = word else { return nil }
            words.append(Word(first: offset, end: end))
            offset = end
        }
        guard unsafe hasText(bytes, at: offset, known..<template.text.count) else { return nil }
        let end = offset &+ template.text.count &- known
        return unsafe isCut(bytes, at: end) ? end : nil
    }

    /// Whether the stream ends at `offset`, or is cut there, between two lines, in front of a
    /// document.
    ///
    /// The last document of a stream may end without a line's end. What stands behind the same
    /// bytes in another stream is on their line.
    private func isCut(_ bytes: UnsafeBufferPointer<UInt8>, at offset: Int) -> Bool {
        if offset == bytes.count { return true }
        // SAFETY: a form has bytes, and all of them are in front of `offset`.
        guard offset > 0, unsafe bytes[offset &- 1] == 0x0A else { return false }
        return unsafe YAMLReader.isMarker(UInt8(ascii: "-"), in: bytes.span, at: offset)
    }

    /// Whether some of the text stands at `offset`.
    @inline(__always)
    private func hasText(
        _ bytes: UnsafeBufferPointer<UInt8>,
        at offset: Int,
        _ range: Range<Int>
    ) -> Bool {
        guard bytes.count &- offset >= range.count, let first = bytes.baseAddress else {
            return range.isEmpty
        }
        // SAFETY: as many bytes are there on both sides.
        return unsafe template.text.withUnsafeBufferPointer { own in
            guard let text = own.baseAddress else { return true }
            return unsafe memcmp(first + offset, text + range.lowerBound, range.count) == 0
        }
    }
}

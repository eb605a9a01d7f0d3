// SPDX-License-Identifier: Apache-2.0

/// Reads the documents of a YAML stream one after the other, each for itself.
///
/// The stream is cut before each line that begins a document (`---`) and after each that ends one
/// (`...`), and every piece is parsed alone: what is wrong in one document never reaches the next.
/// JSON is read too, being YAML.
package struct YAMLReader {
    /// The most bytes of one document, comments included.
    package static let maximumByteCount = 128 << 20
    /// The deepest nesting of one document, aliases followed; libyaml is quadratic in it.
    package static let maximumDepth = 100
    /// The most directive lines before one document; libyaml is quadratic in them.
    package static let maximumDirectiveCount = 64
    /// The most nodes of one document, counted with every alias and merge key written out.
    package static let maximumNodeCount = 8_000_000

    /// How many forms are remembered: the kinds of documents that come by turns.
    package static let maximumFormCount = 8

    /// U+FEFF, which some editors put first.
    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    private let bytes: [UInt8]
    private var offset = 0
    /// The number of the line that begins at `offset`, from 1.
    private var line = 1
    /// Documents of the last piece that `next` has not returned yet, last first.
    private var waiting: [Result<YAMLNode, YAMLError>] = []
    private let maximumByteCount: Int
    private var builder: DocumentBuilder
    private var forms: DocumentForms
    /// Where the forms stay for the next stream; nil for nowhere.
    private let known: KnownForms?
    /// How many pieces libyaml has read; the others are of a known form.
    package private(set) var parsedCount = 0

    /// A reader over `bytes`, which should be UTF-8; tests hand in smaller limits.
    ///
    /// `known`: the forms of other streams that are likely to be like this one.
    package init(
        _ bytes: [UInt8],
        knowing known: KnownForms? = nil,
        maximumByteCount: Int = YAMLReader.maximumByteCount,
        maximumNodeCount: Int = YAMLReader.maximumNodeCount,
        maximumFormCount: Int = YAMLReader.maximumFormCount
    ) {
        self.bytes = bytes
        if bytes.starts(with: Self.byteOrderMark) { offset = Self.byteOrderMark.count }
        self.maximumByteCount = maximumByteCount
        self.known = known
        forms = DocumentForms(
            maximumCount: maximumFormCount,
            knowing: known?.current ?? DocumentForms.Kept()
        )
        builder = DocumentBuilder(maximumNodeCount: maximumNodeCount)
    }

    /// The next document, or why it cannot be read; nil after the last.
    ///
    /// An empty document is a null scalar; a piece of only comments is no document.
    package mutating func next() -> Result<YAMLNode, YAMLError>? {
        if waiting.isEmpty, let match = forms.read(bytes, at: offset, line: line),
            match.end &- offset <= maximumByteCount
        {
            offset = match.end
            line &+= match.lineCount
            return .success(match.root)
        }
        while waiting.isEmpty {
            guard let piece = nextPiece() else {
                if forms.hasNews { known?.keep(forms.kept) }
                return nil
            }
            let start = YAMLPosition(line: piece.line, column: 1)
            guard piece.range.count <= maximumByteCount else {
                let mistake = "a document of more than \(maximumByteCount) bytes; split it at '---'"
                return .failure(YAMLError(at: start, mistake))
            }
            guard piece.directiveCount <= Self.maximumDirectiveCount else {
                let limit = Self.maximumDirectiveCount
                return .failure(
                    YAMLError(at: start, "more than \(limit) lines that begin with '%'")
                )
            }
            waiting = documents(in: piece).reversed()
        }
        return waiting.popLast()
    }

    /// Parses one piece, which holds one document in all but odd cases.
    private mutating func documents(in piece: Piece) -> [Result<YAMLNode, YAMLError>] {
        var found: [Result<YAMLNode, YAMLError>] = []
        parsedCount &+= 1
        // SAFETY: the parser and the pointer to its input end with the closure.
        unsafe bytes.withUnsafeBufferPointer { buffer in
            let input = unsafe UnsafeBufferPointer(rebasing: buffer[piece.range])
            var parser = unsafe EventParser(input, firstLine: piece.line)
            do throws(YAMLError) {
                while let root = try parser.next(into: &builder) { found.append(.success(root)) }
            } catch {
                // What libyaml took for documents before it stopped was no more than the wrong one.
                found = [.failure(error)]
            }
            // Behind the last document none can be like it, but in the next stream. An empty one is
            // part of the piece that begins with it.
            if found.count == 1, case .success(let root) = found[0], !root.isNull,
                builder.isRegular, piece.directiveCount == 0,
                known != nil || piece.range.upperBound < bytes.count
            {
                unsafe forms.learn(root, in: input.span, firstLine: piece.line)
            }
        }
        return found
    }
}

extension YAMLReader {
    /// A run of lines with one document in it.
    private struct Piece {
        let range: Range<Int>
        /// The number of its first line.
        let line: Int
        /// How many of its lines, before any content, may be directives.
        let directiveCount: Int
    }

    /// Cuts the next piece off; nil at the end of the stream.
    private mutating func nextPiece() -> Piece? {
        guard offset < bytes.count else { return nil }
        let start = offset
        let firstLine = line
        var hasContent = false
        var directiveCount = 0
        let bytes = self.bytes
        let span = bytes.span
        while offset < span.count {
            let isStart = Self.isMarker(UInt8(ascii: "-"), in: span, at: offset)
            if isStart, hasContent { break }
            let isEnd = Self.isMarker(UInt8(ascii: "."), in: span, at: offset)
            if !hasContent, !isEnd {
                if span[offset] == UInt8(ascii: "%") { directiveCount &+= 1 }
                let text = isStart ? offset &+ 3 : offset
                hasContent = Self.hasContent(span, from: text, isMarkerLine: isStart)
            }
            offset = Self.endOfLine(in: span, from: offset)
            line &+= 1
            if isEnd { break }
        }
        return Piece(range: start..<offset, line: firstLine, directiveCount: directiveCount)
    }

    /// The offset behind the line's end: LF, CR or both.
    private static func endOfLine(in span: Span<UInt8>, from start: Int) -> Int {
        var index = start
        while index < span.count {
            let byte = span[index]
            index &+= 1
            if byte == 0x0A { return index }
            if byte == 0x0D {
                return index < span.count && span[index] == 0x0A ? index &+ 1 : index
            }
        }
        return index
    }

    /// Whether a line is three times `mark`, alone or with white space behind it.
    static func isMarker(_ mark: UInt8, in span: Span<UInt8>, at start: Int) -> Bool {
        guard span.count &- start >= 3, span[start] == mark, span[start &+ 1] == mark else {
            return false
        }
        guard span[start &+ 2] == mark else { return false }
        return span.count == start &+ 3 || isWhite(span[start &+ 3])
    }

    /// Whether a line holds more than blanks, a comment or a directive.
    private static func hasContent(
        _ span: Span<UInt8>,
        from start: Int,
        isMarkerLine: Bool
    ) -> Bool {
        var index = start
        while index < span.count {
            let byte = span[index]
            if byte == 0x0A || byte == 0x0D || byte == UInt8(ascii: "#") { return false }
            if byte == UInt8(ascii: "%"), index == start, !isMarkerLine { return false }
            if !isWhite(byte) { return true }
            index &+= 1
        }
        return false
    }

    private static func isWhite(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }
}

// SPDX-License-Identifier: Apache-2.0

/// The words of a Corefile in the order in which they take effect, imports spliced in.
///
/// It is a stack: the file itself at the bottom, what an import brought on top of it. Snippets may
/// import snippets, so the depth, the number of imports and what they add up to have limits; a
/// small file that would grow without end is refused within milliseconds.
struct WordStream<Source: CorefileSource> {
    /// The words of one file or snippet.
    struct Piece {
        let tokens: [Token]
        /// The path of a file, or a snippet's name in parentheses.
        let origin: String
    }

    /// A piece in use, and how far it is used up.
    private struct Frame {
        let piece: Piece
        var index = 0
        /// The arguments of the import; nil for the Corefile itself.
        let arguments: [String]?
        /// The number of imports around it.
        let depth: Int
    }

    let source: Source
    private var frames: [Frame]
    private var wordCount = 0
    private var byteCount = 0
    private var importCount = 0
    private(set) var warnings: [CorefileError] = []
    private var knownWarnings: Set<CorefileError> = []

    init(_ tokens: [Token], file: String, source: Source) {
        self.source = source
        let piece = Piece(tokens: tokens, origin: file)
        frames = [Frame(piece: piece, arguments: nil, depth: 0)]
    }

    /// The next word as it was written; nil at the end.
    mutating func peek() -> Token? {
        while let frame = frames.last {
            guard frame.index == frame.piece.tokens.count else {
                let token = frame.piece.tokens[frame.index]
                guard frame.index == 0 else { return token }
                return Token(word: token.word, startsLine: true)
            }
            frames.removeLast()
        }
        return nil
    }

    /// Takes the next word as it was written.
    mutating func takeToken() throws(CorefileError) -> Token? {
        guard let token = peek() else { return nil }
        frames[frames.count - 1].index += 1
        try count(token.word)
        return token
    }

    /// Takes the next word, its variables replaced.
    mutating func takeWord() throws(CorefileError) -> Word? {
        guard let token = peek() else { return nil }
        let last = frames.count - 1
        frames[last].index += 1
        var substitution = Substitution(
            arguments: frames[last].arguments,
            environment: source.environment
        )
        let word = try substitution.replace(in: token.word)
        for name in substitution.unsetVariables {
            warn(CorefileError(at: word.position, .unsetVariable(name)))
        }
        try count(word)
        return word
    }

    /// The next word of the line that is being read; nil at its end.
    ///
    /// A line never goes on behind the end of a file or snippet.
    func peekInLine() -> Token? {
        guard let frame = frames.last, frame.index > 0, frame.index < frame.piece.tokens.count
        else {
            return nil
        }
        let token = frame.piece.tokens[frame.index]
        return token.startsLine ? nil : token
    }

    /// Keeps a warning, if it is new and not one too many.
    mutating func warn(_ warning: CorefileError) {
        guard warnings.count < Corefile.maximumWarningCount,
            knownWarnings.insert(warning).inserted
        else { return }
        warnings.append(warning)
    }

    /// Puts the words of files or of a snippet, in their order, in front of what follows.
    mutating func push(
        _ pieces: [Piece],
        arguments: [String],
        importedAt position: Position
    ) throws(CorefileError) {
        importCount += pieces.count
        guard importCount <= Corefile.maximumImportCount else {
            throw CorefileError(
                at: position,
                .tooMany("imports", limit: Corefile.maximumImportCount)
            )
        }
        // Files of one pattern wait on the stack for each other; only begun ones are around this.
        let around = frames.filter { $0.index > 0 }
        let depth = (around.last?.depth ?? 0) + 1
        guard depth <= Corefile.maximumImportDepth else {
            throw CorefileError(
                at: position,
                .tooMany("imports inside each other", limit: Corefile.maximumImportDepth)
            )
        }
        let origins = Set(around.map(\.piece.origin))
        for piece in pieces where origins.contains(piece.origin) {
            throw CorefileError(at: position, .importsItself(piece.origin))
        }
        for piece in pieces.reversed() {
            frames.append(Frame(piece: piece, arguments: arguments, depth: depth))
        }
    }

    /// Counts a word against what all words may add up to.
    private mutating func count(_ word: Word) throws(CorefileError) {
        wordCount += 1
        byteCount += word.text.utf8.count
        guard wordCount <= Corefile.maximumWordCount else {
            throw CorefileError(
                at: word.position,
                .tooMany("words, imports included", limit: Corefile.maximumWordCount)
            )
        }
        guard byteCount <= Corefile.maximumByteCount else {
            throw CorefileError(
                at: word.position,
                .tooMany("bytes of words, imports included", limit: Corefile.maximumByteCount)
            )
        }
    }
}

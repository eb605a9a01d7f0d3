// SPDX-License-Identifier: Apache-2.0

/// Builds server blocks from words.
///
///     file         := { import-line | snippet | server-block }
///     snippet      := "(" NAME ")" "{" words "}"
///     server-block := key { [","] key } [ "{" directives "}" | directives to the end ]
///     directive    := NAME { argument } [ "{" { option-line } "}" ]
struct Parser<Source: CorefileSource> {
    /// Words to be imported by name.
    private struct Snippet {
        let tokens: [Token]
        let position: Position
        let argumentCount: Int
    }

    private var stream: WordStream<Source>
    private var snippets: [String: Snippet] = [:]
    /// The words of the files read so far, so that each is read once.
    private var files: [String: [Token]] = [:]
    private var readByteCount = 0
    private var blocks: [Block] = []
    /// The paths of the files read besides the first, in the order of their first use.
    private var importedFiles: [String] = []

    init(_ text: [UInt8], file: String, source: Source) throws(CorefileError) {
        let tokens = try Lexer.tokens(of: text, file: file)
        stream = WordStream(tokens, file: file, source: source)
    }

    /// The whole file.
    mutating func corefile() throws(CorefileError) -> Corefile {
        while let token = stream.peek() {
            if token.word.text == "import" {
                try importWords()
            } else if token.isBrace("{") {
                throw CorefileError(at: token.word.position, .noKey)
            } else if token.isBrace("}") {
                throw CorefileError(at: token.word.position, .unopenedBrace)
            } else if let name = token.snippetName {
                try snippet(name)
            } else {
                try block(from: token.word.position)
            }
        }
        return Corefile(
            blocks: blocks,
            warnings: stream.warnings,
            importedFiles: importedFiles
        )
    }

    // MARK: Server blocks

    /// Reads one server block.
    private mutating func block(from position: Position) throws(CorefileError) {
        guard blocks.count < Corefile.maximumBlockCount else {
            throw CorefileError(
                at: position,
                .tooMany("server blocks", limit: Corefile.maximumBlockCount)
            )
        }
        let keys = try keys()
        guard !keys.isEmpty else { throw CorefileError(at: position, .emptyKeys) }
        guard let opening = stream.peek(), opening.isBrace("{") else {
            // Without braces the block is all that follows.
            blocks.append(Block(keys: keys, stanzas: try stanzas(closing: nil)))
            return
        }
        _ = try stream.takeToken()
        blocks.append(Block(keys: keys, stanzas: try stanzas(closing: opening.word.position)))
    }

    /// Reads the keys of a server block: the first line, and more behind commas.
    private mutating func keys() throws(CorefileError) -> [Word] {
        var keys: [Word] = []
        var comma: Position?
        var isFirst = true
        while let token = stream.peek(), !token.isBrace("{") {
            if token.startsLine, !isFirst, comma == nil { return keys }
            if token.isBrace("}") { throw CorefileError(at: token.word.position, .unopenedBrace) }
            if token.startsLine, token.word.text == "import" {
                try importWords()
                continue
            }
            try refuseGluedBrace(token)
            guard var word = try stream.takeWord() else { break }
            comma = nil
            isFirst = false
            if !word.isQuoted, word.text.hasSuffix(",") {
                comma = word.position
                word = Word(String(word.text.dropLast()), at: word.position)
            }
            if !word.text.isEmpty { keys.append(word) }
        }
        if let comma { throw CorefileError(at: comma, .danglingComma) }
        return keys
    }

    /// Reads directives up to the brace that closes their block, or to the end without one.
    private mutating func stanzas(closing opening: Position?) throws(CorefileError) -> [Stanza] {
        var stanzas: [Stanza] = []
        while let token = stream.peek() {
            let position = token.word.position
            if token.isBrace("}") {
                guard opening != nil else { throw CorefileError(at: position, .unopenedBrace) }
                _ = try stream.takeToken()
                return stanzas
            }
            if token.isBrace("{") { throw CorefileError(at: position, .braceWithoutDirective) }
            if token.word.text == "import" {
                try importWords()
            } else if let stanza = try stanza() {
                stanzas.append(stanza)
            }
        }
        if let opening { throw CorefileError(at: opening, .unclosedBrace) }
        return stanzas
    }

    /// Reads one directive and its block.
    private mutating func stanza() throws(CorefileError) -> Stanza? {
        if let token = stream.peek() { try refuseGluedBrace(token) }
        guard let name = try stream.takeWord() else { return nil }
        let arguments = try restOfLine()
        var options: [Option] = []
        if let opening = stream.peekInLine() {
            _ = try stream.takeToken()
            options = try self.options(closing: opening.word.position)
        }
        return Stanza(name: name, arguments: arguments, options: options)
    }

    /// Reads the lines of a directive's block up to the brace that closes it.
    private mutating func options(closing opening: Position) throws(CorefileError) -> [Option] {
        var options: [Option] = []
        while let token = stream.peek() {
            if token.isBrace("}") {
                _ = try stream.takeToken()
                if let next = stream.peekInLine() {
                    throw CorefileError(
                        at: next.word.position,
                        .wordBehindBlock(next.word.text)
                    )
                }
                return options
            }
            if token.isBrace("{") {
                throw CorefileError(at: token.word.position, .braceWithoutDirective)
            }
            if token.word.text == "import" {
                try importWords()
                continue
            }
            guard let name = try stream.takeWord() else { break }
            let arguments = try restOfLine()
            if let brace = stream.peekInLine() {
                throw CorefileError(at: brace.word.position, .nestedBlock(option: name.text))
            }
            options.append(Option(name: name, arguments: arguments))
        }
        throw CorefileError(at: opening, .unclosedBrace)
    }

    /// Reads the words up to the end of the line, or up to a `{`.
    private mutating func restOfLine() throws(CorefileError) -> [Word] {
        var words: [Word] = []
        while let token = stream.peekInLine(), !token.isBrace("{") {
            guard !token.isBrace("}") else {
                throw CorefileError(at: token.word.position, .braceBehindWords)
            }
            guard let word = try stream.takeWord() else { break }
            words.append(word)
        }
        return words
    }

    /// Finds `.:53{`, where CoreDNS would look for a zone of that name.
    private func refuseGluedBrace(_ token: Token) throws(CorefileError) {
        let text = token.word.text
        guard !token.word.isQuoted, text.utf8.count > 1, text.hasSuffix("{") else { return }
        throw CorefileError(at: token.word.position, .gluedBrace(text))
    }

    // MARK: Snippets and imports

    /// Reads a snippet and keeps its words as they are; they take effect where they are imported.
    private mutating func snippet(_ name: String) throws(CorefileError) {
        guard let key = try stream.takeToken() else { return }
        let position = key.word.position
        guard !name.isEmpty else { throw CorefileError(at: position, .unnamedSnippet) }
        if let first = snippets[name] {
            throw CorefileError(at: position, .snippetTwice(name, first: first.position))
        }
        guard let opening = try stream.takeToken(), opening.isBrace("{") else {
            throw CorefileError(at: position, .snippetWithoutBlock(name))
        }
        var tokens: [Token] = []
        var depth = 1
        while let token = try stream.takeToken() {
            if token.isBrace("{") { depth += 1 }
            if token.isBrace("}") { depth -= 1 }
            guard depth > 0 else {
                snippets[name] = Snippet(
                    tokens: tokens,
                    position: position,
                    argumentCount: Substitution.argumentCount(of: tokens)
                )
                return
            }
            tokens.append(token)
        }
        throw CorefileError(at: opening.word.position, .unclosedBrace)
    }

    /// Reads an `import` line and puts the words that it names in its place.
    private mutating func importWords() throws(CorefileError) {
        guard let keyword = try stream.takeToken() else { return }
        let words = try restOfLine()
        if let brace = stream.peekInLine() {
            throw CorefileError(at: brace.word.position, .nestedBlock(option: "import"))
        }
        guard let target = words.first, !target.text.isEmpty else {
            throw CorefileError(
                at: words.first?.position ?? keyword.word.position,
                .importWithoutTarget
            )
        }
        let arguments = Array(words.dropFirst())
        if let snippet = snippets[target.text] {
            try push(snippet, named: target, arguments: arguments)
        } else {
            try importFiles(target, arguments: arguments.map(\.text))
        }
    }

    private mutating func push(
        _ snippet: Snippet,
        named target: Word,
        arguments: [Word]
    ) throws(CorefileError) {
        if arguments.count > snippet.argumentCount {
            let surplus = arguments[snippet.argumentCount]
            throw CorefileError(
                at: surplus.position,
                .surplusArgument(
                    surplus.text,
                    snippet: target.text,
                    taken: snippet.argumentCount
                )
            )
        }
        try stream.push(
            [WordStream.Piece(tokens: snippet.tokens, origin: "(\(target.text))")],
            arguments: arguments.map(\.text),
            importedAt: target.position
        )
    }

    /// Imports the files that `target` names, in their order.
    private mutating func importFiles(
        _ target: Word,
        arguments: [String]
    ) throws(CorefileError) {
        let found = try ImportPaths(
            target,
            importedFrom: target.position.file,
            source: stream.source
        )
        var pieces: [WordStream<Source>.Piece] = []
        for path in found.paths {
            guard let tokens = try tokens(of: path, for: target, skips: found.isPattern) else {
                continue
            }
            pieces.append(WordStream.Piece(tokens: tokens, origin: path))
        }
        if pieces.isEmpty { stream.warn(CorefileError(at: target.position, .noMatch(target.text))) }
        try stream.push(pieces, arguments: arguments, importedAt: target.position)
    }

    /// The words of a file; nil when it is no file and `skips` says that this is no mistake.
    private mutating func tokens(
        of path: String,
        for target: Word,
        skips: Bool
    ) throws(CorefileError) -> [Token]? {
        if let tokens = files[path] { return tokens }
        let bytes: [UInt8]
        do throws(UnreadableFile) {
            bytes = try stream.source.read(path)
        } catch {
            if skips, error == .missing { return nil }
            if skips, error == .isFolder {
                stream.warn(CorefileError(at: target.position, .folderSkipped(path)))
                return nil
            }
            throw CorefileError(at: target.position, mistake(error, path, target))
        }
        readByteCount += bytes.count
        guard readByteCount <= Corefile.maximumByteCount else {
            throw CorefileError(
                at: target.position,
                .tooMany("bytes of imported files", limit: Corefile.maximumByteCount)
            )
        }
        let tokens = try Lexer.tokens(of: bytes, file: path)
        files[path] = tokens
        importedFiles.append(path)
        return tokens
    }

    /// What is wrong when the file at `path`, which `target` names, cannot be read.
    private func mistake(_ error: UnreadableFile, _ path: String, _ target: Word) -> Mistake {
        switch error {
        case .missing:
            let nearest = Nearest.word(to: target.text, in: snippets.keys.sorted())
            return .unknownImport(target.text, nearest: nearest)
        case .isFolder:
            return .unreadableImport(path, reason: "it is a folder; '\(path)/*' imports its files")
        case .other(let reason):
            return .unreadableImport(path, reason: reason)
        }
    }
}

extension Token {
    /// The name of the snippet that begins with this word.
    fileprivate var snippetName: String? {
        let text = word.text
        guard !word.isQuoted, text.hasPrefix("("), text.hasSuffix(")") else { return nil }
        return String(text.dropFirst().dropLast())
    }
}

// SPDX-License-Identifier: Apache-2.0

/// A mistake in a Corefile: where it stands, what it is, and what would have been right.
package struct CorefileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The longest part of a word that a message repeats, in characters.
    package static let maximumQuotedCount = 80

    package let position: Position
    package let mistake: Mistake

    package init(at position: Position, _ mistake: Mistake) {
        self.position = position
        self.mistake = mistake
    }

    /// A mistake in the words of the one who found it.
    package init(at position: Position, _ text: String) {
        self.init(at: position, .other(text))
    }

    /// What is wrong and what would be right, without the place.
    package var text: String { mistake.description }

    /// The whole message in one line: `file:line:column: what, and what would be right`.
    package var description: String { "\(position): \(mistake)".withVisibleControls }
}

/// The kinds of mistake in a Corefile, each with what was written.
package enum Mistake: Hashable, Sendable {
    case invalidUTF8
    case zeroByte
    case unclosedQuote
    case wordTooLong
    case fileTooLarge(byteCount: Int)
    /// A `{` that no `}` follows.
    case unclosedBrace
    /// A `}` that no `{` precedes.
    case unopenedBrace
    /// A `}` behind other words.
    case braceBehindWords
    /// A `{` at the beginning of a line inside a server block.
    case braceWithoutDirective
    /// A block inside a directive's block.
    case nestedBlock(option: String)
    case wordBehindBlock(String)
    case gluedBrace(String)
    case noKey
    case danglingComma
    case emptyKeys
    case unnamedSnippet
    case snippetWithoutBlock(String)
    case snippetTwice(String, first: Position)
    case importWithoutTarget
    case unknownImport(String, nearest: String?)
    case unreadableImport(String, reason: String)
    case badPattern(String)
    case importsItself(String)
    /// A reference to an argument that the import does not give.
    case missingArgument(index: Int, given: Int)
    case surplusArgument(String, snippet: String, taken: Int)
    /// More of something than the limit.
    case tooMany(String, limit: Int)
    /// A warning: nothing matches a pattern.
    case noMatch(String)
    /// A warning: a folder among a pattern's matches.
    case folderSkipped(String)
    /// A warning: the environment lacks a variable.
    case unsetVariable(String)
    /// A mistake that the reader of the words found.
    case other(String)
}

extension Mistake: CustomStringConvertible {
    package var description: String {
        switch self {
        case .invalidUTF8, .zeroByte, .unclosedQuote, .wordTooLong, .fileTooLarge:
            textOfFile
        case .unclosedBrace, .unopenedBrace, .braceBehindWords, .braceWithoutDirective,
            .nestedBlock, .wordBehindBlock, .gluedBrace, .noKey, .danglingComma, .emptyKeys:
            textOfBlock
        case .unnamedSnippet, .snippetWithoutBlock, .snippetTwice, .importWithoutTarget,
            .unknownImport, .unreadableImport, .badPattern, .importsItself, .missingArgument,
            .surplusArgument:
            textOfImport
        case .tooMany(let things, let limit):
            "more than \(limit) \(things)"
        case .noMatch(let pattern):
            "no file matches '\(pattern.shortened)'"
        case .folderSkipped(let path):
            "'\(path.shortened)' is a folder and is skipped; a pattern imports files"
        case .unsetVariable(let name):
            "the environment variable '\(name.shortened)' is not set; it counts as empty"
        case .other(let text):
            text
        }
    }

    /// The text of a mistake in a file's bytes.
    private var textOfFile: String {
        switch self {
        case .invalidUTF8:
            "a byte that is no UTF-8; a Corefile is text in UTF-8"
        case .zeroByte:
            "a zero byte; a Corefile is text"
        case .unclosedQuote:
            "a quote that is never closed; a '\"' is wanted at the end of the word"
        case .fileTooLarge(let byteCount):
            "the file has \(byteCount) bytes; at most \(Corefile.maximumFileByteCount) are read"
        default:
            "a word longer than \(Corefile.maximumWordByteCount) bytes; is a quote missing?"
        }
    }

    /// The text of a mistake in keys, directives and braces.
    private var textOfBlock: String {
        switch self {
        case .unclosedBrace:
            "'{' is never closed; a '}' on a line of its own is wanted"
        case .unopenedBrace:
            "'}' closes nothing; no '{' is open here"
        case .braceBehindWords:
            "'}' stands behind other words; it wants a line of its own"
        case .braceWithoutDirective:
            "'{' begins a line; it belongs at the end of its directive's line"
        case .nestedBlock(let option):
            "'{' behind the option '\(option.shortened)'; options have no blocks"
        case .wordBehindBlock(let word):
            "'\(word.shortened)' stands behind '}'; it wants a line of its own"
        case .gluedBrace(let word):
            "'\(word.shortened)' ends in '{'; a space is wanted before the brace"
        case .noKey:
            "'{' without a key; a zone like 'example.org' or '.' is wanted before it"
        case .danglingComma:
            "a comma with no key behind it; another zone is wanted, or no comma"
        default:
            "every key of this server block is empty; a zone like 'example.org' is wanted"
        }
    }

    /// The text of a mistake in snippets and imports.
    private var textOfImport: String {
        switch self {
        case .unnamedSnippet:
            "a snippet without a name; one is wanted between '(' and ')'"
        case .snippetWithoutBlock(let name):
            "the snippet '\(name.shortened)' has no block; a '{' is wanted behind its name"
        case .snippetTwice(let name, let first):
            "the snippet '\(name.shortened)' exists already, from \(first)"
        case .unknownImport(let name, let nearest):
            "'\(name.shortened)' is no snippet defined above, and no such file exists"
                + (nearest.map { "; try '\($0.shortened)'" } ?? "")
        case .unreadableImport(let path, let reason):
            "'\(path.shortened)' cannot be imported: \(reason)"
        case .badPattern(let pattern):
            "'\(pattern.shortened)' is no pattern; '*', '?' and '[a-z]' are, '\\' quotes them"
        case .importsItself(let name):
            "'\(name.shortened)' imports itself"
        case .missingArgument(let index, let given):
            "'{args[\(index)]}' wants argument \(index) of the import, counted from 0; "
                + "\(given) given"
        case .surplusArgument(let word, let snippet, let taken):
            "'\(word.shortened)' is one argument too many; the snippet "
                + "'\(snippet.shortened)' uses \(taken)"
        default:
            "'import' wants a file, a pattern or a snippet"
        }
    }
}

extension String {
    /// The text as a message repeats it: its beginning when it is long.
    var shortened: String {
        let limit = CorefileError.maximumQuotedCount
        guard utf8.count > limit, unicodeScalars.count > limit else { return self }
        return String(String.UnicodeScalarView(unicodeScalars.prefix(limit))) + "…"
    }

    /// The text with control characters written out, so that a message stays one line.
    fileprivate var withVisibleControls: String {
        func isControl(_ scalar: Unicode.Scalar) -> Bool {
            scalar.properties.generalCategory == .control
        }
        guard unicodeScalars.contains(where: isControl) else { return self }
        var text = ""
        for scalar in unicodeScalars {
            if isControl(scalar) {
                text += scalar.escaped(asASCII: true)
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}

// SPDX-License-Identifier: Apache-2.0

/// A place in a file: where a word begins.
package struct Position: Hashable, Sendable, CustomStringConvertible {
    package let file: String
    /// The line, counted from 1.
    package let line: Int
    /// The column in characters, counted from 1.
    package let column: Int

    package init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    package var description: String { "\(file):\(line):\(column)" }
}

/// One word of a Corefile, and where it stands.
package struct Word: Hashable, Sendable {
    package let text: String
    package let position: Position
    package let isQuoted: Bool

    package init(_ text: String, at position: Position, isQuoted: Bool = false) {
        self.text = text
        self.position = position
        self.isQuoted = isQuoted
    }
}

/// One line inside a directive's block: a name and its arguments.
package struct Option: Hashable, Sendable {
    package let name: Word
    package let arguments: [Word]

    package init(name: Word, arguments: [Word]) {
        self.name = name
        self.arguments = arguments
    }
}

/// One directive of a server block, its arguments, and the lines of its block.
package struct Stanza: Hashable, Sendable {
    package let name: Word
    package let arguments: [Word]
    package let options: [Option]

    package init(name: Word, arguments: [Word], options: [Option]) {
        self.name = name
        self.arguments = arguments
        self.options = options
    }
}

/// One server block: its keys and its directives, in the order of the file.
package struct Block: Hashable, Sendable {
    package let keys: [Word]
    package let stanzas: [Stanza]

    package init(keys: [Word], stanzas: [Stanza]) {
        self.keys = keys
        self.stanzas = stanzas
    }
}

/// A mistake in a Corefile: where it stands, what it is, and what would have been right.
package struct CorefileError: Error, Hashable, Sendable, CustomStringConvertible {
    package let position: Position
    package let text: String

    package init(at position: Position, _ text: String) {
        self.position = position
        self.text = text
    }

    package var description: String { "\(position): \(text)" }
}

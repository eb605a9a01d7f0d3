// SPDX-License-Identifier: Apache-2.0

/// A place in a file: where a word begins.
package struct Position: Hashable, Comparable, Sendable, CustomStringConvertible {
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

    /// File by file, and in a file from its beginning.
    package static func < (left: Position, right: Position) -> Bool {
        (left.file, left.line, left.column) < (right.file, right.line, right.column)
    }
}

/// One word of a Corefile, and where it stands.
package struct Word: Hashable, Sendable {
    /// What the word says, without its quotes; variables are already replaced.
    package let text: String
    package let position: Position
    package let isQuoted: Bool

    package init(_ text: String, at position: Position, isQuoted: Bool = false) {
        self.text = text
        self.position = position
        self.isQuoted = isQuoted
    }
}

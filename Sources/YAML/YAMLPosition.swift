// SPDX-License-Identifier: Apache-2.0

/// A place in a text, counted as editors count it: both from 1, columns in characters.
package struct YAMLPosition: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let line: Int
    package let column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    package static func < (left: YAMLPosition, right: YAMLPosition) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }

    package var description: String { "\(line):\(column)" }
}

/// A mistake in a YAML text: where it stands, and what it is and would be right.
package struct YAMLError: Error, Hashable, Sendable, CustomStringConvertible {
    package let position: YAMLPosition
    /// What is wrong, and what would be right; lower case.
    package let mistake: String

    package init(at position: YAMLPosition, _ mistake: String) {
        self.position = position
        self.mistake = mistake
    }

    package var description: String { "\(position): \(mistake)" }
}

// SPDX-License-Identifier: Apache-2.0

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

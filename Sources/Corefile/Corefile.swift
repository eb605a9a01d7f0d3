// SPDX-License-Identifier: Apache-2.0

/// A Corefile as server blocks, imports done and variables replaced.
///
/// Only the form is looked at: which directives exist, and what their words mean, is for others.
/// A text without a word gives no blocks.
package struct Corefile: Hashable, Sendable {
    /// The largest file, in bytes; a ConfigMap holds no more.
    package static let maximumFileByteCount = 1 << 20
    /// The longest word, in bytes of UTF-8, its variables replaced.
    package static let maximumWordByteCount = 1 << 14
    /// The most words, those of imports counted each time they are imported.
    package static let maximumWordCount = 1 << 18
    /// The most bytes in all words together, and the most bytes in all imported files together.
    package static let maximumByteCount = 1 << 24
    /// The most files and snippets imported, counted each time.
    package static let maximumImportCount = 10_000
    /// The most imports inside each other.
    package static let maximumImportDepth = 64
    package static let maximumBlockCount = 1_024
    /// The most warnings kept; further ones are dropped.
    package static let maximumWarningCount = 100

    /// The server blocks in the order of the file.
    package let blocks: [Block]
    /// What is suspicious, but no mistake.
    package let warnings: [CorefileError]
    /// The paths of the imported files, each once, in the order of their first use.
    package let importedFiles: [String]

    init(blocks: [Block], warnings: [CorefileError], importedFiles: [String]) {
        self.blocks = blocks
        self.warnings = warnings
        self.importedFiles = importedFiles
    }

    /// Reads a Corefile.
    ///
    /// `file` is the name that places carry, and its folder is where relative imports begin.
    package init(
        parsing text: [UInt8],
        file: String,
        source: some CorefileSource = NoSource()
    ) throws(CorefileError) {
        var parser = try Parser(text, file: file, source: source)
        self = try parser.corefile()
    }
}

// SPDX-License-Identifier: Apache-2.0

/// What whoever gave a command is to do, as a server may not, or cannot.
///
/// It passes a socket as words. Who does it trusts nobody more than that: see its limits.
package enum Errand: Hashable, Sendable {
    /// The most bytes of all its words together.
    package static let maximumByteCount = 1 << 20
    /// The most names that are tried for a new file.
    package static let maximumNameCount = 8

    /// Write a new file.
    case write(NewFile)
    /// Have somebody edit a file.
    case edit(WrittenPlace)
    /// Give the same command again and again, and show what changes: the text is that of
    /// `WatchedLines`.
    case watch
    /// Something that this version has never heard of.
    case unknown

    /// A file that is not there yet.
    package struct NewFile: Hashable, Sendable {
        /// The folder that it comes into, from `/`.
        package let folder: String
        /// Its name; the next one where there is such a file already.
        package let names: [String]
        package let text: String

        package init(folder: String, names: [String], text: String) {
            self.folder = folder
            self.names = names
            self.text = text
        }

        /// Whether every name is that of a manifest in the folder itself.
        package var isSafe: Bool {
            folder.hasPrefix("/") && (1...maximumNameCount).contains(names.count)
                && names.allSatisfy {
                    $0.hasSuffix(".yaml") && !$0.hasPrefix(".") && !$0.utf8.contains(0x2F)
                }
        }
    }

    /// Where an object is written.
    package struct WrittenPlace: Hashable, Sendable {
        /// The file, from `/`.
        package let path: String
        /// From 1.
        package let line: Int
        /// What to give as a command when the file was changed, to have it checked.
        package let command: [String]

        package init(path: String, line: Int, command: [String]) {
            self.path = path
            self.line = line
            self.command = command
        }
    }

    private static let watchWord = "watch"

    /// The errand as words.
    package var words: [String] {
        switch self {
        case .write(let file): ["write", file.folder, file.text] + file.names
        case .edit(let place): ["edit", place.path, "\(place.line)"] + place.command
        case .watch: [Self.watchWord]
        case .unknown: ["unknown"]
        }
    }

    /// Reads an errand; nil for words that are none.
    package init?(words: [String]) {
        guard words != [Self.watchWord] else {
            self = .watch
            return
        }
        guard words.count > 3 else { return nil }
        let rest = Array(words[3...])
        switch words[0] {
        case "write":
            self = .write(NewFile(folder: words[1], names: rest, text: words[2]))
        case "edit":
            guard let line = Int(words[2]), line > 0, words[1].hasPrefix("/") else { return nil }
            self = .edit(WrittenPlace(path: words[1], line: line, command: rest))
        default: return nil
        }
    }
}

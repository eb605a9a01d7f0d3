// SPDX-License-Identifier: Apache-2.0

import Corefile

/// Files and variables in memory.
struct MemorySource: CorefileSource {
    var files: [String: String] = [:]
    var folders: Set<String> = []
    var variables: [String: String] = [:]

    func read(_ path: String) throws(UnreadableFile) -> [UInt8] {
        if folders.contains(path) { throw .isFolder }
        if path.hasSuffix("forbidden") { throw .other("may not be read") }
        guard let text = files[path] else { throw .missing }
        return Array(text.utf8)
    }

    func names(inFolder path: String) throws(UnreadableFile) -> [String] {
        let prefix = path == "." ? "" : path == "/" ? "/" : path + "/"
        let inside = (Array(files.keys) + folders).filter { $0.hasPrefix(prefix) }
        guard !inside.isEmpty else { throw .missing }
        return Array(
            Set(
                inside.compactMap { path in
                    path.dropFirst(prefix.count).split(separator: "/").first.map(String.init)
                }
            )
        )
    }

    func environment(_ name: String) -> String? { variables[name] }
}

/// The Corefile that `text` is, under the name `Corefile`.
func corefile(
    _ text: String,
    _ source: MemorySource = MemorySource()
) throws(CorefileError) -> Corefile {
    try Corefile(parsing: Array(text.utf8), file: "Corefile", source: source)
}

/// The message that `text` is refused with; nil when it is a Corefile.
func refusal(_ text: String, _ source: MemorySource = MemorySource()) -> String? {
    do throws(CorefileError) {
        _ = try corefile(text, source)
        return nil
    } catch {
        return error.description
    }
}

/// The messages of the warnings that `text` gives.
func warnings(_ text: String, _ source: MemorySource = MemorySource()) throws -> [String] {
    try corefile(text, source).warnings.map(\.description)
}

extension Corefile {
    /// The blocks in one line each: `key key { name argument { option argument; }; }`.
    var outline: [String] {
        blocks.map { block in
            let stanzas = block.stanzas.map { stanza in
                let line = ([stanza.name] + stanza.arguments).map(\.text).joined(separator: " ")
                guard !stanza.options.isEmpty else { return line + ";" }
                let options = stanza.options.map { option in
                    ([option.name] + option.arguments).map(\.text).joined(separator: " ") + ";"
                }
                return "\(line) { \(options.joined(separator: " ")) };"
            }
            let keys = block.keys.map(\.text).joined(separator: " ")
            return "\(keys) { \(stanzas.joined(separator: " ")) }"
        }
    }

    /// Every word, in its order.
    var words: [Word] {
        blocks.flatMap { block in
            block.keys
                + block.stanzas.flatMap { stanza in
                    [stanza.name] + stanza.arguments
                        + stanza.options.flatMap { [$0.name] + $0.arguments }
                }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

/// The files that the argument of an `import` names.
struct ImportPaths {
    /// The paths in the order in which they are imported.
    var paths: [String]
    /// Whether they come from a pattern, so that none at all is no mistake.
    let isPattern: Bool

    /// Finds the files; a relative path begins in the folder of the file that imports.
    init(_ word: Word, importedFrom file: String, source: some CorefileSource) throws(CorefileError)
    {
        isPattern = Pattern.isPattern(word.text)
        let path = word.text.hasPrefix("/") ? word.text : Self.folder(of: file) + word.text
        guard isPattern else {
            paths = [path]
            return
        }
        paths = [path.hasPrefix("/") ? "/" : ""]
        let written = word.text.split(separator: "/").count
        let parts = path.split(separator: "/")
        for (index, part) in parts.enumerated() {
            // The folder of the file is a name, whatever characters it has.
            let isWritten = index >= parts.count - written
            guard isWritten, Pattern.isPattern(part) else {
                for place in paths.indices { paths[place] = Self.join(paths[place], part) }
                continue
            }
            guard let pattern = Pattern(part) else {
                throw CorefileError(at: word.position, .badPattern(word.text))
            }
            paths = Self.matches(of: pattern, in: paths, source: source)
            guard paths.count <= Corefile.maximumImportCount else {
                throw CorefileError(
                    at: word.position,
                    .tooMany("files match", limit: Corefile.maximumImportCount)
                )
            }
        }
    }

    /// The names in `folders` that `pattern` covers, in the order of their bytes.
    private static func matches(
        of pattern: Pattern,
        in folders: [String],
        source: some CorefileSource
    ) -> [String] {
        var paths: [String] = []
        for folder in folders where paths.count <= Corefile.maximumImportCount {
            // What cannot be listed holds no match: a file among the folders, or a missing one.
            guard let names = try? source.names(inFolder: folder.isEmpty ? "." : folder) else {
                continue
            }
            let matching = names.filter { pattern.matches($0) }
                .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            paths += matching.map { join(folder, $0) }
        }
        return paths
    }

    private static func join(_ folder: String, _ name: some StringProtocol) -> String {
        folder.isEmpty || folder.hasSuffix("/") ? folder + name : folder + "/" + name
    }

    /// The part of a path before the file's name, its slash included.
    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "" }
        return String(path[...slash])
    }
}

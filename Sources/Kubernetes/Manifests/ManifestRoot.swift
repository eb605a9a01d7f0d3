// SPDX-License-Identifier: Apache-2.0

import Files

/// What was read at one of the paths that a user gave.
struct ManifestRoot: Sendable {
    let path: String
    /// The folders to watch: those read, and the one that `path` lies in.
    let folders: [String]
    /// In the order of a walk, unless something of them is only kept.
    fileprivate(set) var files: ManifestFiles
    /// The links to files below the path, and those that lead nowhere.
    let links: [String]
    /// The bytes in all files, as far as it is known.
    fileprivate(set) var byteCount: Int
    /// What is wrong with the path itself, or with paths below it that cannot be read.
    private(set) var faults: [ManifestMistake] = []

    /// What a walk found at a path; `folders`: those that it entered.
    init(
        path: String,
        folders: [String],
        links: [String],
        files: [ManifestFile],
        previous: ManifestRoot?
    ) {
        self.path = path
        self.folders = folders + [Self.parent(of: path)]
        self.links = links
        self.files = ManifestFiles(files, sharing: previous?.files ?? ManifestFiles())
        byteCount = files.reduce(0) { $0 &+ ($1.version?.identity.byteCount ?? 0) }
    }

    /// The folder that `path` lies in.
    private static func parent(of path: String) -> String {
        var bytes = path.utf8[...]
        while bytes.count > 1, bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
        guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        let parent = bytes[..<slash]
        return parent.isEmpty ? "/" : String(Substring(parent))
    }

    /// For how long files that went are remembered, in seconds.
    ///
    /// The removal of a folder takes its files first, one after the other, and some of them may be
    /// missed before the folder is.
    static let maximumRemovalSeconds: Int64 = 2

    /// The files that went lately, and when the last of them did, in seconds since 1970.
    private var removed: [ManifestFile] = []
    private var removedAt: Int64 = .min

    /// Remembers what went since the last time; without a time nothing is.
    mutating func remember(_ before: ManifestRoot?, wallSeconds: Int64?) {
        guard let before, let wallSeconds else { return }
        let (old, new) = ManifestFiles.differing(before.files, files)
        let isSame = old.elementsEqual(new) { $0.path == $1.path }
        if isSame, before.removed.isEmpty { return }
        let present = Set(files.map(\.path))
        let gone = before.files.filter { !present.contains($0.path) }
        removed = before.lately(wallSeconds).filter { !present.contains($0.path) } + gone
        removedAt = gone.isEmpty ? before.removedAt : wallSeconds
    }

    /// Remembers what went now, of a list that was brought up to date itself.
    mutating func remember(_ gone: [ManifestFile], wallSeconds: Int64?) {
        guard let wallSeconds, !gone.isEmpty || !removed.isEmpty else { return }
        removed = lately(wallSeconds).filter { files[$0.path] == nil } + gone
        if !gone.isEmpty { removedAt = wallSeconds }
    }

    /// What went a moment ago.
    private func lately(_ wallSeconds: Int64?) -> [ManifestFile] {
        guard let wallSeconds, removedAt != .min else { return [] }
        let (age, overflow) = wallSeconds.subtractingReportingOverflow(removedAt)
        return !overflow && (0...Self.maximumRemovalSeconds).contains(age) ? removed : []
    }

    /// The same, for a time in which the path cannot be had; also with what went just before.
    func kept(because error: FileError, wallSeconds: Int64?) -> ManifestRoot {
        var root = self
        root.files = ManifestFiles((files + lately(wallSeconds)).map { $0.unreached() })
        root.removed = []
        root.faults = [Self.fault(path, error.text + Self.keeping)]
        return root
    }

    /// What is said where an old form stays.
    static let keeping = "; what it held before stays in use"

    private static func fault(_ path: String, _ text: String) -> ManifestMistake {
        ManifestMistake(file: path, position: nil, text)
    }

    /// Takes over the files of the last time at a path that cannot be read now.
    mutating func keep(_ old: [ManifestFile], because unreadable: UnreadablePath) {
        files = ManifestFiles(files + old.map { $0.unreached() })
        if !old.isEmpty {
            faults.append(Self.fault(unreadable.path, unreadable.text + Self.keeping))
        } else if unreadable.isExpected {
            faults.append(Self.fault(unreadable.path, unreadable.text))
        }
    }
}

extension ManifestRoot {
    // MARK: Looking at single paths

    /// Whether the path is that of a file and not of a folder.
    var isFile: Bool { folders.count == 1 }

    /// Whether something is the path itself, or below it.
    func contains(_ other: String) -> Bool {
        guard other.utf8.starts(with: path.utf8) else { return false }
        let rest = other.utf8.dropFirst(path.utf8.count)
        let slash = UInt8(ascii: "/")
        return rest.isEmpty || rest.first == slash || path.utf8.last == slash
    }

    /// Whether the path lies in `folder` itself, of which changes name what is in it.
    func isBeside(_ folder: String) -> Bool { folder == Self.parent(of: path) }

    /// The last part of the path.
    var name: String {
        let slash = UInt8(ascii: "/")
        var bytes = path.utf8[...]
        while bytes.count > 1, bytes.last == slash { bytes.removeLast() }
        guard let last = bytes.lastIndex(of: slash) else { return String(Substring(bytes)) }
        return String(Substring(bytes[bytes.index(after: last)...]))
    }

    /// The path of a name in a folder, as a walk writes it.
    static func path(of name: String, in folder: String) -> String {
        folder.utf8.last == UInt8(ascii: "/") ? folder + name : "\(folder)/\(name)"
    }

    /// Exchanges, adds or takes out one file.
    mutating func change(_ known: ManifestFile?, to next: ManifestFile?, at path: String) {
        guard known !== next else { return }
        byteCount &-= known?.version?.identity.byteCount ?? 0
        byteCount &+= next?.version?.identity.byteCount ?? 0
        if let next { files.put(next) } else { files.remove(path) }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Files

/// What was read at one of the paths that a user gave.
struct ManifestRoot: Sendable {
    let path: String
    /// The folders to watch: those read, and the one that `path` lies in.
    var folders: [String]
    var files: [ManifestFile] = []
    /// The links to files below the path, and those that lead nowhere.
    var links: [String] = []
    /// What is wrong with the path itself, or with paths below it that cannot be read.
    private(set) var faults: [ManifestMistake] = []

    init(path: String, folders: [String]) {
        self.path = path
        self.folders = folders + [Self.parent(of: path)]
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
        let isSame = files.elementsEqual(before.files) { $0.path == $1.path }
        if isSame, before.removed.isEmpty { return }
        let present = Set(files.map(\.path))
        let gone = before.files.filter { !present.contains($0.path) }
        removed = before.lately(wallSeconds).filter { !present.contains($0.path) } + gone
        removedAt = gone.isEmpty ? before.removedAt : wallSeconds
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
        root.files = (files + lately(wallSeconds)).map { $0.unreached() }
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
        files += old.map { $0.unreached() }
        if !old.isEmpty {
            faults.append(Self.fault(unreadable.path, unreadable.text + Self.keeping))
        } else if unreadable.isExpected {
            faults.append(Self.fault(unreadable.path, unreadable.text))
        }
    }

    /// Takes a file: as it is known, or read when it is new or has changed.
    ///
    /// `waitsForWriters`: whether a file that is being written is left for later.
    mutating func read(
        _ found: FoundFile,
        from source: some FileSource,
        previous: ManifestFile?,
        limits: ManifestLimits,
        wallSeconds: Int64?,
        waitsForWriters: Bool
    ) {
        let version = previous?.version?.current(
            found.path,
            found.identity,
            in: source,
            wallSeconds: wallSeconds
        )
        if let previous, let version {
            files.append(previous.known(as: version))
            return
        }
        do throws(FileError) {
            let settled = try SettledFile(
                reading: found.path,
                from: source,
                maximumByteCount: limits.fileByteCount,
                waitsForWriters: waitsForWriters
            )
            files.append(
                ManifestFile(
                    path: found.path,
                    version: FileVersion(of: settled, wallSeconds: wallSeconds),
                    bytes: settled.bytes,
                    previous: previous
                )
            )
        } catch {
            // Gone since it was found: its objects go too.
            guard error.reason != .missing else { return }
            files.append(ManifestFile(path: found.path, keeping: previous, because: error))
        }
    }
}

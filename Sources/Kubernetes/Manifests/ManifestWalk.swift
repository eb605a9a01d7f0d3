// SPDX-License-Identifier: Apache-2.0

import Files
import Wire

/// One file that was found, and which version of it.
struct FoundFile: Sendable {
    let path: String
    let identity: FileIdentity
}

/// A path that is there but cannot be read now.
struct UnreadablePath: Sendable {
    let path: String
    /// Why, without the path.
    let text: String
    /// Whether that is a mistake even when nothing was ever read there.
    let isExpected: Bool
}

/// Finds the manifests below the paths that a user gave.
///
/// Folders are walked in the order of their names, so that the result is always the same. Names
/// that begin with `.` are passed over: in a mounted ConfigMap they are the versions that the
/// visible links lead to, elsewhere they are an editor's or a tool's own. Links are followed; a
/// folder that lies in itself by way of one is entered once.
struct ManifestWalk<Source: FileSource> {
    private let source: Source
    private let limits: ManifestLimits

    private(set) var files: [FoundFile] = []
    /// Every folder that was entered.
    private(set) var folders: [String] = []
    private(set) var mistakes: [ManifestMistake] = []
    /// Folders below the first that cannot be read now; what they held is kept.
    private(set) var unreadable: [UnreadablePath] = []
    /// Links to files, and those that lead nowhere: what happens at their ends is not seen here.
    private(set) var links: [String] = []

    /// The paths that earlier visits found; within one visit none comes twice.
    private var seen: Set<String> = []
    private var seenFileCount = 0
    private var seenFolderCount = 0
    /// Whether a visit came to something that another had found.
    private(set) var hasOverlap = false
    private var byteCount = 0
    private var isFull = false

    init(_ source: Source, limits: ManifestLimits) {
        self.source = source
        self.limits = limits
    }

    /// Finds the files at `path`, a file or a folder.
    ///
    /// - Throws: Why `path` itself cannot be had.
    mutating func visit(_ path: String) throws(FileError) {
        for file in files[seenFileCount...] { seen.insert(file.path) }
        seenFileCount = files.count
        for folder in folders[seenFolderCount...] { seen.insert(folder) }
        seenFolderCount = folders.count
        let identity = try source.identity(of: path)
        guard identity.isFolder else {
            add(path, identity)
            return
        }
        let names = try source.list(path)
        enter(path, names, inside: [identity])
    }

    /// Whether no earlier visit found a path.
    private mutating func isNew(_ path: String) -> Bool {
        guard !seen.isEmpty, seen.contains(path) else { return true }
        hasOverlap = true
        return false
    }

    /// How the names of manifests end, in lower case.
    private static var endings: [String] { [".yaml", ".yml", ".json"] }

    /// Whether a file in a folder is read for its name.
    static func isManifest(_ name: String) -> Bool {
        endings.contains { ending in
            name.utf8.suffix(ending.utf8.count).elementsEqual(ending.utf8) {
                $0.asciiLowercased == $1
            }
        }
    }

    /// Finds the files in a folder; `inside` are the folders it lies in, itself last.
    private mutating func enter(_ folder: String, _ names: [String], inside: [FileIdentity]) {
        guard isNew(folder) else { return }
        folders.append(folder)
        for name in Self.sorted(names) where name.utf8.first != UInt8(ascii: ".") {
            let path = ManifestRoot.path(of: name, in: folder)
            do throws(FileError) {
                let identity = try source.identity(of: path)
                if identity.isFolder {
                    try enterInner(path, identity, inside: inside)
                } else if Self.isManifest(name) {
                    add(path, identity)
                }
            } catch {
                failed(path, name, error)
            }
        }
    }

    /// The names in order, in which sources mostly give them.
    private static func sorted(_ names: [String]) -> [String] {
        zip(names, names.dropFirst()).allSatisfy { $0 < $1 } ? names : names.sorted()
    }

    private mutating func enterInner(
        _ path: String,
        _ identity: FileIdentity,
        inside: [FileIdentity]
    ) throws(FileError) {
        guard !inside.contains(where: { $0.isSameFile(as: identity) }) else {
            let text = "leads back to a folder that it lies in; it is not entered again"
            mistakes.append(
                ManifestMistake(file: path, position: nil, text, isWarning: true)
            )
            return
        }
        guard inside.count <= limits.folderDepth else {
            note(path, "lies more than \(limits.folderDepth) folders deep; it is not read")
            return
        }
        enter(path, try source.list(path), inside: inside + [identity])
    }

    /// Notes what cannot be had below a folder.
    private mutating func failed(_ path: String, _ name: String, _ error: FileError) {
        // Gone since the folder was listed, as if it had been a moment before.
        guard error.reason != .missing else { return }
        let isDangling = error.reason == .dangling
        if isDangling { links.append(path) }
        unreadable.append(
            UnreadablePath(
                path: path,
                text: error.text,
                isExpected: !isDangling || Self.isManifest(name)
            )
        )
    }

    private mutating func note(_ path: String, _ text: String) {
        mistakes.append(ManifestMistake(file: path, position: nil, text))
    }

    private mutating func add(_ path: String, _ identity: FileIdentity) {
        guard !isFull, isNew(path) else { return }
        guard files.count < limits.fileCount else {
            isFull = true
            note(
                path,
                "is past the limit of \(limits.fileCount) files; it and the rest are not read"
            )
            return
        }
        let (sum, overflow) = byteCount.addingReportingOverflow(max(0, identity.byteCount))
        guard !overflow, sum <= limits.totalByteCount else {
            let limit = limits.totalByteCount
            note(path, "is past the limit of \(limit) bytes in all; it is not read")
            return
        }
        byteCount = sum
        if identity.isLink { links.append(path) }
        files.append(FoundFile(path: path, identity: identity))
    }
}

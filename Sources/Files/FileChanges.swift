// SPDX-License-Identifier: Apache-2.0

/// What is known to have happened to watched files and folders.
///
/// Whoever reads files again may leave out what is not named here, as long as nothing was lost.
package struct FileChanges: Hashable, Sendable {
    /// The most names that are told one by one; what comes on top makes the whole incomplete.
    package static let maximumNameCount = 65_536

    /// Nothing is known, so anything may have changed.
    package static let unknown: FileChanges = {
        var changes = FileChanges()
        changes.isComplete = false
        return changes
    }()

    /// Whether nothing happened but what is named.
    package private(set) var isComplete = true
    /// The watched paths to which something happened themselves, in whatever they hold.
    package private(set) var paths: Set<String> = []
    /// The names to which something happened in watched folders, by folder.
    package private(set) var names: [String: Set<String>] = [:]
    /// How many names were told, some perhaps more than once.
    private var nameCount = 0

    /// No change at all.
    package init() {}

    /// Whether nothing happened, as far as is known.
    package var isEmpty: Bool { isComplete && paths.isEmpty && names.isEmpty }

    /// The watched paths on which something happened, or in which.
    package var watchedPaths: Set<String> { paths.union(names.keys) }

    /// Notes that something happened to a watched path itself.
    package mutating func note(_ path: String) { paths.insert(path) }

    /// Notes that something happened to a name in a watched folder.
    package mutating func note(_ name: String, in folder: String) {
        guard nameCount < Self.maximumNameCount else {
            loseTrack()
            note(folder)
            return
        }
        nameCount += 1
        names[folder, default: []].insert(name)
    }

    /// Notes that something happened of which nobody knows what.
    package mutating func loseTrack() { isComplete = false }

    /// Adds what happened later.
    package mutating func formUnion(_ later: FileChanges) {
        isComplete = isComplete && later.isComplete
        paths.formUnion(later.paths)
        for (folder, names) in later.names {
            for name in names { note(name, in: folder) }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Files

/// The objects of all manifests below some paths, and what is wrong in those.
///
/// It is made from the set before: files that have not changed are not parsed again, and what is
/// wrong now keeps its last good form, so that one mistake takes nothing else with it.
package struct ManifestSet: Sendable {
    /// All objects, in the order of the paths, the files' names and their places in the files.
    package let objects: [ClusterObject]
    /// Everything that is wrong now, in the order of the files; also what was so before.
    package let mistakes: [ManifestMistake]
    /// The folders in which a change can change this set.
    package let folders: [String]
    /// The links to files elsewhere, which can change without a sign in their folders.
    package let links: [String]
    /// Files that changed while they were read, or are still being written: read them again, even if nobody touches them.
    package let unsettled: [String]
    /// The paths of which something was wrong in the set before, and nothing is now.
    package let recovered: [String]
    /// How many objects are served in an older form, as what they are now is wrong.
    package let keptCount: Int

    /// What each path gave, in the order of the paths.
    let roots: [ManifestRoot]
    /// Which file each object comes from, of those that two documents could be about.
    let holders: [ObjectKey: ManifestHolder]

    /// Reads the manifests at `paths`, each a file or a folder.
    ///
    /// - Parameters:
    ///   - paths: As the user gave them; the objects come in this order.
    ///   - source: The disk, or a simulated one.
    ///   - previous: The set that this one replaces; nil at the start.
    ///   - limits: Smaller ones in tests.
    ///   - wallSeconds: The time, in seconds since 1970. A file that was written in the two seconds
    ///     before is read again the next time, whatever its identity: the clocks of file systems
    ///     are too coarse to tell two writings apart. Without a time, identities are trusted.
    /// - Returns: The set, with whatever could be had.
    /// - Throws: Why a path cannot be had that was not there before either.
    package static func load(
        paths: [String],
        from source: some FileSource,
        previous: ManifestSet? = nil,
        limits: ManifestLimits = ManifestLimits(),
        wallSeconds: Int64? = nil
    ) throws(FileError) -> ManifestSet {
        let before = ManifestHistory(previous)
        var walk = ManifestWalk(source, limits: limits)
        var roots: [ManifestRoot] = []
        for path in paths {
            let firstFile = walk.files.count
            let firstFolder = walk.folders.count
            let firstLink = walk.links.count
            let firstUnreadable = walk.unreadable.count
            do throws(FileError) {
                try walk.visit(path)
            } catch {
                guard let root = before.root(path) else { throw error }
                roots.append(root.kept(because: error, wallSeconds: wallSeconds))
                continue
            }
            var root = ManifestRoot(path: path, folders: Array(walk.folders[firstFolder...]))
            for found in walk.files[firstFile...] {
                root.read(
                    found,
                    from: source,
                    previous: before.file(found.path),
                    limits: limits,
                    wallSeconds: wallSeconds,
                    waitsForWriters: previous != nil
                )
            }
            root.links = Array(walk.links[firstLink...])
            for unreadable in walk.unreadable[firstUnreadable...] {
                root.keep(before.files(below: unreadable.path, of: path), because: unreadable)
            }
            root.remember(before.root(path), wallSeconds: wallSeconds)
            roots.append(root)
        }
        return ManifestSet(roots, mistakes: walk.mistakes, previous: previous)
    }

    /// Puts together what the roots hold.
    private init(
        _ roots: [ManifestRoot],
        mistakes: [ManifestMistake],
        previous: ManifestSet?
    ) {
        var assembly = ManifestAssembly(previous: previous?.holders ?? [:])
        for root in roots {
            for file in root.files { assembly.add(file) }
        }
        assembly.settle()
        self.roots = roots
        let mistakes = roots.flatMap(\.faults) + mistakes + assembly.mistakes
        self.mistakes = mistakes
        recovered = Self.recovered(roots, mistakes, previous)
        self.holders = assembly.holders
        objects = assembly.objects
        keptCount = assembly.keptCount
        folders = Set(roots.flatMap(\.folders)).sorted()
        links = Set(roots.flatMap(\.links)).sorted()
        unsettled = roots.flatMap { $0.files.filter(\.isUnsettled).map(\.path) }
    }
}

extension ManifestSet {
    /// The paths that are right again; those that are gone are not.
    private static func recovered(
        _ roots: [ManifestRoot],
        _ mistakes: [ManifestMistake],
        _ previous: ManifestSet?
    ) -> [String] {
        guard let previous, !previous.mistakes.isEmpty else { return [] }
        let wrong = Set(previous.mistakes.map(\.file)).subtracting(mistakes.map(\.file))
        guard !wrong.isEmpty else { return [] }
        let present = roots.flatMap { [$0.path] + $0.folders + $0.files.map(\.path) }
        return wrong.intersection(present).sorted()
    }
}

/// What the set before held, by path.
private struct ManifestHistory {
    private var roots: [String: ManifestRoot] = [:]
    private var files: [String: ManifestFile] = [:]

    init(_ set: ManifestSet?) {
        for root in set?.roots ?? [] {
            roots[root.path] = root
            for file in root.files { files[file.path] = file }
        }
    }

    func root(_ path: String) -> ManifestRoot? { roots[path] }

    func file(_ path: String) -> ManifestFile? { files[path] }

    /// The files of a root that are `folder` or lie below it.
    func files(below folder: String, of root: String) -> [ManifestFile] {
        (roots[root]?.files ?? []).filter { $0.path == folder || $0.path.hasPrefix(folder + "/") }
    }
}

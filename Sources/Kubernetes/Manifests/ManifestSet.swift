// SPDX-License-Identifier: Apache-2.0

import Files
import YAML

/// The objects of all manifests below some paths, and what is wrong in those.
///
/// It is made from the set before: files that have not changed are not parsed again, and what is
/// wrong now keeps its last good form, so that one mistake takes nothing else with it.
package struct ManifestSet: Sendable {
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
    /// All files, in the order of the paths and of their names, each once.
    let files: ManifestFiles
    /// Whether the files are those that a walk finds, in its order, and nothing is only kept
    /// because a path could not be had.
    let isWhole: Bool
    /// `folders` and `links` for looking up.
    let folderSet: Set<String>
    let linkSet: Set<String>
    /// The forms of the documents that were read last.
    let known: KnownForms
    /// Who claims the objects that must be of one document only.
    let claims: ManifestClaims
    /// The claims that lost their object to another, by file and number.
    let losers: [String: Set<Int>]

    /// Reads the manifests at `paths`, each a file or a folder.
    ///
    /// - Parameters:
    ///   - paths: As the user gave them; the objects come in this order.
    ///   - source: The disk, or a simulated one.
    ///   - workforce: Who reads and decodes files side by side; the result is the same.
    ///   - previous: The set that this one replaces; nil at the start.
    ///   - changes: What happened since the set before was made, in its `folders` and to its
    ///     `links`. Only that is looked at, and what was unsettled; all, when some of it is unknown.
    ///   - limits: Smaller ones in tests.
    ///   - wallSeconds: The time, in seconds since 1970. A file that was written in the two seconds
    ///     before is read again the next time, whatever its identity: the clocks of file systems
    ///     are too coarse to tell two writings apart. Without a time, identities are trusted.
    /// - Returns: The set, with whatever could be had.
    /// - Throws: Why a path cannot be had that was not there before either.
    package static func load(
        paths: [String],
        from source: some FileSource,
        workforce: some Workforce = SoleWorker(),
        previous: ManifestSet? = nil,
        changes: FileChanges = .unknown,
        limits: ManifestLimits = ManifestLimits(),
        wallSeconds: Int64? = nil
    ) throws(FileError) -> ManifestSet {
        let reading = ManifestReading(
            source: source,
            workforce: workforce,
            limits: limits,
            known: previous?.known ?? KnownForms(),
            wallSeconds: wallSeconds,
            waitsForWriters: previous != nil
        )
        if let previous {
            let update = ManifestUpdate(reading: reading, previous: previous)
            if let roots = update.roots(after: changes) {
                return ManifestSet(
                    roots,
                    mistakes: [],
                    isWhole: true,
                    knowing: reading.known,
                    previous: previous
                )
            }
        }
        return try load(paths, by: reading, previous)
    }

    /// Walks everything and reads what is new or has changed.
    private static func load(
        _ paths: [String],
        by reading: ManifestReading<some FileSource, some Workforce>,
        _ previous: ManifestSet?
    ) throws(FileError) -> ManifestSet {
        var before = ManifestHistory(previous)
        var walk = ManifestWalk(reading.source, limits: reading.limits)
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
                roots.append(root.kept(because: error, wallSeconds: reading.wallSeconds))
                continue
            }
            let files = reading.files(walk.files[firstFile...], &before)
            var root = ManifestRoot(
                path: path,
                folders: Array(walk.folders[firstFolder...]),
                links: Array(walk.links[firstLink...]),
                files: files,
                previous: before.root(path)
            )
            for unreadable in walk.unreadable[firstUnreadable...] {
                root.keep(before.files(below: unreadable.path, of: path), because: unreadable)
            }
            root.remember(before.root(path), wallSeconds: reading.wallSeconds)
            roots.append(root)
        }
        let isWhole =
            walk.mistakes.isEmpty && !walk.hasOverlap && roots.allSatisfy(\.faults.isEmpty)
        return ManifestSet(
            roots,
            mistakes: walk.mistakes,
            isWhole: isWhole,
            knowing: reading.known,
            previous: previous
        )
    }

    /// Puts together what the roots hold.
    private init(
        _ roots: [ManifestRoot],
        mistakes: [ManifestMistake],
        isWhole: Bool,
        knowing known: KnownForms,
        previous: ManifestSet?
    ) {
        self.roots = roots
        self.known = known
        self.isWhole = isWhole
        let files = isWhole ? ManifestFiles(joining: roots.map(\.files)) : Self.distinct(roots)
        let before = previous?.files ?? ManifestFiles()
        let changes = ManifestChange.all(from: before, to: files)
        var claims = previous?.claims ?? ManifestClaims()
        if !changes.isEmpty { claims.take(changes, from: before, to: files) }
        var losers: [String: Set<Int>] = [:]
        var contested: [String: [ManifestMistake]] = [:]
        for contest in claims.contests.values {
            for loser in contest.losers { losers[loser.file, default: []].insert(loser.number) }
            for (loser, mistake) in contest.mistakes {
                contested[loser.file, default: []].append(mistake)
            }
        }
        let found = roots.flatMap(\.faults) + mistakes + Self.mistakes(files, contested)
        self.mistakes = found
        self.files = files
        self.claims = claims
        self.losers = losers
        recovered = Self.recovered(roots, found, previous)
        keptCount =
            losers.isEmpty
            ? files.keptCount
            : files.reduce(0) { $0 + $1.keptCount(without: losers[$1.path]) }
        unsettled = files.unsettled
        let isSame = previous.map { previous in
            previous.roots.elementsEqual(roots) { $0.folders == $1.folders && $0.links == $1.links }
        }
        if let previous, isSame == true {
            (folders, links) = (previous.folders, previous.links)
            (folderSet, linkSet) = (previous.folderSet, previous.linkSet)
        } else {
            folderSet = Set(roots.flatMap(\.folders))
            linkSet = Set(roots.flatMap(\.links))
            (folders, links) = (folderSet.sorted(), linkSet.sorted())
        }
    }

    /// The files of all roots; of two with one path the first.
    private static func distinct(_ roots: [ManifestRoot]) -> ManifestFiles {
        guard roots.count > 1 else { return roots.first?.files ?? ManifestFiles() }
        var seen: Set<String> = []
        return ManifestFiles(
            roots.flatMap { $0.files.filter { seen.insert($0.path).inserted } }
        )
    }

    /// What is wrong in the files; `contested`: what is so only next to the others.
    private static func mistakes(
        _ files: ManifestFiles,
        _ contested: [String: [ManifestMistake]]
    ) -> [ManifestMistake] {
        var found: [ManifestMistake] = []
        for file in contested.isEmpty ? Array(files.flawed) : Array(files) {
            if file.fault == nil, file.content.mistakes.isEmpty, contested.isEmpty { continue }
            var list = file.fault.map { [$0] } ?? []
            list += file.content.mistakes
            if !contested.isEmpty { list += contested[file.path] ?? [] }
            // By place, and by text where a dictionary's order could show.
            found += list.sorted { left, right in
                let first = left.position ?? YAMLPosition(line: 0, column: 0)
                let second = right.position ?? YAMLPosition(line: 0, column: 0)
                return first == second ? left.text < right.text : first < second
            }
        }
        return found
    }

    /// All objects, in the order of the paths, the files' names and their places in the files.
    ///
    /// They are put together anew each time.
    package var objects: [ClusterObject] {
        files.flatMap { file in
            let losers = losers[file.path] ?? []
            return file.content.forms.enumerated().flatMap { number, form in
                losers.contains(number) ? [] : form.object.objects
            }
        }
    }

    /// Whether there is no object at all.
    package var isEmpty: Bool { files.allSatisfy { $0.content.isEmpty } }
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

// SPDX-License-Identifier: Apache-2.0

import YAML

/// A file that is not what it was before.
struct ManifestChange {
    let path: String
    /// Nil where there was no such file.
    let before: ManifestFile?
    /// Nil where there is none any more.
    let after: ManifestFile?

    /// What differs between the files of two sets; of the unchanged ones only references are compared.
    static func all(from old: ManifestFiles, to new: ManifestFiles) -> [ManifestChange] {
        let (old, new) = ManifestFiles.differing(old, new)
        var changes: [ManifestChange] = []
        func compare(_ before: ManifestFile, _ after: ManifestFile) {
            guard before !== after else { return }
            if before.content === after.content, before.isKept == after.isKept { return }
            changes.append(ManifestChange(path: after.path, before: before, after: after))
        }
        // Mostly the same files in the same order, with one more or one less somewhere.
        var start = 0
        while start < min(old.count, new.count), old[start].path == new[start].path {
            compare(old[start], new[start])
            start += 1
        }
        var end = 0
        while end < min(old.count, new.count) - start,
            old[old.count - 1 - end].path == new[new.count - 1 - end].path
        {
            compare(old[old.count - 1 - end], new[new.count - 1 - end])
            end += 1
        }
        var gone: [String: ManifestFile] = [:]
        for file in old[start..<(old.count - end)] { gone[file.path] = file }
        for file in new[start..<(new.count - end)] {
            if let before = gone.removeValue(forKey: file.path) {
                compare(before, file)
            } else {
                changes.append(ManifestChange(path: file.path, before: nil, after: file))
            }
        }
        for (path, file) in gone {
            changes.append(ManifestChange(path: path, before: file, after: nil))
        }
        return changes
    }
}

/// Which files claim each object, and who has it where two documents name the same one.
///
/// A right document goes before one that is only kept, the one that named the object before goes
/// before a newcomer, and else the first in the order of the files. Only what is claimed in a file
/// that changed is looked at.
struct ManifestClaims: Sendable {
    /// The files of the documents that claim one object, each as often as it does.
    private enum Claimants: Sendable {
        case one(String)
        case several([String])

        var paths: [String] {
            switch self {
            case .one(let path): [path]
            case .several(let paths): paths
            }
        }
    }

    private var claimants = SharedTable<ObjectKey, Claimants>()
    /// The objects that more than one document claims.
    private(set) var contests: [ObjectKey: ManifestContest] = [:]

    /// Takes over what changed between two lists of files.
    mutating func take(
        _ changes: [ManifestChange],
        from old: ManifestFiles,
        to new: ManifestFiles
    ) {
        let before = self
        var touched: Set<ObjectKey> = []
        for change in changes {
            let (gone, come) = Self.difference(change)
            for key in gone { remove(change.path, from: key) }
            for key in come { add(change.path, to: key) }
            touched.formUnion(gone)
            touched.formUnion(come)
        }
        if !contests.isEmpty {
            let paths = Set(changes.map(\.path))
            for (key, contest) in contests where !paths.isDisjoint(with: contest.files) {
                touched.insert(key)
            }
        }
        var finder = ClaimFinder(new)
        var finderBefore = ClaimFinder(old)
        for key in touched {
            guard case .several(let paths) = claimants[key] else {
                if !contests.isEmpty { contests[key] = nil }
                continue
            }
            var holder = contests[key]?.winner
            if holder == nil, case .one(let path) = before.claimants[key] {
                holder = finderBefore.claims(on: key, in: [path]).first
            }
            contests[key] = ManifestContest(
                key,
                finder.claims(on: key, in: Set(paths)),
                before: holder
            )
        }
    }

    /// The keys that a file claims no more, and those that it claims newly.
    private static func difference(
        _ change: ManifestChange
    ) -> (gone: [ObjectKey], come: [ObjectKey]) {
        guard change.before?.content !== change.after?.content else { return ([], []) }
        let old = change.before?.content.keys ?? []
        let new = change.after?.content.keys ?? []
        let start = zip(old, new).prefix { $0 == $1 }.count
        guard start < old.count, start < new.count else {
            return (Array(old[start...]), Array(new[start...]))
        }
        var counts: [ObjectKey: Int] = [:]
        for key in new[start...] { counts[key, default: 0] += 1 }
        var gone: [ObjectKey] = []
        for key in old[start...] {
            if let count = counts[key], count > 0 {
                counts[key] = count - 1
            } else {
                gone.append(key)
            }
        }
        return (gone, counts.flatMap { Array(repeating: $0.key, count: $0.value) })
    }

    private mutating func add(_ path: String, to key: ObjectKey) {
        guard let others = claimants[key] else {
            claimants[key] = .one(path)
            return
        }
        claimants[key] = .several(others.paths + [path])
    }

    private mutating func remove(_ path: String, from key: ObjectKey) {
        guard var paths = claimants[key]?.paths, let index = paths.firstIndex(of: path) else {
            return
        }
        paths.remove(at: index)
        claimants[key] =
            switch paths.count {
            case 0: nil
            case 1: .one(paths[0])
            default: .several(paths)
            }
    }
}

/// One document's claim on an object.
struct PlacedClaim: Sendable {
    let file: String
    /// Its number among the claims of the file.
    let number: Int
    let position: YAMLPosition
    let objects: [ClusterObject]
    let isKept: Bool
}

/// Finds the claims on an object in the files.
private struct ClaimFinder {
    private let list: ManifestFiles
    /// The same in order; made when first needed, as are their numbers.
    private var files: [ManifestFile] = []
    /// The numbers of the files; made when first needed.
    private var fileNumbers: [String: Int] = [:]
    /// The numbers of the claims on each object, of each file that was asked for.
    private var claimNumbers: [Int: [ObjectKey: [Int]]] = [:]

    init(_ files: ManifestFiles) { list = files }

    /// The claims in these files, in the order of all files.
    mutating func claims(on key: ObjectKey, in paths: Set<String>) -> [PlacedClaim] {
        if fileNumbers.isEmpty {
            files = Array(list)
            for (number, file) in files.enumerated() { fileNumbers[file.path] = number }
        }
        var found: [PlacedClaim] = []
        for number in paths.compactMap({ fileNumbers[$0] }).sorted() {
            let file = files[number]
            if claimNumbers[number] == nil { claimNumbers[number] = Self.index(file.content) }
            for claim in claimNumbers[number]?[key] ?? [] {
                found.append(
                    PlacedClaim(
                        file: file.path,
                        number: claim,
                        position: file.content.claims[claim].form.position,
                        objects: file.content.claims[claim].form.objects,
                        isKept: file.isKept || file.content.claims[claim].isKept
                    )
                )
            }
        }
        return found
    }

    private static func index(_ content: ManifestContent) -> [ObjectKey: [Int]] {
        var found: [ObjectKey: [Int]] = [:]
        for (number, claim) in content.claims.enumerated() {
            guard let key = claim.form.key else { continue }
            found[key, default: []].append(number)
        }
        return found
    }
}

/// An object that more than one document claims, and which of them has it.
struct ManifestContest: Sendable {
    let winner: PlacedClaim
    let losers: [PlacedClaim]
    /// What is said of the losers; of one that is only kept nothing needs to be.
    let mistakes: [(PlacedClaim, ManifestMistake)]

    /// Decides between claims, which come in the order of the files; nil when there is none.
    init?(_ key: ObjectKey, _ claims: [PlacedClaim], before holder: PlacedClaim?) {
        let right = claims.filter { !$0.isKept }
        let candidates = right.isEmpty ? claims : right
        let own = candidates.filter { $0.file == holder?.file }
        let same = own.first { $0.objects == holder?.objects }
        guard let winner = same ?? own.first ?? candidates.first else { return nil }
        self.winner = winner
        losers = claims.filter { $0.file != winner.file || $0.number != winner.number }
        let place = "\(winner.file):\(winner.position)"
        mistakes = losers.filter { !$0.isKept }.map { loser in
            let mistake = ManifestMistake(
                file: loser.file,
                position: loser.position,
                "\(key) is already at \(place), which is used; keep one of them"
            )
            return (loser, mistake)
        }
    }

    /// The files of all claims.
    var files: Set<String> { Set(losers.map(\.file) + [winner.file]) }
}

// SPDX-License-Identifier: Apache-2.0

import Wire
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
        while start < min(old.count, new.count),
            old[start] === new[start] || old[start].path == new[start].path
        {
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
    /// That a document of one file names an object; the rank of it is the number of the file.
    private struct Mark: Equatable, Sendable {}

    private var marks = SharedTable<Mark>()
    /// The objects that more than one document claims.
    private(set) var contests: [StoredKey: ManifestContest] = [:]

    /// A number for the file of a path; two files may have one, so that claims are looked up there.
    fileprivate static func number(of path: String) -> UInt32 {
        let bytes = Array(path.utf8)
        return UInt32(truncatingIfNeeded: hashBytes(bytes.span))
    }

    /// Takes over what changed between two lists of files.
    mutating func take(
        _ changes: [ManifestChange],
        from old: ManifestFiles,
        to new: ManifestFiles
    ) {
        let before = self
        var touched: Set<StoredKey> = []
        for change in changes {
            let number = Self.number(of: change.path)
            let (gone, come) = Self.difference(change)
            for key in gone { marks.remove(Mark(), at: key, rank: number) }
            var shared: Set<UInt64> = []
            for key in come {
                marks.insert(Mark(), at: key, rank: number)
                if marks[key].count > 1 { shared.insert(key) }
            }
            guard !shared.isEmpty else { continue }
            for form in change.after?.content.forms ?? [] {
                guard let key = StoredKey(claimedBy: form), shared.contains(key.number) else {
                    continue
                }
                touched.insert(key)
            }
        }
        if !contests.isEmpty {
            let paths = Set(changes.map(\.path))
            for (key, contest) in contests where !paths.isDisjoint(with: contest.files) {
                touched.insert(key)
            }
        }
        guard !touched.isEmpty else { return }
        var finder = ClaimFinder(new)
        var finderBefore = ClaimFinder(old)
        for key in touched {
            let claims = finder.claims(on: key, in: files(of: key))
            guard claims.count > 1 else {
                contests[key] = nil
                continue
            }
            var holder = contests[key]?.winner
            if holder == nil {
                // Without a contest there was one at most.
                holder = finderBefore.claims(on: key, in: before.files(of: key)).first
            }
            contests[key] = ManifestContest(key, claims, before: holder)
        }
    }

    /// Where each of these objects stands in the files; nil for what is in none of them.
    func places(of objects: [StoredObject], in list: ManifestFiles) -> [PlacedClaim?] {
        var finder = ClaimFinder(list)
        return objects.map { object in
            guard let key = StoredKey(object) else { return nil }
            let claims = finder.claims(on: key, in: files(of: key))
            return claims.first { $0.object == object } ?? claims.first
        }
    }

    /// The numbers of the files that claim an object.
    private func files(of key: StoredKey) -> Set<UInt32> { Set(marks[key.number].map(\.rank)) }

    /// The keys that a file claims no more, and those that it claims newly, by their hashes.
    private static func difference(
        _ change: ManifestChange
    ) -> (gone: [UInt64], come: [UInt64]) {
        guard change.before?.content !== change.after?.content else { return ([], []) }
        let old = change.before?.content.objects ?? []
        let new = change.after?.content.objects ?? []
        let start = zip(old, new).prefix { $0 == $1 }.count
        let gone = claims(of: old[start...])
        let come = claims(of: new[start...])
        guard !gone.isEmpty, !come.isEmpty else { return (gone, come) }
        var counts: [UInt64: Int] = [:]
        for key in come { counts[key, default: 0] += 1 }
        let rest = gone.filter { key in
            guard let count = counts[key], count > 0 else { return true }
            counts[key] = count - 1
            return false
        }
        return (rest, counts.flatMap { Array(repeating: $0.key, count: $0.value) })
    }

    private static func claims(of objects: ArraySlice<StoredObject>) -> [UInt64] {
        var claims: [UInt64] = []
        for object in objects { object.forEachClaim { claims.append($0) } }
        return claims
    }
}

extension StoredKey {
    /// The object that must be of this document only; nil when it does not matter.
    fileprivate init?(claimedBy form: ManifestForm) {
        guard form.object.isClaim else { return nil }
        self.init(form.object)
    }
}

/// One document's claim on an object.
struct PlacedClaim: Sendable {
    let file: String
    /// Its number among the forms of the file.
    let number: Int
    let position: YAMLPosition
    let object: StoredObject
    let isKept: Bool
}

/// Finds the claims on an object in the files.
private struct ClaimFinder {
    private let list: ManifestFiles
    /// The same in order; made when first needed, as are their indices.
    private var files: [ManifestFile] = []
    /// The indices of the files by their numbers.
    private var indices: [UInt32: [Int]] = [:]
    /// What one file says.
    private struct IndexedForms {
        let forms: [ManifestForm]
        /// The numbers of the claims on each object.
        var numbers: [StoredKey: [Int]] = [:]

        init(_ content: ManifestContent) {
            forms = content.forms
            for (number, form) in forms.enumerated() {
                guard let key = StoredKey(form.object) else { continue }
                numbers[key, default: []].append(number)
            }
        }
    }

    /// The files that were asked for, by their indices.
    private var indexed: [Int: IndexedForms] = [:]

    init(_ files: ManifestFiles) { list = files }

    /// The claims in the files of these numbers, in the order of all files.
    mutating func claims(on key: StoredKey, in numbers: Set<UInt32>) -> [PlacedClaim] {
        if indices.isEmpty {
            files = Array(list)
            for (index, file) in files.enumerated() {
                indices[ManifestClaims.number(of: file.path), default: []].append(index)
            }
        }
        var found: [PlacedClaim] = []
        for index in numbers.flatMap({ indices[$0] ?? [] }).sorted() {
            let file = files[index]
            let known = indexed[index] ?? IndexedForms(file.content)
            indexed[index] = known
            for number in known.numbers[key] ?? [] {
                found.append(
                    PlacedClaim(
                        file: file.path,
                        number: number,
                        position: known.forms[number].position,
                        object: known.forms[number].object,
                        isKept: file.isKept || file.content.kept.contains(number)
                    )
                )
            }
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
    init?(_ key: StoredKey, _ claims: [PlacedClaim], before holder: PlacedClaim?) {
        let right = claims.filter { !$0.isKept }
        let candidates = right.isEmpty ? claims : right
        let own = candidates.filter { $0.file == holder?.file }
        let same = own.first { $0.object == holder?.object }
        guard let winner = same ?? own.first ?? candidates.first else { return nil }
        self.winner = winner
        losers = claims.filter { $0.file != winner.file || $0.number != winner.number }
        let place = "\(winner.file):\(winner.position)"
        let name = key.object.key?.description ?? ""
        mistakes = losers.filter { !$0.isKept }.map { loser in
            let mistake = ManifestMistake(
                file: loser.file,
                position: loser.position,
                "\(name) is already at \(place), which is used; keep one of them"
            )
            return (loser, mistake)
        }
    }

    /// The files of all claims.
    var files: Set<String> { Set(losers.map(\.file) + [winner.file]) }
}

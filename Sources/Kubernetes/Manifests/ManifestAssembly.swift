// SPDX-License-Identifier: Apache-2.0

import YAML

/// Which file an object comes from, and what it said.
struct ManifestHolder: Sendable {
    let file: String
    let objects: [ClusterObject]
}

/// Puts the objects of all files together and decides where two documents name the same one.
///
/// A right document goes before one that is only kept, the one that named the object before goes
/// before a newcomer, and else the first in the order of the files.
struct ManifestAssembly {
    /// One document's claim on an object.
    private struct Claim {
        let file: String
        let position: YAMLPosition
        let objects: [ClusterObject]
        let isKept: Bool
    }

    private(set) var objects: [ClusterObject] = []
    private(set) var mistakes: [ManifestMistake] = []
    private(set) var holders: [ObjectKey: ManifestHolder] = [:]
    private(set) var keptCount = 0

    private let previous: [ObjectKey: ManifestHolder]
    /// All claims, in the order of the files.
    private var claims: [Claim] = []
    /// The claims on each object that must be of one only, the first of them apart.
    private var first: [ObjectKey: Int] = [:]
    private var contested: [ObjectKey: [Int]] = [:]
    /// The mistakes of each file, and those found later; by the file's number.
    private var fileMistakes: [[ManifestMistake]] = []
    private var fileNumbers: [String: Int] = [:]

    init(previous: [ObjectKey: ManifestHolder]) { self.previous = previous }

    /// Adds what a file holds, which must not have been added before.
    mutating func add(_ file: ManifestFile) {
        guard fileNumbers[file.path] == nil else { return }
        fileNumbers[file.path] = fileMistakes.count
        var found = file.fault.map { [$0] } ?? []
        for unit in file.units {
            found += unit.mistakes
            for form in unit.forms {
                add(form, isKept: unit.isBroken || file.isKept, of: file.path)
            }
        }
        fileMistakes.append(found)
    }

    private mutating func add(_ form: ManifestForm, isKept: Bool, of file: String) {
        let number = claims.count
        claims.append(
            Claim(
                file: file,
                position: form.position,
                objects: form.objects,
                isKept: isKept
            )
        )
        guard let key = form.key, ObjectDecoder.isOfUse(key) else { return }
        if let other = first[key] {
            contested[key, default: [other]].append(number)
        } else {
            first[key] = number
        }
    }

    /// Decides between the claims and lists what is left; call it once, after the last file.
    mutating func settle() {
        var losers: Set<Int> = []
        for (key, numbers) in contested {
            let winner = winner(among: numbers, previous[key])
            first[key] = winner
            for number in numbers where number != winner {
                losers.insert(number)
                note(key, number, winner)
            }
        }
        holders.reserveCapacity(first.count)
        for (key, number) in first {
            holders[key] = ManifestHolder(
                file: claims[number].file,
                objects: claims[number].objects
            )
        }
        for (number, claim) in claims.enumerated() where !losers.contains(number) {
            objects += claim.objects
            if claim.isKept { keptCount += 1 }
        }
        mistakes = fileMistakes.flatMap { list in
            // By place, and by text where a dictionary's order could show.
            list.sorted { left, right in
                let first = left.position ?? YAMLPosition(line: 0, column: 0)
                let second = right.position ?? YAMLPosition(line: 0, column: 0)
                return first == second ? left.text < right.text : first < second
            }
        }
    }

    /// The claim that holds the object.
    private func winner(among numbers: [Int], _ holder: ManifestHolder?) -> Int {
        let right = numbers.filter { !claims[$0].isKept }
        let candidates = right.isEmpty ? numbers : right
        let own = candidates.filter { claims[$0].file == holder?.file }
        let same = own.first { claims[$0].objects == holder?.objects }
        return same ?? own.first ?? candidates.first ?? numbers[0]
    }

    /// Says that a document lost its object; of one that is only kept nothing needs to be said.
    private mutating func note(_ key: ObjectKey, _ loser: Int, _ winner: Int) {
        let claim = claims[loser]
        guard !claim.isKept, let number = fileNumbers[claim.file] else { return }
        let place = "\(claims[winner].file):\(claims[winner].position)"
        fileMistakes[number].append(
            ManifestMistake(
                file: claim.file,
                position: claim.position,
                "\(key) is already at \(place), which is used; keep one of them"
            )
        )
    }
}

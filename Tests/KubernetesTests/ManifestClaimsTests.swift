// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Kubernetes

@Suite struct ManifestClaimsTests {
    private static func file(
        _ path: String,
        _ documents: [String],
        after previous: ManifestFile? = nil
    ) -> ManifestFile {
        ManifestFile(
            path: path,
            version: nil,
            bytes: Array(documents.joined(separator: "---\n").utf8),
            previous: previous
        )
    }

    /// Claims that follow some files, from one list to the next.
    private struct Followed {
        var files = ManifestFiles()
        var claims = ManifestClaims()

        mutating func take(_ next: [ManifestFile]) {
            let next = ManifestFiles(next, sharing: files)
            let changes = ManifestChange.all(from: files, to: next)
            claims.take(changes, from: files, to: next)
            files = next
        }

        /// The contested objects, each with the places of its winner and its losers.
        var contests: [String] {
            claims.contests.map { key, contest in
                let losers = contest.losers.map { "\($0.file)#\($0.number)" }.sorted()
                let winner = "\(contest.winner.file)#\(contest.winner.number)"
                return "\(key.object.key?.name ?? "") \(winner) > \(losers.joined(separator: " "))"
            }.sorted()
        }
    }

    @Test func knowsNoContestAtFirst() {
        var followed = Followed()

        followed.take([Self.file("m/a", [headless("a")]), Self.file("m/b", [headless("b")])])

        #expect(followed.contests == [])
    }

    @Test func findsTheSameObjectInTwoFilesAndTwiceInOne() {
        var followed = Followed()

        followed.take([
            Self.file("m/a", [headless("x"), headless("a")]),
            Self.file("m/b", [headless("a", "v2"), headless("b"), headless("b")]),
        ])

        #expect(followed.contests == ["a m/a#1 > m/b#0", "b m/b#1 > m/b#2"])
    }

    @Test func endsAContestWhenOneIsGone() {
        let first = Self.file("m/a", [headless("a")])
        let second = Self.file("m/b", [headless("a", "v2")])
        var followed = Followed()
        followed.take([first, second])
        let before = followed.contests

        followed.take([second])

        #expect(before == ["a m/a#0 > m/b#0"])
        #expect(followed.contests == [])
    }

    @Test func letsAnObjectMoveToAnotherFile() {
        let first = Self.file("m/a", [headless("a"), headless("b")])
        let second = Self.file("m/b", [headless("c")])
        var followed = Followed()
        followed.take([first, second])

        followed.take([
            Self.file("m/a", [headless("b")], after: first),
            Self.file("m/b", [headless("a"), headless("c")], after: second),
        ])

        #expect(followed.contests == [])
    }

    @Test func preservesTheOneThatWasThereBefore() {
        let second = Self.file("m/b", [headless("a")])
        var followed = Followed()
        followed.take([second])

        followed.take([Self.file("m/a", [headless("a", "v2")]), second])

        #expect(followed.contests == ["a m/b#0 > m/a#0"])
    }

    @Test func takesARightOneBeforeAKeptOne() {
        let first = Self.file("m/a", [headless("a")])
        var followed = Followed()
        followed.take([first])

        followed.take([
            Self.file("m/a", ["kind: [\n"], after: first), Self.file("m/b", [headless("a", "v2")]),
        ])

        #expect(followed.contests == ["a m/b#0 > m/a#0"])
        #expect(followed.claims.contests.values.flatMap { $0.mistakes }.isEmpty)
    }

    @Test func leavesOtherKindsAlone() {
        let other = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n"
        var followed = Followed()

        followed.take([Self.file("m/a", [other, other]), Self.file("m/b", [other])])

        #expect(followed.contests == [])
    }

    @Test(
        "What is contested is what more than one document claims",
        arguments: 1...5 as ClosedRange
    )
    func equalsACount(seed: UInt64) {
        var numbers = SeededNumbers(seed: seed)
        let names = (0..<8).map { "name-\($0)" }
        var files: [String: ManifestFile] = [:]
        var followed = Followed()
        var contestedCount = 0
        for step in 0..<300 {
            for _ in 0...numbers.below(2) {
                let path = "m/\(numbers.below(4))"
                let documents = (0..<numbers.below(4)).map { _ in
                    numbers.chance(15) ? "kind: [\n" : headless(numbers.pick(names))
                }
                files[path] =
                    numbers.chance(15) ? nil : Self.file(path, documents, after: files[path])
            }
            followed.take(files.sorted { $0.key < $1.key }.map(\.value))

            var counts: [String: Int] = [:]
            for form in files.values.flatMap(\.content.forms) {
                counts[form.object.key?.name ?? "", default: 0] += 1
            }
            let expected = counts.filter { $0.value > 1 }
            let contests = followed.claims.contests
            contestedCount += contests.count
            #expect(
                Set(contests.keys.compactMap(\.object.key?.name)) == Set(expected.keys),
                "seed \(seed), step \(step)"
            )
            for (key, contest) in contests {
                let count = key.object.key.flatMap { expected[$0.name] }
                #expect(contest.losers.count + 1 == count, "seed \(seed), step \(step)")
            }
        }
        #expect(contestedCount > 300, "seed \(seed)")
    }
}

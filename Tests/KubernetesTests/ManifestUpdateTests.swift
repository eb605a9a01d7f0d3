// SPDX-License-Identifier: Apache-2.0

import Files
import Testing
import YAML

@testable import Kubernetes

@Suite struct ManifestUpdateTests {
    /// What a watch tells of a path: its name, in the folder that it lies in.
    private func changes(_ paths: String...) -> FileChanges {
        var changes = FileChanges()
        for path in paths { Self.note(path, in: &changes) }
        return changes
    }

    private static func note(_ path: String, in changes: inout FileChanges) {
        let parts = path.split(separator: "/")
        changes.note(String(parts[parts.count - 1]), in: parts.dropLast().joined(separator: "/"))
    }

    private static func cluster(_ count: Int) -> MemoryFiles {
        MemoryFiles(
            Dictionary(
                uniqueKeysWithValues: (0..<count).map {
                    ("m/\($0 % 3)/f\($0).yaml", namespace("n\($0)"))
                }
            )
        )
    }

    private func load(
        _ files: MemoryFiles,
        after previous: ManifestSet? = nil,
        _ changes: FileChanges = .unknown
    ) throws -> ManifestSet {
        files.forgetLooks()
        return try ManifestSet.load(
            paths: ["m"],
            from: files,
            previous: previous,
            changes: changes
        )
    }

    @Test func knowsTheFormsOfWhatWasReadBefore() throws {
        func text(_ name: String) -> String { "kind: Namespace\nmetadata:\n  name: \(name)\n" }
        let files = MemoryFiles(["m/a.yaml": text("a")])
        let first = try load(files)
        files["m/a.yaml"] = text("b")
        let second = try load(files, after: first, changes("m/a.yaml"))

        for set in [first, second, try load(files, after: second)] {
            var reader = YAMLReader(Array(text("c").utf8), knowing: set.known)
            let root = try reader.next()?.get()
            #expect(root?["kind"]?.scalar?.text == "Namespace")
            #expect(reader.parsedCount == 0)
        }
    }

    @Test func looksAtNothingButWhatChanged() throws {
        let files = Self.cluster(300)
        let first = try load(files)
        files["m/1/f1.yaml"] = namespace("new")
        files["m/2/f2.yaml"] = namespace("unnoticed")
        files["m/0/f0.yaml"] = nil
        files["m/0/added.yaml"] = namespace("added")

        let second = try load(
            files,
            after: first,
            changes("m/1/f1.yaml", "m/0/f0.yaml", "m/0/added.yaml", "m/0/.swp", "elsewhere/f.yaml")
        )

        #expect(
            Set(files.looks) == ["m/1/f1.yaml", "m/0/f0.yaml", "m/0/added.yaml"]
        )
        #expect(second.outline.count == 300)
        #expect(Set(second.outline).subtracting(first.outline) == ["new", "added"])
        #expect(Set(first.outline).subtracting(second.outline) == ["n1", "n0"])
        let third = try load(files, after: second, FileChanges())
        #expect(files.looks == [])
        #expect(third.outline == second.outline)
    }

    @Test func walksEverythingWhenChangesWereLost() throws {
        let files = Self.cluster(9)
        let first = try load(files)
        files["m/2/f2.yaml"] = namespace("unnoticed")
        var lost = changes("m/1/f1.yaml")
        lost.loseTrack()

        let second = try load(files, after: first, lost)

        #expect(second.outline.contains("unnoticed"))
        #expect(files.looks.contains("m/0/f0.yaml"))
    }

    @Test(
        "What is more than a file makes for a walk of everything",
        arguments: ["new folder", "gone folder", "the folder itself", "a link"]
    )
    func walksEverythingWhenFoldersChange(change: String) throws {
        let files = Self.cluster(9)
        let first = try load(files)
        files["m/2/f2.yaml"] = namespace("unnoticed")
        var told = FileChanges()
        switch change {
        case "new folder":
            files["m/3/f.yaml"] = namespace("f")
            told.note("3", in: "m")
        case "gone folder":
            for number in [0, 3, 6] { files["m/0/f\(number).yaml"] = nil }
            told.note("0", in: "m")
        case "the folder itself":
            told.note("m/1")
        default:
            files["elsewhere"] = namespace("f")
            files.link("m/1/link.yaml", to: "elsewhere")
            told.note("link.yaml", in: "m/1")
        }

        let second = try load(files, after: first, told)
        let whole = try load(files, after: first)

        #expect(second.outline.contains("unnoticed"))
        #expect(second.outline == whole.outline)
        #expect(second.folders == whole.folders)
        #expect(second.links == whole.links)
    }

    @Test func looksAgainAtWhatWasNotSettled() throws {
        let files = Self.cluster(9)
        let first = try load(files)
        files["m/1/f1.yaml"] = namespace("half")
        files.setBeingWritten("m/1/f1.yaml", true)
        let torn = try load(files, after: first, changes("m/1/f1.yaml"))
        files.setBeingWritten("m/1/f1.yaml", false)

        let settled = try load(files, after: torn, FileChanges())

        #expect(torn.unsettled == ["m/1/f1.yaml"])
        #expect(torn.outline == first.outline)
        #expect(settled.outline.contains("half"))
        #expect(Set(files.looks) == ["m/1/f1.yaml"])
    }

    @Test("A file that could not be read is read again with the next change")
    func readsAgainWhatCouldNotBeRead() throws {
        let files = Self.cluster(9)
        let first = try load(files)
        files["m/1/f1.yaml"] = namespace("healed")
        files.failReading("m/1/f1.yaml", .other("too many open files"))
        let faulty = try load(files, after: first, changes("m/1/f1.yaml"))
        files.failReading("m/1/f1.yaml", nil)
        files["m/2/f2.yaml"] = namespace("other")

        let healed = try load(files, after: faulty, changes("m/2/f2.yaml"))

        #expect(faulty.mistakes.map(\.file) == ["m/1/f1.yaml"])
        #expect(faulty.outline == first.outline)
        #expect(faulty.unsettled == [])
        #expect(Set(healed.outline).subtracting(first.outline) == ["healed", "other"])
        #expect(healed.mistakes.isEmpty)
        #expect(healed.recovered == ["m/1/f1.yaml"])
        #expect(Set(files.looks) == ["m/1/f1.yaml", "m/2/f2.yaml"])
    }

    @Test("More changes than are looked at one by one make for a walk", arguments: [1_000, 1_001])
    func walksEverythingWhenMuchChanges(count: Int) throws {
        let files = Self.cluster(9)
        let first = try load(files)
        var told = FileChanges()
        for number in 0..<count {
            files["m/1/more\(number).yaml"] = namespace("more\(number)")
            told.note("more\(number).yaml", in: "m/1")
        }
        files["m/2/f2.yaml"] = namespace("unnoticed")

        let second = try load(files, after: first, told)

        let isWalk = count > 1_000
        #expect(second.outline.count == count + 9)
        #expect(second.outline.contains("unnoticed") == isWalk)
        #expect(files.looks.contains("m/0/f0.yaml") == isWalk)
    }

    @Test func followsAFileThatIsGivenByItself() throws {
        let files = MemoryFiles(["m.yaml": namespace("a"), "n.yaml": namespace("b")])
        let first = try ManifestSet.load(paths: ["m.yaml"], from: files)
        files["m.yaml"] = namespace("c")
        var told = FileChanges()
        told.note("n.yaml", in: ".")
        told.note("m.yaml", in: ".")
        files.forgetLooks()

        let second = try ManifestSet.load(
            paths: ["m.yaml"],
            from: files,
            previous: first,
            changes: told
        )

        #expect(second.outline == ["c"])
        #expect(Set(files.looks) == ["m.yaml"])
    }

    @Test("A limit that a change passes is told as by a walk", arguments: [9, 10])
    func keepsToTheLimits(maximum: Int) throws {
        let files = Self.cluster(9)
        var limits = ManifestLimits()
        limits.fileCount = maximum
        let first = try ManifestSet.load(paths: ["m"], from: files, limits: limits)
        files["m/1/z.yaml"] = namespace("z")

        let second = try ManifestSet.load(
            paths: ["m"],
            from: files,
            previous: first,
            changes: changes("m/1/z.yaml"),
            limits: limits
        )

        #expect(second.mistakes.isEmpty == (maximum == 10))
        #expect(second.outline.count == maximum)
    }

    @Test("Named changes lead to what a walk finds", arguments: 0..<20)
    func equalsAWalk(seed: Int) throws {
        var dice = Dice(state: UInt64(seed))
        let files = Self.cluster(150)
        var set = try load(files)
        var walked = set
        for step in 0..<50 {
            var told = FileChanges()
            for _ in 0..<Int.random(in: 1...4, using: &dice) {
                let number = Int.random(in: 0..<200, using: &dice)
                let path = "m/\(number % 3)/f\(number).yaml"
                switch Int.random(in: 0..<8, using: &dice) {
                case 0: files[path] = nil
                case 1: files[path] = "kind: ["
                case 2: files[path] = file(headless("contested", "\(step)"), namespace("x"))
                case 3: files[path] = file(namespace("y\(step)"), "kind: Service\n")
                case 4: files.setBeingWritten(path, true)
                case 5: files.setBeingWritten(path, false)
                default: files[path] = file(headless("s\(number)", "\(step)"))
                }
                Self.note(path, in: &told)
            }

            set = try load(files, after: set, told)
            walked = try load(files, after: walked)

            #expect(set.outline == walked.outline, "seed \(seed), step \(step)")
            #expect(set.mistakes == walked.mistakes, "seed \(seed), step \(step)")
            #expect(set.recovered == walked.recovered, "seed \(seed), step \(step)")
            #expect(set.unsettled == walked.unsettled, "seed \(seed), step \(step)")
            #expect(set.keptCount == walked.keptCount, "seed \(seed), step \(step)")
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Files
import Kubernetes
import Testing

@Suite struct ManifestSetTests {
    // MARK: What is found

    @Test func readsFoldersInTheOrderOfTheirNames() throws {
        let files = MemoryFiles([
            "m/b.yaml": namespace("b"), "m/a/z.yml": namespace("z"), "m/a.yaml": namespace("a"),
            "m/c.json": #"{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "c"}}"#,
            "m/D.YAML": namespace("d"), "m/readme.md": "# no manifest", "m/x.yaml.bak": "no",
            "m/.hidden.yaml": "no", "m/..2024/e.yaml": "no", "n/f.txt": namespace("f"),
        ])

        let set = try ManifestSet.load(paths: ["n/f.txt", "m"], from: files)

        #expect(set.outline == ["f", "d", "z", "a", "b", "c"])
        #expect(set.mistakes == [])
        #expect(set.folders == [".", "m", "m/a", "n"])
    }

    @Test func followsTheLinksOfAMountedConfigMap() throws {
        let files = MemoryFiles(["m/..1/a.yaml": namespace("a"), "m/..2/a.yaml": namespace("b")])
        files.link("m/..data", to: "m/..1")
        files.link("m/a.yaml", to: "m/..data/a.yaml")

        let first = try ManifestSet.load(files)
        files.link("m/..data", to: "m/..2")
        let second = try ManifestSet.load(files, after: first)

        #expect(first.outline == ["a"])
        #expect(second.outline == ["b"])
        #expect(second.folders.contains("m"))
    }

    @Test func entersAFolderThatLiesInItselfOnce() throws {
        let files = MemoryFiles(["m/a/x.yaml": namespace("x")])
        files.link("m/a/up", to: "m")
        files.link("m/a/self", to: "m/a")

        let set = try ManifestSet.load(files)

        #expect(set.outline == ["x"])
        #expect(
            set.mistakes.map(\.description)
                == ["m/a/self", "m/a/up"].map {
                    """
                    \($0): warning: leads back to a folder that it lies in; it is not entered again
                    """
                }
        )
    }

    @Test func readsAPathThatIsGivenTwiceOnce() throws {
        let files = MemoryFiles(["m/a.yaml": namespace("a")])

        let set = try ManifestSet.load(paths: ["m", "m", "m/a.yaml"], from: files)

        #expect(set.outline == ["a"])
        #expect(set.mistakes == [])
    }

    @Test func tellsOfALinkThatLeadsNowhere() throws {
        let files = MemoryFiles(["m/a.yaml": namespace("a")])
        files.link("m/b.yaml", to: "gone/b.yaml")

        let set = try ManifestSet.load(files)

        #expect(set.outline == ["a"])
        #expect(set.mistakes.map(\.description) == ["m/b.yaml: is a link that leads nowhere"])
    }

    // MARK: Limits

    @Test func limitsDepthCountAndSizes() throws {
        let files = MemoryFiles(["m/a/b/x.yaml": namespace("x"), "m/w.yaml": namespace("w")])
        let size = namespace("x").utf8.count
        func load(_ change: (inout ManifestLimits) -> Void) throws -> ManifestSet {
            var limits = ManifestLimits()
            change(&limits)
            return try ManifestSet.load(paths: ["m"], from: files, limits: limits)
        }

        #expect(try load { $0.folderDepth = 2 }.mistakes == [])
        #expect(
            try load { $0.folderDepth = 1 }.mistakes.map(\.description) == [
                "m/a/b: lies more than 1 folders deep; it is not read"
            ]
        )
        #expect(try load { $0.fileCount = 2 }.mistakes == [])
        #expect(
            try load { $0.fileCount = 1 }.mistakes.map(\.description) == [
                "m/w.yaml: is past the limit of 1 files; it and the rest are not read"
            ]
        )
        #expect(try load { $0.fileByteCount = size }.mistakes == [])
        #expect(
            try load { $0.fileByteCount = size - 1 }.mistakes.map(\.description) == [
                "m/a/b/x.yaml: is larger than \(size - 1) bytes",
                "m/w.yaml: is larger than \(size - 1) bytes",
            ]
        )
        #expect(try load { $0.totalByteCount = 2 * size }.mistakes == [])
        #expect(try load { $0.totalByteCount = 2 * size - 1 }.outline == ["x"])
    }

    // MARK: Reloads

    @Test func parsesOnlyWhatHasChanged() throws {
        let files = MemoryFiles(["m/a.yaml": namespace("a"), "m/b.yaml": namespace("b")])
        let first = try ManifestSet.load(files)
        files["m/b.yaml"] = namespace("c")

        let second = try ManifestSet.load(files, after: first)

        #expect(second.outline == ["a", "c"])
        #expect(files.reads == ["m/a.yaml", "m/b.yaml", "m/b.yaml"])
    }

    @Test(
        "A file that was just written is read again, as its time may not tell the next writing",
        arguments: [(0, ["b"]), (2, ["b"]), (3, ["a"]), (1_000, ["a"]), (-5, ["b"])]
            as [(Int64, [String])]
    )
    func readsAgainWhatWasJustWritten(age: Int64, expected: [String]) throws {
        let files = MemoryFiles(["m/a.yaml": namespace("a")])
        // The time of a file in memory is a few nanoseconds past 0.
        let first = try ManifestSet.load(paths: ["m"], from: files, wallSeconds: age)
        files.writeUnseen("m/a.yaml", namespace("b"))

        let second = try ManifestSet.load(paths: ["m"], from: files, previous: first)

        #expect(second.outline == expected)
    }

    @Test func dropsTheObjectsOfAFileThatIsGone() throws {
        let files = MemoryFiles(["m/a.yaml": namespace("a"), "m/b.yaml": namespace("b")])
        let first = try ManifestSet.load(files)
        files["m/a.yaml"] = nil

        #expect(try ManifestSet.load(files, after: first).outline == ["b"])
    }

    @Test func failsForAPathThatWasNeverThere() {
        #expect(throws: FileError(path: "m", reason: .missing)) {
            try ManifestSet.load(MemoryFiles())
        }
    }

    @Test func keepsWhatAVanishedPathHeld() throws {
        let files = MemoryFiles(["m/a.yaml": namespace("a"), "n/b.yaml": namespace("b")])
        let first = try ManifestSet.load(paths: ["m", "n"], from: files)
        files["m/a.yaml"] = nil
        files["n/b.yaml"] = namespace("c")

        let second = try ManifestSet.load(paths: ["m", "n"], from: files, previous: first)
        files["m/a.yaml"] = namespace("d")
        let third = try ManifestSet.load(paths: ["m", "n"], from: files, previous: second)

        #expect(second.outline == ["a", "c"])
        #expect(
            second.mistakes.map(\.description) == [
                "m: no such file or folder; what it held before stays in use"
            ]
        )
        #expect(second.folders.contains("m"))
        #expect(second.folders.contains("."))
        #expect(third.outline == ["d", "c"])
        #expect(third.mistakes == [])
    }

    @Test(
        "A folder that goes file by file keeps what it held before, others do not",
        arguments: [(10, "abc"), (12, "abc"), (13, "c")] as [(Int64, String)]
    )
    func keepsAFolderThatIsRemovedPieceByPiece(end: Int64, expected: String) throws {
        let files = MemoryFiles([
            "m/a.yaml": namespace("a"), "m/b.yaml": namespace("b"), "m/c.yaml": namespace("c"),
        ])
        var set = try ManifestSet.load(paths: ["m"], from: files, wallSeconds: 8)
        for name in ["a", "b"] {
            files["m/\(name).yaml"] = nil
            set = try ManifestSet.load(paths: ["m"], from: files, previous: set, wallSeconds: 10)
        }
        #expect(set.outline == ["c"])
        files["m/c.yaml"] = nil

        set = try ManifestSet.load(paths: ["m"], from: files, previous: set, wallSeconds: end)
        let again = try ManifestSet.load(
            paths: ["m"],
            from: files,
            previous: set,
            wallSeconds: end + 100
        )

        #expect(set.outline.sorted() == expected.map(String.init))
        #expect(again.outline == set.outline)
        #expect(set.keptCount == expected.count)
    }

    @Test func tellsWhatIsSoundAgain() throws {
        let files = MemoryFiles([
            "m/a.yaml": namespace("a"), "m/b.yaml": namespace("b"), "m/c/d.yaml": namespace("d"),
        ])
        let first = try ManifestSet.load(files)
        files["m/a.yaml"] = "kind: ["
        files["m/b.yaml"] = "kind: ["
        files.fail("m/c", .denied)
        let second = try ManifestSet.load(files, after: first)
        files["m/a.yaml"] = namespace("a")
        files["m/b.yaml"] = nil
        files.fail("m/c", nil)

        let third = try ManifestSet.load(files, after: second)
        let fourth = try ManifestSet.load(files, after: third)

        #expect(first.recovered == [])
        #expect(second.recovered == [])
        #expect(second.keptCount == 3)
        #expect(third.recovered == ["m/a.yaml", "m/c"])
        #expect(third.keptCount == 0)
        #expect(fourth.recovered == [])
    }

    @Test func keepsAnUnreadableFolderAndAnUnreadableFile() throws {
        let files = MemoryFiles([
            "m/a/x.yaml": namespace("x"), "m/b.yaml": namespace("b"), "m/c.yaml": namespace("c"),
        ])
        let first = try ManifestSet.load(files)
        files.fail("m/a", .denied)
        files.fail("m/b.yaml", .other("input/output error"))
        files["m/c.yaml"] = namespace("d")

        let second = try ManifestSet.load(files, after: first)

        #expect(second.outline.sorted() == ["b", "d", "x"])
        #expect(
            second.mistakes.map(\.description) == [
                "m/a: may not be read; check its mode and owner; "
                    + "what it held before stays in use",
                "m/b.yaml: input/output error; what it held before stays in use",
            ]
        )
    }

    @Test func keepsAFileThatIsBeingWrittenUntilItIsClosed() throws {
        let files = MemoryFiles(["m/a.yaml": namespace("a"), "m/b.yaml": namespace("b")])
        let first = try ManifestSet.load(files)
        files["m/a.yaml"] = ""
        files["m/b.yaml"] = namespace("c")
        files.setBeingWritten("m/a.yaml", true)

        let second = try ManifestSet.load(files, after: first)
        files.setBeingWritten("m/a.yaml", false)
        let third = try ManifestSet.load(files, after: second)

        #expect(second.outline == ["a", "c"])
        #expect(second.unsettled == ["m/a.yaml"])
        #expect(
            second.mistakes.map(\.line) == [
                "m/a.yaml: is being written; it is read when it is closed"
            ]
        )
        #expect(second.keptCount == 1)
        #expect(third.outline == ["c"])
        #expect(third.unsettled == [])
    }

    @Test func takesAtTheStartWhatIsThereEvenWhileItIsBeingWritten() throws {
        let files = MemoryFiles(["m/a.yaml": namespace("a")])
        files.setBeingWritten("m/a.yaml", true)

        #expect(try ManifestSet.load(files).outline == ["a"])
    }

    @Test func keepsWhatALinkThatLeadsNowhereHeld() throws {
        let files = MemoryFiles(["m/b.yaml": namespace("b"), "elsewhere": namespace("a")])
        files.link("m/a.yaml", to: "elsewhere")
        let first = try ManifestSet.load(files)
        files["elsewhere"] = nil

        let second = try ManifestSet.load(files, after: first)

        #expect(second.outline.sorted() == ["a", "b"])
        #expect(
            second.mistakes.map(\.line) == [
                "m/a.yaml: is a link that leads nowhere; what it held before stays in use"
            ]
        )
        #expect(second.links == ["m/a.yaml"])
        #expect(second.keptCount == 1)
    }

    @Test func namesTheLinkedFilesToWatch() throws {
        let files = MemoryFiles(["m/b.yaml": namespace("b"), "elsewhere": namespace("a")])
        files.link("m/a.yaml", to: "elsewhere")

        #expect(try ManifestSet.load(files).links == ["m/a.yaml"])
    }

    @Test func keepsATornFileAndReadsItAgain() throws {
        let files = MemoryFiles(["m/a.yaml": namespace("a"), "m/b.yaml": namespace("b")])
        let first = try ManifestSet.load(files)
        files["m/a.yaml"] = namespace("c")
        files["m/b.yaml"] = namespace("d")
        files.setRestless("m/a.yaml", true)

        let torn = try ManifestSet.load(files, after: first)
        files.setRestless("m/a.yaml", false)
        let settled = try ManifestSet.load(files, after: torn)

        #expect(torn.outline == ["a", "d"])
        #expect(torn.unsettled == ["m/a.yaml"])
        #expect(
            torn.mistakes.map(\.description) == [
                "m/a.yaml: warning: was changed while it was read; it is read again"
            ]
        )
        #expect(settled.outline == ["c", "d"])
        #expect(settled.unsettled == [])
        #expect(settled.mistakes == [])
    }
}

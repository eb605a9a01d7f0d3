// SPDX-License-Identifier: Apache-2.0

import Files
import Kubernetes
import Testing

/// A namespace as a document; the shortest object there is.
private func namespace(_ name: String) -> String {
    "apiVersion: v1\nkind: Namespace\nmetadata: {name: \(name)}\n"
}

/// A Service without ports as a document, with a label that tells its versions apart.
private func headless(_ name: String, _ version: String = "v1") -> String {
    "apiVersion: v1\nkind: Service\nmetadata: {name: \(name), labels: {is: \(version)}}\n"
        + "spec: {clusterIP: None}\n"
}

/// Documents in one file.
private func file(_ documents: String...) -> String { documents.joined(separator: "---\n") }

extension ManifestSet {
    /// Each object as its name, with the version that its label tells.
    fileprivate var outline: [String] {
        objects.map { object in
            switch object {
            case .namespace(let namespace): namespace.metadata.name
            case .service(let service):
                service.metadata.name + "=" + (service.metadata.labels["is"] ?? "")
            case .endpointSlice(let slice): slice.metadata.name
            case .pod(let pod): pod.metadata.name
            case .other(let kind, let metadata): kind + ":" + metadata.name
            }
        }
    }
}

@Suite struct ManifestSetTests {
    /// Loads the folder `m`, after `previous`.
    private func load(_ files: MemoryFiles, after previous: ManifestSet? = nil) throws
        -> ManifestSet
    {
        try ManifestSet.load(paths: ["m"], from: files, previous: previous)
    }

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

        let first = try load(files)
        files.link("m/..data", to: "m/..2")
        let second = try load(files, after: first)

        #expect(first.outline == ["a"])
        #expect(second.outline == ["b"])
        #expect(second.folders.contains("m"))
    }

    @Test func entersAFolderThatLiesInItselfOnce() throws {
        let files = MemoryFiles(["m/a/x.yaml": namespace("x")])
        files.link("m/a/up", to: "m")
        files.link("m/a/self", to: "m/a")

        let set = try load(files)

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

    @Test func warnsOfALinkThatLeadsNowhere() throws {
        let files = MemoryFiles(["m/a.yaml": namespace("a")])
        files.link("m/b.yaml", to: "gone/b.yaml")

        let set = try load(files)

        #expect(set.outline == ["a"])
        #expect(set.mistakes.map(\.description) == ["m/b.yaml: warning: no such file or folder"])
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
        let first = try load(files)
        files["m/b.yaml"] = namespace("c")

        let second = try load(files, after: first)

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
        let first = try load(files)
        files["m/a.yaml"] = nil

        #expect(try load(files, after: first).outline == ["b"])
    }

    @Test func failsForAPathThatWasNeverThere() {
        #expect(throws: FileError(path: "m", reason: .missing)) { try load(MemoryFiles()) }
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

    @Test func keepsAnUnreadableFolderAndAnUnreadableFile() throws {
        let files = MemoryFiles([
            "m/a/x.yaml": namespace("x"), "m/b.yaml": namespace("b"), "m/c.yaml": namespace("c"),
        ])
        let first = try load(files)
        files.fail("m/a", .denied)
        files.fail("m/b.yaml", .other("input/output error"))
        files["m/c.yaml"] = namespace("d")

        let second = try load(files, after: first)

        #expect(second.outline.sorted() == ["b", "d", "x"])
        #expect(
            second.mistakes.map(\.description) == [
                "m/a: may not be read; check its mode and owner", "m/b.yaml: input/output error",
            ]
        )
    }

    @Test func keepsATornFileAndReadsItAgain() throws {
        let files = MemoryFiles(["m/a.yaml": namespace("a"), "m/b.yaml": namespace("b")])
        let first = try load(files)
        files["m/a.yaml"] = namespace("c")
        files["m/b.yaml"] = namespace("d")
        files.setRestless("m/a.yaml", true)

        let torn = try load(files, after: first)
        files.setRestless("m/a.yaml", false)
        let settled = try load(files, after: torn)

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

    // MARK: Mistakes

    @Test func passesAWrongDocumentOverAtTheStart() throws {
        let files = MemoryFiles([
            "m/a.yaml": file(headless("a"), "kind: [\n", headless("b")), "m/b.yaml": headless("c"),
        ])

        let set = try load(files)

        #expect(set.outline == ["a=v1", "b=v1", "c=v1"])
        #expect(set.mistakes.count == 1)
        #expect(set.keptCount == 0)
    }

    @Test func tellsAMistakeAsLongAsItIsThere() throws {
        let files = MemoryFiles(["m/a.yaml": file(headless("a"), "kind: [\n")])
        let first = try load(files)

        let second = try load(files, after: first)

        #expect(second.mistakes == first.mistakes)
        #expect(files.reads.count == 1)
    }

    @Test(
        "A document that goes wrong keeps its last good form, whatever its neighbours do",
        arguments: [
            // The text of the file then, and what is served.
            (file(headless("a", "v2"), "a: [\n", headless("c", "v2")), ["a=v2", "b=v1", "c=v2"]),
            (file("a: 'b\n", headless("b", "v2"), headless("c", "v2")), ["a=v1", "b=v2", "c=v2"]),
            (file(headless("a"), headless("b"), "\tc\n"), ["a=v1", "b=v1", "c=v1"]),
            // Known by its name, wherever it stands.
            (
                file(
                    headless("c"),
                    headless("b", "v2").replacing("None", with: "x"),
                    headless("a")
                ),
                ["c=v1", "b=v1", "a=v1"]
            ),
            // Known by its neighbours, which have moved.
            (
                file(headless("new"), headless("a"), "b: [\n", headless("c")),
                ["new=v1", "a=v1", "b=v1", "c=v1"]
            ),
            (file(headless("b"), headless("new"), "c: [\n"), ["b=v1", "new=v1", "c=v1"]),
            // A name that is no name leaves the place.
            (
                file(headless("a"), headless("<name>"), headless("c")), ["a=v1", "b=v1", "c=v1"]
            ),
            // A document that was not there before takes nobody's place.
            (
                file(headless("a"), "n: [\n", headless("b"), headless("c")),
                ["a=v1", "b=v1", "c=v1"]
            ),
            // The line between two documents is lost, and both are kept.
            (
                headless("a") + "--\n" + file(headless("b"), headless("c")),
                ["a=v1", "b=v1", "c=v1"]
            ),
            // Everything is lost.
            ("{\n", ["a=v1", "b=v1", "c=v1"]),
            // What is taken away on purpose goes.
            (file(headless("a"), headless("c", "v2")), ["a=v1", "c=v2"]),
            (file(headless("b"), headless("c"), "x: [\n"), ["b=v1", "c=v1"]),
        ] as [(String, [String])]
    )
    func keepsTheLastGoodForm(text: String, expected: [String]) throws {
        let files = MemoryFiles([
            "m/a.yaml": file(headless("a"), headless("b"), headless("c")),
            "m/z.yaml": headless("z"),
        ])
        let first = try load(files)
        files["m/a.yaml"] = text
        files["m/z.yaml"] = headless("z", "v2")

        let second = try load(files, after: first)

        #expect(second.outline == expected + ["z=v2"])
    }

    @Test func keepsTheLastGoodFormThroughSeveralWrongOnes() throws {
        let files = MemoryFiles(["m/a.yaml": file(headless("a"), headless("b"))])
        var set = try load(files)
        for text in [
            headless("a") + "--\n" + headless("b"), "{\n", file("[\n", "{\n", "'\n"),
            file(headless("a", "v2"), "[\n"),
            file("[\n", headless("b").replacing("None", with: "x")),
        ] {
            files["m/a.yaml"] = text
            set = try load(files, after: set)
            #expect(set.keptCount + (text.contains("v2") ? 1 : 0) == 2, "\(text)")
        }
        #expect(set.outline == ["a=v2", "b=v1"])
        files["m/a.yaml"] = headless("b", "v3")

        #expect(try load(files, after: set).outline == ["b=v3"])
    }

    @Test(
        "Two documents that had run into one are kept when they part again",
        arguments: [
            (file(headless("a", "v2"), "[\n"), ["a=v2", "b=v1", "c=v1"]),
            (file("[\n", headless("b", "v2")), ["a=v1", "b=v2", "c=v1"]),
            (file("[\n", "[\n"), ["a=v1", "b=v1", "c=v1"]),
        ] as [(String, [String])]
    )
    func keepsWhatPartsAgain(text: String, expected: [String]) throws {
        let files = MemoryFiles([
            "m/a.yaml": file(headless("a"), headless("b"), headless("c"))
        ])
        let first = try load(files)
        files["m/a.yaml"] = file(headless("a") + "--\n" + headless("b"), headless("c"))
        let second = try load(files, after: first)
        files["m/a.yaml"] = file(text, headless("c"))

        let third = try load(files, after: second)

        #expect(third.outline == expected)
    }

    @Test func doublesNothingThatIsStillThere() throws {
        let other = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n"
        let files = MemoryFiles(["m/a.yaml": file(headless("a"), other, headless("b"))])
        let first = try load(files)
        files["m/a.yaml"] = file(headless("a"), "[\n", other, headless("b"))

        let second = try load(files, after: first)

        #expect(second.outline == ["a=v1", "ConfigMap:x", "b=v1"])
        #expect(second.keptCount == 0)
    }

    @Test func keepsTheItemsOfAList() throws {
        let item =
            "- {apiVersion: v1, kind: Service, metadata: {name: %}, spec: {clusterIP: None}}\n"
        let names = ["a", "b", "c"].map { item.replacing("%", with: $0) }
        let list = "apiVersion: v1\nkind: List\nitems:\n" + names.joined()
        let files = MemoryFiles(["m/a.yaml": file(list, headless("d"))])
        let first = try load(files)
        files["m/a.yaml"] = file(list.replacing("name: b}", with: "name: B}"), headless("d"))
        let second = try load(files, after: first)
        files["m/a.yaml"] = file(list.replacing("name: b}", with: "name: b"), headless("d", "v2"))

        let third = try load(files, after: second)

        #expect(second.outline == ["a=", "b=", "c=", "d=v1"])
        #expect(third.outline == ["a=", "b=", "c=", "d=v2"])
    }

    @Test func takesTheGoodFormFromAnotherFileBeforeAKeptOne() throws {
        let files = MemoryFiles(["m/a.yaml": file(headless("a"), headless("b"))])
        let first = try load(files)
        files["m/a.yaml"] = file(headless("a"), "b: [\n")
        files["m/b.yaml"] = headless("b", "v2")

        let second = try load(files, after: first)

        #expect(second.outline == ["a=v1", "b=v2"])
        #expect(second.mistakes.count == 1)
        #expect(second.keptCount == 0)
    }
}

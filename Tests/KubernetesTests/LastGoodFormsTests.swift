// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Testing

@Suite struct LastGoodFormsTests {
    @Test func passesAWrongDocumentOverAtTheStart() throws {
        let files = MemoryFiles([
            "m/a.yaml": file(headless("a"), "kind: [\n", headless("b")), "m/b.yaml": headless("c"),
        ])

        let set = try ManifestSet.load(files)

        #expect(set.outline == ["a=v1", "b=v1", "c=v1"])
        #expect(set.mistakes.count == 1)
        #expect(set.keptCount == 0)
    }

    @Test func tellsAMistakeAsLongAsItIsThere() throws {
        let files = MemoryFiles(["m/a.yaml": file(headless("a"), "kind: [\n")])
        let first = try ManifestSet.load(files)

        let second = try ManifestSet.load(files, after: first)

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
        let first = try ManifestSet.load(files)
        files["m/a.yaml"] = text
        files["m/z.yaml"] = headless("z", "v2")

        let second = try ManifestSet.load(files, after: first)

        #expect(second.outline == expected + ["z=v2"])
    }

    @Test(
        "Each loose document takes one form, the last one the rest",
        arguments: [1, 2, 3, 4, 2_000]
    )
    func sharesOutWhatIsFree(count: Int) throws {
        let files = MemoryFiles(["m/a.yaml": file(headless("a"), headless("b"), headless("c"))])
        let first = try ManifestSet.load(files)
        files["m/a.yaml"] = Array(repeating: "[\n", count: count).joined(separator: "---\n")
        let second = try ManifestSet.load(files, after: first)
        // Whoever heals takes what is kept in its place along.
        files["m/a.yaml"] =
            headless("x") + "---\n"
            + Array(repeating: "[\n", count: count).dropFirst().joined(separator: "---\n")

        let third = try ManifestSet.load(files, after: second)

        #expect(second.outline == ["a=v1", "b=v1", "c=v1"])
        #expect(third.outline.first == "x=v1")
    }

    @Test func keepsTheLastGoodFormThroughSeveralWrongOnes() throws {
        let files = MemoryFiles(["m/a.yaml": file(headless("a"), headless("b"))])
        var set = try ManifestSet.load(files)
        for text in [
            headless("a") + "--\n" + headless("b"), "{\n", file("[\n", "{\n", "'\n"),
            file(headless("a", "v2"), "[\n"),
            file("[\n", headless("b").replacing("None", with: "x")),
        ] {
            files["m/a.yaml"] = text
            set = try ManifestSet.load(files, after: set)
            #expect(set.keptCount + (text.contains("v2") ? 1 : 0) == 2, "\(text)")
        }
        #expect(set.outline == ["a=v2", "b=v1"])
        files["m/a.yaml"] = headless("b", "v3")

        #expect(try ManifestSet.load(files, after: set).outline == ["b=v3"])
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
        let first = try ManifestSet.load(files)
        files["m/a.yaml"] = file(headless("a") + "--\n" + headless("b"), headless("c"))
        let second = try ManifestSet.load(files, after: first)
        files["m/a.yaml"] = file(text, headless("c"))

        let third = try ManifestSet.load(files, after: second)

        #expect(third.outline == expected)
    }

    @Test func doublesNothingThatIsStillThere() throws {
        let other = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n"
        let files = MemoryFiles(["m/a.yaml": file(headless("a"), other, headless("b"))])
        let first = try ManifestSet.load(files)
        files["m/a.yaml"] = file(headless("a"), "[\n", other, headless("b"))

        let second = try ManifestSet.load(files, after: first)

        #expect(second.outline == ["a=v1", "ConfigMap:x", "b=v1"])
        #expect(second.keptCount == 0)
    }

    @Test func keepsTheItemsOfAList() throws {
        let item =
            "- {apiVersion: v1, kind: Service, metadata: {name: %}, spec: {clusterIP: None}}\n"
        let names = ["a", "b", "c"].map { item.replacing("%", with: $0) }
        let list = "apiVersion: v1\nkind: List\nitems:\n" + names.joined()
        let files = MemoryFiles(["m/a.yaml": file(list, headless("d"))])
        let first = try ManifestSet.load(files)
        files["m/a.yaml"] = file(list.replacing("name: b}", with: "name: B}"), headless("d"))
        let second = try ManifestSet.load(files, after: first)
        files["m/a.yaml"] = file(list.replacing("name: b}", with: "name: b"), headless("d", "v2"))

        let third = try ManifestSet.load(files, after: second)

        #expect(second.outline == ["a=", "b=", "c=", "d=v1"])
        #expect(third.outline == ["a=", "b=", "c=", "d=v2"])
    }

    @Test func takesTheGoodFormFromAnotherFileBeforeAKeptOne() throws {
        let files = MemoryFiles(["m/a.yaml": file(headless("a"), headless("b"))])
        let first = try ManifestSet.load(files)
        files["m/a.yaml"] = file(headless("a"), "b: [\n")
        files["m/b.yaml"] = headless("b", "v2")

        let second = try ManifestSet.load(files, after: first)

        #expect(second.outline == ["a=v1", "b=v2"])
        #expect(second.mistakes.count == 1)
        #expect(second.keptCount == 0)
    }

    @Test(
        "What makes Pods keeps its last good form as well",
        arguments: [
            ("replicas: 3", "replicas: three"), ("{app: a}}\n  replicas", "{app: b}}\n  replicas"),
            ("apps/v1", "apps/v3"),
        ]
    )
    func keepsWorkloads(text: String, broken: String) throws {
        let right = workload(
            """
            selector: {matchLabels: {app: a}}
            replicas: 3
            template: {metadata: {labels: {app: a}}, spec: {containers: [{name: c}]}}
            """
        )
        let files = MemoryFiles(["m/a.yaml": right])
        let first = try ManifestSet.load(files)
        files.write("m/a.yaml", Array(right.replacing(text, with: broken).utf8))

        let second = try ManifestSet.load(files, after: first)

        #expect(first.mistakes == [])
        #expect(second.mistakes.count == 1)
        #expect(second.keptCount == 1)
        #expect(second.objects == first.objects)
    }
}

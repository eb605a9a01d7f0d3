// SPDX-License-Identifier: Apache-2.0

import Testing
import YAML

@testable import Kubernetes

@Suite struct ManifestFileTests {
    /// A file of these documents, after a version of it.
    private static func file(_ documents: [String], after previous: ManifestFile? = nil)
        -> ManifestFile
    {
        let text = documents.joined(separator: "---\n")
        return ManifestFile(
            path: "m/a.yaml",
            version: nil,
            bytes: Array(text.utf8),
            previous: previous
        )
    }

    /// Where the bytes of an object lie in memory.
    private static func place(_ form: ManifestForm) -> Int {
        unsafe form.object.bytes.withUnsafeBufferPointer { Int(bitPattern: $0.baseAddress) }
    }

    private static let names = ["a", "b", "c", "d"]
    /// A file of four Services, which stays in memory, so that no other takes its place.
    private static let first = file(names.map { headless($0) })

    @Test(
        "A version shares with the one before what it says again",
        arguments: [
            ([headless("a"), headless("b"), headless("c"), headless("d")], [0, 1, 2, 3]),
            ([headless("a"), headless("b", "v2"), headless("c"), headless("d")], [0, nil, 2, 3]),
            ([headless("a"), headless("c"), headless("d")], [0, 2, 3]),
            ([headless("new"), headless("a"), headless("b"), headless("c")], [nil, 0, 1, 2]),
            ([headless("d"), headless("c"), headless("b"), headless("a")], [3, 2, 1, 0]),
            ([headless("a", "v2")], [nil]),
            ([], []),
        ] as [([String], [Int?])]
    )
    func sharesWhatIsTheSame(documents: [String], expected: [Int?]) {
        let places = Self.first.content.forms.map(Self.place)

        let second = Self.file(documents, after: Self.first)

        #expect(
            second.content.forms.map { places.firstIndex(of: Self.place($0)) } == expected
        )
    }

    @Test func sharesThePlacesOfDocumentsThatDidNotMove() {
        let same = Self.file(Self.names.map { headless($0, "v2") }, after: Self.first)
        let moved = Self.file(["# More\n"] + Self.names.map { headless($0) }, after: Self.first)

        #expect(Self.place(same.content.places) == Self.place(Self.first.content.places))
        #expect(Self.place(moved.content.places) != Self.place(Self.first.content.places))
    }

    /// Where a list lies in memory.
    private static func place(_ list: [ManifestPlace]) -> Int {
        unsafe list.withUnsafeBufferPointer { Int(bitPattern: $0.baseAddress) }
    }

    @Test func sharesAKeptForm() {
        let second = Self.file([headless("a"), "kind: [\n", headless("c")], after: Self.first)

        #expect(
            second.content.forms.map(Self.place)
                == Self.first.content.forms.prefix(3).map(Self.place)
        )
        #expect(second.content.kept == [1])
    }

    @Test func putsItsDocumentsTogetherAgain() {
        let documents = [
            headless("a"), "kind: [\n", headless("b"), headless("Wrong!"), headless("c"), "- x\n",
        ]
        let first = Self.file([headless("a"), headless("kept"), headless("b")])

        let units = Self.file(documents, after: first).content.units

        #expect(units.map(\.isBroken) == [false, true, false, true, false, true])
        #expect(units.map(\.forms.count) == [1, 1, 1, 0, 1, 0])
        #expect(units.map(\.mistakes.count) == [0, 1, 0, 1, 0, 1])
        #expect(units[1].forms.first?.object.key?.name == "kept")
        #expect(units.map(\.position.line) == units.map(\.position.line).sorted())
        #expect(units[2].forms.first?.position == units[2].position)
        for unit in units where unit.isBroken {
            #expect(unit.mistakes.first?.position?.line ?? 0 >= unit.position.line)
        }
    }

    @Test(
        "A place keeps its line and column as far as files can be long",
        arguments: [(1, 1), (1 << 20, 300), (Int(UInt32.max), Int(UInt32.max))]
    )
    func keepsItsPlace(line: Int, column: Int) {
        let position = YAMLPosition(line: line, column: column)

        let form = ManifestForm(StoredObject(key: nil, objects: []), at: position)

        #expect(form.position == position)
    }

    @Test func takesTheLastPlaceForOnesBeyond() {
        let position = YAMLPosition(line: Int(UInt32.max) + 1, column: 0)

        let form = ManifestForm(StoredObject(key: nil, objects: []), at: position)

        #expect(form.position == YAMLPosition(line: Int(UInt32.max), column: 0))
    }

    @Test func countsWhatIsKept() {
        let broken = Self.file([headless("a"), "kind: [\n", headless("c")], after: Self.first)

        #expect(Self.first.keptCount(without: nil) == 0)
        #expect(broken.keptCount(without: nil) == 1)
        #expect(broken.keptCount(without: [0]) == 1)
        #expect(broken.keptCount(without: [1]) == 0)
        #expect(Self.first.unreached().keptCount(without: nil) == 4)
        #expect(Self.first.unreached().keptCount(without: [0, 3]) == 2)
    }
}

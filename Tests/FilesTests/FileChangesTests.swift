// SPDX-License-Identifier: Apache-2.0

import Files
import Testing

@Suite struct FileChangesTests {
    @Test func addsUpWhatHappened() {
        var changes = FileChanges()
        #expect(changes.isEmpty)
        changes.note("a", in: "m")
        var later = FileChanges()
        later.note("b", in: "m")
        later.note("n")

        changes.formUnion(later)

        #expect(changes.names == ["m": ["a", "b"]])
        #expect(changes.paths == ["n"])
        #expect(changes.watchedPaths == ["m", "n"])
        #expect(changes.isComplete)
        #expect(!changes.isEmpty)
    }

    @Test func remembersThatSomethingWasLost() {
        var changes = FileChanges()
        #expect(!FileChanges.unknown.isEmpty)

        changes.formUnion(.unknown)
        changes.formUnion(FileChanges())

        #expect(!changes.isComplete)
    }

    @Test(
        "Past a number of names it is no longer told which",
        arguments: [
            (FileChanges.maximumNameCount, true), (FileChanges.maximumNameCount + 1, false),
        ]
    )
    func losesTrackOfTooManyNames(count: Int, isComplete: Bool) {
        var changes = FileChanges()

        for number in 0..<count { changes.note("\(number)", in: "m") }

        #expect(changes.isComplete == isComplete)
        #expect(changes.watchedPaths == ["m"])
        #expect(changes.names["m"]?.count == FileChanges.maximumNameCount)
    }

    @Test(
        "A name is whole when nothing is likely to follow",
        arguments: [
            ([.whole], true),
            ([.begun], false),
            ([.begun, .whole], true),
            ([.gone], false),
            // Replaced by another, as editors do that keep the old one under another name.
            ([.gone, .begun], false),
            ([.gone, .begun, .whole], true),
            // Written beside, and moved over another.
            ([.begun, .whole, .gone], true),
            ([.whole, .gone], false),
            ([.other], false),
            ([.whole, .other], true),
            ([.other, .whole], true),
            ([.emptied], false),
            ([.whole, .emptied], false),
            ([.whole, .emptied, .gone], false),
            ([.emptied, .whole], true),
        ] as [([FileChanges.Sign], Bool)]
    )
    func tellsWhatIsWhole(signs: [FileChanges.Sign], expected: Bool) {
        var atOnce = FileChanges()
        var oneByOne = FileChanges()
        var own = FileChanges()

        for sign in signs {
            atOnce.note("a", in: "m", sign)
            own.note("a", sign)
            var later = FileChanges()
            later.note("a", in: "m", sign)
            oneByOne.formUnion(later)
        }

        #expect([atOnce.isWhole, oneByOne.isWhole, own.isWhole] == [expected, expected, expected])
    }

    @Test func tellsALoneFileThatIsWhole() {
        var changes = FileChanges()
        #expect(!changes.isLoneAndWhole)

        changes.note("a", in: "m", .whole)
        #expect(changes.isLoneAndWhole)
        changes.note("a", in: "m", .whole)
        #expect(!changes.isLoneAndWhole)

        var own = FileChanges()
        own.note("a", .whole)
        #expect(own.isLoneAndWhole)
        own.formUnion(changes)
        #expect(!own.isLoneAndWhole)
    }

    @Test func isWholeWhenAllNamesAre() {
        var changes = FileChanges()
        #expect(changes.isWhole)

        changes.note("a", in: "m", .whole)
        changes.note("b", in: "m", .begun)
        #expect(!changes.isWhole)
        changes.note("b", in: "n", .whole)
        #expect(!changes.isWhole)
        changes.note("b", in: "m", .whole)
        #expect(changes.isWhole)
        changes.loseTrack()
        #expect(!changes.isWhole)
    }

    @Test(
        arguments: [(.other, true), (.whole, false), (.gone, false), (.begun, false)]
            as [(FileChanges.Sign, Bool)]
    )
    func tellsThatAPathMayLeadElsewhere(sign: FileChanges.Sign, isTurn: Bool) {
        var changes = FileChanges()
        changes.note("a", in: "m", sign)
        #expect(!changes.haveTurns)

        changes.note("m", sign)
        #expect(changes.haveTurns == isTurn)
    }
}

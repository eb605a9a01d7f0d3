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
}

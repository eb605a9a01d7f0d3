// SPDX-License-Identifier: Apache-2.0

import Files
import Plugin
import Testing

@testable import Server

@Suite struct GatheringTests {
    private static func moment(_ milliseconds: UInt64) -> Moment {
        Moment(nanoseconds: 0).adding(milliseconds: milliseconds)
    }

    private static func change(_ name: String, _ signs: FileChanges.Sign...) -> FileChanges {
        var changes = FileChanges()
        for sign in signs { changes.note(name, in: "m", sign) }
        return changes
    }

    @Test func takesALoneChangeAfterAMoment() {
        var gathering = Gathering()
        #expect(gathering.due == nil)

        gathering.note(Self.change("a.yaml", .whole), Self.moment(100))

        #expect(gathering.due == Self.moment(102))
        #expect(gathering.begin().names == ["m": ["a.yaml"]])
        #expect(gathering.due == nil)
        gathering.end(isTaken: true, from: Self.moment(102), Self.moment(103))
        #expect(gathering.changes.isEmpty)
    }

    /// Whoever rests for steps that never come wakes up once more for every change.
    @Test(
        "Steps are expected but after a lone file that is whole",
        arguments: [
            ([change("a.yaml", .whole)], false),
            // Written beside: it is about to be moved.
            ([change("a.yaml.new", .begun)], true),
            ([change("a.yaml.new", .begun, .whole)], true),
            ([change("a.yaml", .gone)], true),
            ([change("a.yaml", .emptied)], true),
            // One file of many.
            ([change("a.yaml", .whole), change("b.yaml", .whole)], true),
            ([change("a.yaml", .whole, .whole)], true),
            ([.unknown], true),
            // Something beside our files.
            ([FileChanges()], true),
            ([change("a.yaml", .whole), FileChanges()], true),
        ] as [([FileChanges], Bool)]
    )
    func expectsSteps(changes: [FileChanges], expected: Bool) {
        var gathering = Gathering()
        #expect(!gathering.expectsSteps)

        for later in changes { gathering.note(later, Self.moment(100)) }
        #expect(gathering.expectsSteps == expected)

        // What was taken is over.
        _ = gathering.begin()
        gathering.note(Self.change("c.yaml", .whole), Self.moment(200))
        #expect(!gathering.expectsSteps)
    }

    @Test func isNotPutOffByNothing() {
        var gathering = Gathering()
        gathering.note(FileChanges(), Self.moment(100))
        #expect(gathering.due == nil)

        gathering.note(Self.change("a.yaml", .whole), Self.moment(100))
        gathering.note(FileChanges(), Self.moment(101))
        #expect(gathering.due == Self.moment(102))
    }

    @Test func waitsForAFileThatIsBegunOrGone() {
        for sign in [FileChanges.Sign.begun, .emptied, .gone, .other] {
            var gathering = Gathering()

            gathering.note(Self.change("a.yaml", sign), Self.moment(100))
            #expect(gathering.due == Self.moment(110))
            // What else happens does not put it off.
            gathering.note(Self.change("b.yaml", .gone), Self.moment(105))
            #expect(gathering.due == Self.moment(110))
            gathering.note(Self.change("b.yaml", .whole), Self.moment(106))
            #expect(gathering.due == Self.moment(110))
            gathering.note(Self.change("a.yaml", .whole), Self.moment(107))
            #expect(gathering.due == Self.moment(109))
        }
    }

    /// An object that moves from one file to another must not be gone in between.
    @Test func takesFilesThatFollowEachOtherTogether() {
        var gathering = Gathering()
        for offset in 0..<20 as Range<UInt64> {
            gathering.note(Self.change("\(offset).yaml", .whole), Self.moment(100 + offset))

            #expect(gathering.due == Self.moment(min(102 + offset, 110)))
        }
        #expect(gathering.begin().names["m"]?.count == 20)
    }

    @Test func keepsNobodyWaitingBecauseMoreAndMoreFollows() {
        var gathering = Gathering()
        for offset in 0..<30 as Range<UInt64> {
            let sign = offset % 2 == 0 ? FileChanges.Sign.whole : .begun
            gathering.note(Self.change("a.yaml", sign), Self.moment(100 + offset))

            #expect(gathering.due ?? Self.moment(0) <= Self.moment(120))
        }
        #expect(gathering.due == Self.moment(120))
    }

    /// Many changes in a row must leave half of the time for other things.
    @Test func gathersWhatFollowsForAsLongAsTheLastTook() {
        for (cost, wait) in [(0, 0), (4, 4), (10, 10), (11, 10), (900, 10)] as [(UInt64, UInt64)] {
            var gathering = Gathering()
            gathering.note(Self.change("a.yaml", .whole), Self.moment(100))
            _ = gathering.begin()
            let end = 102 + cost
            gathering.end(isTaken: true, from: Self.moment(102), Self.moment(end))

            for offset in 0..<10 as Range<UInt64> {
                let change = Self.change("\(offset).yaml", .whole)
                gathering.note(change, Self.moment(end + offset))

                let settled = min(offset + 2, 10)
                #expect(gathering.due == Self.moment(end + max(wait, settled)))
            }
            #expect(gathering.begin().names["m"]?.count == 10)
        }
    }

    @Test func gathersAfterWhatCouldNotBeTakenAsWell() {
        var gathering = Gathering()
        gathering.note(Self.change("a.yaml", .whole), Self.moment(100))
        _ = gathering.begin()
        gathering.end(isTaken: false, from: Self.moment(102), Self.moment(108))

        gathering.note(Self.change("b.yaml", .whole), Self.moment(109))

        #expect(gathering.due == Self.moment(114))
    }

    @Test func settlesWhateverIsNotKnown() {
        var gathering = Gathering()

        gathering.note(.unknown, Self.moment(100))

        #expect(gathering.due == Self.moment(110))
    }

    @Test func keepsWhatCouldNotBeTaken() {
        var gathering = Gathering()
        gathering.note(Self.change("a.yaml", .whole), Self.moment(100))
        _ = gathering.begin()
        gathering.end(isTaken: false, from: Self.moment(102), Self.moment(103))
        #expect(gathering.due == nil)

        gathering.tryAgain(at: Self.moment(150))
        #expect(gathering.due == Self.moment(150))
        gathering.note(Self.change("b.yaml", .whole), Self.moment(120))
        #expect(gathering.due == Self.moment(122))
        // It is taken with what is open, however soon another try was wanted.
        gathering.tryAgain(at: Self.moment(121))
        gathering.note(Self.change("b.yaml", .gone), Self.moment(121))
        #expect(gathering.due == Self.moment(131))

        #expect(gathering.begin().names == ["m": ["a.yaml", "b.yaml"]])
        #expect(gathering.due == nil)
    }
}

// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing
import Wire

@testable import Plugins

@Suite struct UpstreamPaceTests {
    private static let greedy = IPAddress(v4: 0x0A00_0001)
    private static let modest = IPAddress(v4: 0x0A00_0002)

    /// An upstream that answers so many questions a second and drops the others, as seen by whoever
    /// asks it through a pace: replies take 1 ms, and what is lost shows after 50 ms.
    private struct Drill {
        /// What became of a client's questions.
        struct Tally {
            var asked = 0
            var replied = 0
            var lost = 0
            var refused = 0
            var bad: Double { Double(lost + refused) / Double(max(1, asked)) }
        }

        let pace = UpstreamPace()
        var capacity: Double
        var maximumRate = 0
        /// The part of all questions that get lost whatever is asked.
        var chanceOfLoss = 0.0
        var random = SplitMix(seed: 5)
        var now = Moment(nanoseconds: 1_000_000_000)
        var left = 10.0
        var tallies: [IPAddress: Tally] = [:]
        /// When what is replied to, and what got lost, was asked; what was told of is passed over.
        var replies: (began: [Moment], told: Int) = ([], 0)
        var losses: (began: [Moment], told: Int) = ([], 0)

        /// Lets clients ask so often a second, for so long.
        mutating func run(_ clients: [(IPAddress, rate: Int)], milliseconds: Int) {
            let end = now.adding(milliseconds: UInt64(milliseconds))
            var next = clients.map { _ in now }
            while let which = next.indices.min(by: { next[$0] < next[$1] }), next[which] < end {
                let step = next[which].nanoseconds(since: now)
                left = min(10, left + Double(step) / 1e9 * capacity)
                now = max(now, next[which])
                // Half or one and a half of the time between two, so that nobody asks in step.
                let pause = 1_000_000_000 / clients[which].rate
                next[which] = next[which].adding(
                    nanoseconds: UInt64(pause / 2 + random.number(below: pause))
                )
                tellWhatIsDue()
                ask(clients[which].0)
            }
        }

        private mutating func tellWhatIsDue() {
            while replies.told < replies.began.count,
                replies.began[replies.told].adding(milliseconds: 1) <= now
            {
                pace.noteReply(at: now)
                replies.told += 1
            }
            while losses.told < losses.began.count,
                losses.began[losses.told].adding(milliseconds: 50) <= now
            {
                pace.noteLoss(began: losses.began[losses.told], at: now)
                losses.told += 1
            }
        }

        private mutating func ask(_ client: IPAddress) {
            tallies[client, default: Tally()].asked += 1
            switch pace.admit(client, at: now, maximumRate: maximumRate, seed: 9) {
            case .refused:
                tallies[client]?.refused += 1
                return
            case .now, .at: break
            }
            let isUnlucky = Double(random.number(below: 1_000)) < chanceOfLoss * 1_000
            if left >= 1, !isUnlucky {
                left -= 1
                tallies[client]?.replied += 1
                replies.began.append(now)
            } else {
                tallies[client]?.lost += 1
                losses.began.append(now)
            }
        }
    }

    @Test func countsNothingWhileNothingIsLost() {
        var drill = Drill(capacity: 1_000_000)
        drill.run([(Self.greedy, 5_000)], milliseconds: 1_000)

        #expect(drill.pace.learntRate == nil)
        #expect(drill.tallies[Self.greedy].map { $0.asked == $0.replied } == true)
    }

    /// Must show: ten times the capacity, and the other client loses one question in a hundred.
    @Test func sparesWhoAsksLittleWhileSomebodyFloods() {
        var drill = Drill(capacity: 1_000)
        drill.run([(Self.greedy, 10_000), (Self.modest, 100)], milliseconds: 1_000)
        drill.tallies = [:]
        drill.run([(Self.greedy, 10_000), (Self.modest, 100)], milliseconds: 20_000)

        let modest = drill.tallies[Self.modest] ?? .init()
        let greedy = drill.tallies[Self.greedy] ?? .init()
        #expect((1_800...2_200).contains(modest.asked))
        #expect(modest.bad <= 0.01)
        // Most of what the upstream can do is still done.
        #expect(greedy.replied + modest.replied >= 16_000)
        #expect(Double(greedy.lost) <= 0.01 * 20_000)
    }

    @Test func isFairAmongEquals() {
        var drill = Drill(capacity: 1_000)
        let clients = (UInt32(1)...4).map { (IPAddress(v4: $0), 1_000) }
        drill.run(clients, milliseconds: 2_000)
        drill.tallies = [:]
        drill.run(clients, milliseconds: 5_000)

        let replied = drill.tallies.values.map(\.replied)
        #expect(replied.count == 4)
        #expect(replied.allSatisfy { (700...1_800).contains($0) })
    }

    @Test func forgetsTheLimitOnceTheFloodIsOver() {
        var drill = Drill(capacity: 1_000)
        drill.run([(Self.greedy, 10_000)], milliseconds: 2_000)
        #expect(drill.pace.learntRate != nil)

        drill.run([(Self.modest, 100)], milliseconds: 7_000)

        #expect(drill.pace.learntRate == nil)
    }

    @Test func followsAnUpstreamThatCanDoMoreAgain() {
        var drill = Drill(capacity: 1_000)
        drill.run([(Self.greedy, 5_000)], milliseconds: 3_000)
        let before = drill.pace.learntRate ?? 0
        drill.capacity = 20_000
        drill.run([(Self.greedy, 5_000)], milliseconds: 70_000)

        #expect((800...1_000).contains(before))
        #expect(drill.pace.learntRate.map { $0 > 4_000 } ?? true)
    }

    @Test func followsAnUpstreamThatCanDoLess() {
        var drill = Drill(capacity: 4_000)
        drill.run([(Self.greedy, 8_000), (Self.modest, 50)], milliseconds: 3_000)
        drill.capacity = 1_000
        drill.run([(Self.greedy, 8_000), (Self.modest, 50)], milliseconds: 5_000)
        drill.tallies = [:]
        drill.run([(Self.greedy, 8_000), (Self.modest, 50)], milliseconds: 20_000)

        #expect((600...1_000).contains(drill.pace.learntRate ?? 0))
        #expect((drill.tallies[Self.modest]?.bad ?? 1) <= 0.01)
    }

    /// A line that loses one packet in fifty, and an upstream that is flooded besides.
    @Test func tellsUsualLossesFromThoseOfAFlood() {
        var drill = Drill(capacity: 1_000, chanceOfLoss: 0.02)
        drill.run([(Self.greedy, 10_000), (Self.modest, 100)], milliseconds: 15_000)

        #expect((500...1_100).contains(drill.pace.learntRate ?? 0))
    }

    /// An upstream at its limit that loses half of what it is asked for a moment, now and then: that
    /// asking less is of no use then is no reason to ask it hardly anything from then on.
    @Test func comesBackSoonFromLossesThatPass() {
        var drill = Drill(capacity: 1_000)
        drill.run([(Self.greedy, 5_000)], milliseconds: 3_000)
        drill.tallies = [:]
        for _ in 0..<5 {
            drill.chanceOfLoss = 0.5
            drill.run([(Self.greedy, 5_000)], milliseconds: 400)
            drill.chanceOfLoss = 0
            drill.run([(Self.greedy, 5_000)], milliseconds: 19_600)
        }

        #expect(drill.tallies[Self.greedy]?.replied ?? 0 >= 70_000)
    }

    @Test func setsNoLimitWhereLossHasAnotherReason() {
        var drill = Drill(capacity: 1_000_000, chanceOfLoss: 0.2)
        drill.run([(Self.greedy, 1_000)], milliseconds: 5_000)

        #expect(drill.pace.learntRate == nil)
    }

    /// An upstream that stops for a moment answers late, but it answers.
    @Test(arguments: [50, 120, 250, 400])
    func setsNoLimitBecauseOfAPause(milliseconds: Int) {
        let pace = UpstreamPace()
        let start = Moment(nanoseconds: 5_000_000_000)
        let pause = 1_000..<(1_000 + milliseconds)
        for millisecond in 0..<3_000 {
            let now = start.adding(milliseconds: UInt64(millisecond))
            _ = pace.admit(Self.greedy, at: now, maximumRate: 0, seed: 1)
            // What was asked during the pause is answered once it is over, and thought lost before.
            let count = millisecond == pause.upperBound ? milliseconds + 1 : 1
            if !pause.contains(millisecond) { for _ in 0..<count { pace.noteReply(at: now) } }
            if pause.contains(millisecond - 50) {
                let began = start.adding(milliseconds: UInt64(millisecond - 50))
                pace.noteLoss(began: began, at: now)
            }
        }

        #expect(pace.learntRate == nil)
    }

    @Test(arguments: [(15, false), (16, true)])
    func watchesAfterSoManyLossesInASecond(count: Int, isWatching: Bool) {
        let pace = UpstreamPace()
        let start = Moment(nanoseconds: 5_000_000_000)
        for _ in 0..<count { pace.noteLoss(began: start, at: start.adding(milliseconds: 60)) }
        // One reply for three questions, and losses all the while.
        var now = start.adding(milliseconds: 60)
        for step in 0..<600 {
            now = now.adding(nanoseconds: 500_000)
            _ = pace.admit(Self.greedy, at: now, maximumRate: 0, seed: 1)
            if step % 3 == 0 {
                pace.noteReply(at: now)
                if isWatching { pace.noteLoss(began: now, at: now) }
            }
        }

        #expect((pace.learntRate != nil) == isWatching)
    }

    @Test(arguments: [
        (2_000, 33, 3, false), (2_000, 34, 3, true), (2_000, 100, 2, false),
        (133, 100, 3, false), (134, 100, 3, true),
    ])
    func learnsOnlyFromManyRepliesAndMuchLoss(
        sent: Int,
        replied: Int,
        windows: Int,
        isLearnt: Bool
    ) {
        var book = PaceBook()
        let start = Moment(nanoseconds: 5_000_000_000)
        for _ in 0..<PaceBook.lossesToWatch { book.noteLoss(began: start, at: start) }
        for window in 0..<windows {
            let now = start.adding(milliseconds: UInt64(window) * 100)
            for _ in 0..<sent { _ = book.admit(Self.greedy, at: now, maximumRate: 0, seed: 1) }
            for _ in 0..<replied { book.noteReply(at: now) }
            book.noteLoss(began: now, at: now)
        }

        book.noteReply(at: start.adding(milliseconds: UInt64(windows) * 100))

        #expect((book.learntRate != nil) == isLearnt)
    }

    /// What an upstream answers at once after a pause says nothing about what it bears.
    @Test func takesLateRepliesForNoSignOfStrength() {
        var book = PaceBook()
        let start = Moment(nanoseconds: 5_000_000_000)
        for _ in 0..<PaceBook.lossesToWatch { book.noteLoss(began: start, at: start) }
        for window in 0..<4 {
            let now = start.adding(milliseconds: UInt64(window) * 100)
            for _ in 0..<200 { _ = book.admit(Self.greedy, at: now, maximumRate: 0, seed: 1) }
            for _ in 0..<100 { book.noteReply(at: now) }
            if window < 3 { book.noteLoss(began: now, at: now) }
        }
        let before = book.borneRate
        for _ in 0..<5_000 { book.noteReply(at: start.adding(milliseconds: 350)) }
        book.noteReply(at: start.adding(milliseconds: 400))

        #expect(book.learntRate != nil)
        #expect((900...1_000).contains(before) && book.borneRate <= 1_000)
    }

    @Test func waitsForItsTurnWhereTheCorefileSetsTheLimit() {
        let pace = UpstreamPace()
        let now = Moment(nanoseconds: 5_000_000_000)
        let found = (0..<100).map { _ in
            pace.admit(Self.modest, at: now, maximumRate: 1_000, seed: 1)
        }

        // Ten at once; the others one a millisecond, up to half of what may wait, as it asks alone.
        #expect(found[..<10].allSatisfy { $0 == .now })
        #expect(found[10] == .at(now.adding(milliseconds: 1)))
        #expect(found[54] == .at(now.adding(milliseconds: 45)))
        #expect(found[55...].allSatisfy { $0 == .refused })
        #expect(
            pace.admit(IPAddress(v4: 9), at: now, maximumRate: 1_000, seed: 1)
                == .at(now.adding(milliseconds: 46))
        )
    }

    @Test func asksFirstForNamesThatAreServedHere() {
        let pace = UpstreamPace()
        let now = Moment(nanoseconds: 5_000_000_000)
        for _ in 0..<100 { _ = pace.admit(Self.modest, at: now, maximumRate: 1_000, seed: 1) }
        let others = pace.admit(Self.modest, at: now, maximumRate: 1_000, seed: 1)
        let firsts = (0..<100).map { _ in
            pace.admit(Self.modest, at: now, maximumRate: 1_000, goesFirst: true, seed: 1)
        }

        #expect(others == .refused)
        // Five more: who asks alone has half of the burst that may be borrowed.
        #expect(firsts[..<5].allSatisfy { $0 != .refused })
        #expect(firsts[0] == .at(now.adding(milliseconds: 46)))
        #expect(firsts[5...].allSatisfy { $0 == .refused })
    }

    @Test func keepsToTheLimitOfTheCorefile() {
        var drill = Drill(capacity: 1_000_000, maximumRate: 500)
        drill.run([(Self.greedy, 5_000)], milliseconds: 10_000)

        #expect((4_950...5_050).contains(drill.tallies[Self.greedy]?.replied ?? 0))
    }
}

// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Server

@Suite struct PublishedTests {
    /// A value whose two halves are always the same, and which says when it goes.
    private final class Pair: Sendable {
        let first: Int
        let second: Int
        let freed: Drawn

        init(_ value: Int, _ freed: Drawn) {
            first = value
            second = value
            self.freed = freed
        }

        deinit { _ = freed.next() }
    }

    private let freed = Drawn()

    @Test func showsTheNewValueAtTheNextRefresh() {
        let published = Published(Pair(1, freed))
        var view = published.view()
        published.publish(Pair(2, freed))

        #expect(view.value.first == 1)
        published.refresh(&view)
        #expect(view.value.first == 2)
        #expect(published.current.first == 2)
    }

    @Test func givesANewReaderTheNewestValue() {
        let published = Published(Pair(1, freed))
        published.publish(Pair(2, freed))

        #expect(published.view().value.first == 2)
    }

    @Test func freesAtOnceWhatNobodyReads() {
        let published = Published(Pair(1, freed))
        published.publish(Pair(2, freed))

        #expect(freed.value == 1)
        #expect(published.retiredCount == 0)
    }

    @Test func leavesItToThePublisherToFreeWhatAReaderLetsGo() {
        let published = Published(Pair(1, freed))
        var view = published.view()
        published.publish(Pair(2, freed))
        published.refresh(&view)

        #expect(freed.value == 0)
        #expect(published.retiredCount == 1)
        published.release()
        #expect(freed.value == 1)
        #expect(published.retiredCount == 0)
    }

    @Test func keepsEveryValueThatSomebodyReads() {
        let published = Published(Pair(0, freed))
        var views: [Published<Pair>.View] = []
        for value in 1...5 {
            views.append(published.view())
            published.publish(Pair(value, freed))
        }

        #expect(published.retiredCount == 5)
        views.remove(at: 2)
        published.release()
        #expect(published.retiredCount == 4)
        #expect(freed.value == 1)
        #expect(views.map(\.value.first) == [0, 1, 3, 4])
    }

    @Test(arguments: [(0, 1_024), (1, 1_024)])
    func letsTheOldestGoPastItsLimit(extra: Int, expected: Int) {
        let published = Published(Pair(0, freed))
        var views: [Published<Pair>.View] = []
        for value in 1...(Published<Pair>.maximumRetiredCount + extra) {
            views.append(published.view())
            published.publish(Pair(value, freed))
        }

        #expect(published.retiredCount == expected)
        // The reader still has it, and is then the one to free it.
        #expect(views[0].value.first == 0)
        #expect(freed.value == 0)
    }

    /// To be run under the thread sanitizer too.
    @Test func showsNoReaderHalfOfAValue() async {
        let published = Published(Pair(0, freed))
        let over = Drawn()
        let wrong = Drawn()
        let editions = 2_000

        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    var view = published.view()
                    var last = 0
                    while over.value == 0 {
                        // Every task gets its turn, however few threads there are.
                        await Task.yield()
                        published.refresh(&view)
                        if view.value.first != view.value.second || view.value.first < last {
                            _ = wrong.next()
                        }
                        last = view.value.first
                    }
                    published.refresh(&view)
                    if view.value.first != editions { _ = wrong.next() }
                }
            }
            group.addTask { [freed] in
                for value in 1...editions {
                    published.publish(Pair(value, freed))
                    await Task.yield()
                }
                _ = over.next()
            }
        }
        published.release()

        #expect(wrong.value == 0)
        #expect(published.retiredCount == 0)
        #expect(freed.value == editions)
    }
}

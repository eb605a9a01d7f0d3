// SPDX-License-Identifier: Apache-2.0

import Files
import Synchronization
import Testing

@testable import Posix

@Suite struct ThreadCrewTests {
    /// The numbers that were done, and by how many threads at once.
    final class Notes: Sendable {
        private let numbers: Mutex<[Int]> = Mutex([])

        func add(_ number: Int) { numbers.withLock { $0.append(number) } }
        var all: [Int] { numbers.withLock { $0 } }
    }

    @Test(
        "Each piece is done once, however many threads there are",
        arguments: [0, 1, 2, 100],
        [-1, 1, 2, 5, ThreadCrew.maximumThreadCount + 1]
    )
    func doesEachPieceOnce(count: Int, threadCount: Int) {
        let notes = Notes()

        ThreadCrew(threadCount: threadCount).perform(count) { notes.add($0) }

        #expect(notes.all.sorted() == Array(0..<count))
    }

    @Test func worksSideBySide() throws {
        let (first, second) = (try Wakeup(), try Wakeup())
        let met = Notes()

        // Each of the two can only end when the other has begun.
        ThreadCrew(threadCount: 2).perform(2) { number in
            (number == 0 ? first : second).wake()
            do {
                try Loopback.wait((number == 0 ? second : first).number)
                met.add(number)
            } catch {
                Issue.record(error)
            }
        }

        #expect(met.all.sorted() == [0, 1])
    }

    @Test func worksInOrderAlone() {
        let notes = Notes()

        SoleWorker().perform(4) { notes.add($0) }

        #expect(notes.all == [0, 1, 2, 3])
    }
}

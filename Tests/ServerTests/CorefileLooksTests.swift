// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Server

@Suite struct CorefileLooksTests {
    @Test func takesWhatIsNewOnce() {
        var looks = CorefileLooks()

        let first = looks.isWorthTaking(2, serving: 1)
        looks.refused = 2
        let again = looks.isWorthTaking(2, serving: 1)
        let other = looks.isWorthTaking(3, serving: 1)

        #expect(first)
        #expect(!again)
        #expect(other)
    }

    @Test func leavesWhatIsServed() {
        var looks = CorefileLooks()

        let isTaken = looks.isWorthTaking(1, serving: 1)

        #expect(!isTaken)
    }

    @Test func triesARefusedOneAgainAfterTheServedOneWasBack() {
        var looks = CorefileLooks()
        looks.refused = 2

        _ = looks.isWorthTaking(1, serving: 1)
        let isTaken = looks.isWorthTaking(2, serving: 1)

        #expect(isTaken)
    }

    @Test func saysOnceThatItCannotBeRead() {
        var looks = CorefileLooks()
        let missing = StartMistake("missing")

        let news = [missing, missing, StartMistake("torn"), missing].map { looks.isNews($0) }
        _ = looks.isWorthTaking(1, serving: 1)
        let afterwards = looks.isNews(missing)

        #expect(news == [true, false, true, true])
        #expect(afterwards)
    }
}

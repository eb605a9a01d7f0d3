// SPDX-License-Identifier: Apache-2.0

import Testing
import XDP

@Suite struct TallyTests {
    @Test func addsUpTheQueries() {
        let tally = Tally([1, 2, 4, 8, 16, 32, 64, 128, 256])

        #expect(tally.queryCount == 15)
        #expect(tally[.signatures] == 16)
        #expect(tally[.answersOver100] == 256)
        #expect(Tally.byteCount == 72)
    }

    @Test func tellsWhatCameSince() {
        let before = Tally([1, 0, 0, 0, .max])
        let now = Tally([5, 0, 0, 0, 1])

        let between = now.since(before)

        #expect(between.queryCount == 4)
        // Round the end of 64 bits.
        #expect(between[.signatures] == 2)
    }

    @Test func takesWhatIsMissingAsNothing() {
        #expect(Tally([3])[.answerBytes] == 0)
        #expect(Tally().queryCount == 0)
    }
}

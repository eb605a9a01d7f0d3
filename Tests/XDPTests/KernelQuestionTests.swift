// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire
import XDP

@Suite struct KernelQuestionTests {
    @Test func laysOutTheKey() throws {
        let name: [UInt8] = [3, 0x57, 0x65, 0x42, 0]

        let question = KernelQuestion(name.span, .aaaa, table: 0x01_0203)
        let key = try #require(question).key

        #expect(key.count == KernelQuestion.keyByteCount)
        #expect(key.prefix(9) == [3, 0x77, 0x65, 0x62, 0, 0, 28, 0, 1])
        #expect(key[9..<124].allSatisfy { $0 == 0 })
        #expect(key.suffix(4) == [9, 0x03, 0x02, 0x01])
    }

    @Test(
        "A name of 4 to 120 bytes fits",
        arguments: [(3, false), (4, true), (120, true), (121, false)]
    )
    func keepsToItsLimits(count: Int, fits: Bool) {
        let name = KernelQuery.name(ofByteCount: count)

        let question = KernelQuestion(name.span, .a, table: 0)

        #expect((question != nil) == fits)
    }

    @Test func tellsTablesTypesAndLengthsApart() {
        let name = KernelQuery.name(ofByteCount: 9)
        let all = [
            KernelQuestion(name.span, .a, table: 1), KernelQuestion(name.span, .aaaa, table: 1),
            KernelQuestion(name.span, .a, table: 2),
        ]

        #expect(Set(all).count == all.count)
    }
}

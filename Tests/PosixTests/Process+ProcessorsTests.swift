// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Posix

@Suite struct ProcessProcessorsTests {
    @Test func hasAtLeastOneProcessor() {
        #expect(!Process.processors.isEmpty)
        #expect(Process.processors == Process.processors.sorted())
        #expect((1...Process.processors.count).contains(Process.processorCount))
    }

    @Test(
        "A container's share is rounded up to whole processors",
        arguments: [
            ("max 100000\n", nil), ("100000 100000\n", 1), ("100001 100000\n", 2),
            ("99999 100000\n", 1), ("250000 100000", 3), ("1 100000\n", 1),
            ("4294967295 1", 4_294_967_295),
            ("0 100000\n", nil), ("100000 0\n", nil), ("-1 100000\n", nil), ("", nil),
            ("100000", nil),
            ("100000 100000 1", nil), ("99999999999 100000", nil),
        ] as [(String, Int?)]
    )
    func roundsUp(text: String, count: Int?) {
        #expect(Process.processorQuota(Array(text.utf8)) == count)
    }

    @Test func countsThoseThatMayCome() throws {
        #expect(try Process.possibleProcessorCount() >= (Process.processors.max() ?? 0) + 1)
    }

    @Test(
        "The list of possible processors ends behind its last number",
        arguments: [
            ("0\n", 1), ("0-3\n", 4), ("0-3,8-11\n", 12), ("65535\n", 65_536), ("", nil),
            ("0-\n", nil), ("0,,1\n", nil), ("65536\n", nil), ("a\n", nil), ("-1\n", 2),
        ] as [(String, Int?)]
    )
    func findsTheEndOfAList(text: String, end: Int?) {
        #expect(Process.endOfProcessors(Array(text.utf8)) == end)
    }
}

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
}

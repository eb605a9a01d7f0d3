// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@Suite struct PrefetchingTests {
    @Test("Memory that is not there does no harm", arguments: [0, 1, 64, 4_096, .max] as [UInt])
    func doesNoHarm(address: UInt) {
        prefetchMemory(at: address, lineCount: 16)
    }

    @Test func leavesWordsAsTheyAre() {
        let words: [UInt32] = [1, 2, 3]
        words.prefetchMemory(lineCount: 0)
        words.prefetchMemory(lineCount: 1_000)
        [UInt32]().prefetchMemory(lineCount: 1)
        #expect(words == [1, 2, 3])
    }
}

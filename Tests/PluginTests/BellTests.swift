// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing

@Suite struct BellTests {
    @Test func letsWhoComesLaterGoOnAtOnce() async {
        let bell = Bell()
        bell.ring()
        bell.ring()

        await withCheckedContinuation { bell.wake($0) }
    }

    @Test func wakesWhoSleepsFromAnotherTask() async {
        let bell = Bell()

        async let sleeper: Void = withCheckedContinuation { bell.wake($0) }
        Task { bell.ring() }
        await sleeper
        bell.ring()
    }
}

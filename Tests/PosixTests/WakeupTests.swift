// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Posix

@Suite struct WakeupTests {
    @Test func wakesAPollOnAnotherThread() throws {
        let poll = try Poll()
        let wakeup = try Wakeup()
        try poll.add(wakeup.number, .input, token: 4)

        let thread = try Thread(name: "waker") { wakeup.wake() }
        let count = try Loopback.wait(poll)
        thread.join()

        #expect(count == 1)
        #expect(poll.event(at: 0) == (4, .input))
    }

    @Test func isClearedAtOnceHoweverOftenItWoke() throws {
        let poll = try Poll()
        let wakeup = try Wakeup()
        try poll.add(wakeup.number, .input, token: 4)
        for _ in 0..<1_000 { wakeup.wake() }

        wakeup.clear()
        wakeup.clear()

        #expect(try poll.wait(milliseconds: 0) == 0)
    }

    @Test func losesNoWakeBetweenTwoThreads() throws {
        let there = try Wakeup()
        let back = try Wakeup()
        let thread = try Thread(name: "echo") {
            for _ in 0..<1_000 {
                guard (try? Loopback.wait(there.number)) != nil else { return }
                there.clear()
                back.wake()
            }
        }
        let poll = try Poll()
        try poll.add(back.number, .input, token: 0)

        var roundCount = 0
        for _ in 0..<1_000 {
            there.wake()
            guard try Loopback.wait(poll) == 1 else { break }
            back.clear()
            roundCount += 1
        }
        thread.join()

        #expect(roundCount == 1_000)
    }
}

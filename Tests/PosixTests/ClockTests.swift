// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

@testable import Posix

@Suite struct ClockTests {
    @Test func monotonicTimeNeverGoesBack() {
        var last = Clock.monotonicNanoseconds()
        for _ in 0..<10_000 {
            let now = Clock.monotonicNanoseconds()
            #expect(now >= last)
            last = now
        }
    }

    @Test func monotonicTimeIsTheTimeSinceTheStart() throws {
        let text = String(decoding: try DiskFiles().read("/proc/uptime"), as: UTF8.self)
        let uptime = try #require(text.split(separator: " ").first.flatMap { Double($0) })

        let seconds = Double(Clock.monotonicNanoseconds()) / 1e9

        #expect(abs(seconds - uptime) < 60)
    }

    @Test func wallTimeIsTheMachines() {
        let before = Int64(time(nil))

        let seconds = Clock.wallSeconds()

        // The two come from clocks of different fineness.
        #expect(seconds >= before && seconds <= before + 60)
    }

    @Test func processorTimeGrowsWithWork() {
        let before = Clock.processorNanoseconds()
        var sum: UInt64 = 0
        while Clock.processorNanoseconds() == before { sum &+= Randomness.bits() }

        #expect(Clock.processorNanoseconds() > before)
    }
}

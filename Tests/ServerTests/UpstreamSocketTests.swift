// SPDX-License-Identifier: Apache-2.0

import Foundation
import Plugin
import Posix
import Testing
import Wire

@testable import Server

@Suite struct UpstreamSocketTests {
    @Test func drawsEveryPortOfTheRangeAndNoOther() {
        let count = UInt64(UpstreamSocket.ports.count)
        var seen = Set<UInt16>()
        for bits in 0..<count { seen.insert(UpstreamSocket.port(bits)) }

        #expect(seen.count == Int(count))
        #expect(seen.min() == 1_024)
        #expect(seen.max() == 65_535)
        #expect(UpstreamSocket.port(.max) >= 1_024)
    }

    /// Two drawn ports are the same with a probability of 2^-H; H is what a forger has to guess.
    @Test("Ports have at least 15.5 bits")
    func spreadsPorts() throws {
        let upstream = try UDPSocket(binding: UpstreamBench.loopback, sharingPort: false)
        let randomness = RandomnessBuffer()
        let sampleCount = 6_000
        var counts: [UInt16: Int] = [:]
        for _ in 0..<sampleCount {
            let socket = try UpstreamSocket(
                to: upstream.local,
                at: Moment(nanoseconds: 0),
                random: randomness.bits
            )
            counts[socket.socket.local.port, default: 0] += 1
        }
        let equalPairs = counts.values.reduce(0) { $0 + $1 * ($1 - 1) / 2 }
        let pairs = sampleCount * (sampleCount - 1) / 2
        let bits = log2(Double(pairs) / Double(max(1, equalPairs)))

        // About 279 equal pairs are expected, give or take 17; 388 would be 15.5 bits.
        #expect(bits >= 15.5, "\(bits) bits")
        #expect(equalPairs > 100)
    }

    @Test func keepsAwayFromOurOwnListeners() throws {
        let upstream = try UDPSocket(binding: UpstreamBench.loopback, sharingPort: false)
        let listener = try UDPSocket(
            binding: Endpoint(IPAddress(v4: 0x7F00_0001), port: 0),
            sharingPort: true
        )
        let taken = UInt64(listener.local.port) - 1_024
        var drawn = 0
        let socket = try UpstreamSocket(to: upstream.local, at: Moment(nanoseconds: 0)) {
            drawn += 1
            return taken
        }

        #expect(drawn == UpstreamSocket.maximumPortAttempts)
        #expect(socket.socket.local.port != listener.local.port)
        #expect(socket.socket.local.port != 0)
    }
}

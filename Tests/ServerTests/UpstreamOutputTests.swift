// SPDX-License-Identifier: Apache-2.0

import Posix
import Testing
import Wire

@testable import Server

@Suite struct UpstreamOutputTests {
    /// An error of the test's own.
    private struct Refusal: Error {}

    @Test func givesBackWhatItWasGivenInOrder() {
        var output = UpstreamOutput()
        var taken: [UInt8] = []
        for number in 0..<50 {
            output.add { $0 += [UInt8](repeating: UInt8(number), count: 7) }
            output.take(5) { taken += $0.copied }
        }
        #expect(output.count == 100)
        while !output.isEmpty { output.take(9) { taken += $0.copied } }

        #expect(taken == (0..<50).flatMap { [UInt8](repeating: $0, count: 7) })
    }

    @Test func keepsWhatWasNotTaken() {
        var output = UpstreamOutput()
        output.add { $0 += [1, 2, 3] }
        #expect(throws: Refusal.self) {
            try output.take(2) { _ throws(Refusal) in throw Refusal() }
        }

        #expect(output.count == 3)
    }

    @Test func sendsWhatFits() throws {
        let listener = try TCPListener(binding: UpstreamBench.loopback, sharingPort: false)
        let socket = try TCPSocket(connectingTo: listener.local)
        let poll = try Poll()
        try poll.add(socket.number, .output, token: 0)
        try #require(try poll.wait(milliseconds: 20_000) == 1)
        var output = UpstreamOutput()
        try output.send(to: socket)
        output.add { $0 += [UInt8](repeating: 1, count: 32 << 20) }
        try output.send(to: socket)

        // Nobody reads.
        #expect(output.count > 0 && output.count < 32 << 20)
    }
}

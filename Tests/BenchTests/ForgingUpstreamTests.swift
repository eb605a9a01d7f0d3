// SPDX-License-Identifier: Apache-2.0

import Posix
import Testing
import Wire

@testable import bench

@Suite struct ForgingUpstreamTests {
    /// The addresses that come for so many questions, however they come.
    private static func addresses(
        _ upstream: ForgingUpstream,
        questionCount: Int,
        datagramCount: Int
    ) throws -> [UInt32] {
        let socket = try ConnectedUDPSocket(to: upstream.endpoint)
        let poll = try Poll()
        try poll.add(socket.number, .input, token: 0)
        for number in 0..<questionCount {
            try socket.send(FreshNames().question(number).message)
        }
        var addresses: [UInt32] = []
        while addresses.count < datagramCount {
            try #require(try poll.wait(milliseconds: 20_000) == 1)
            while let bytes = try socket.receive() {
                let end = try bytes.span.nameEnd(at: Header.byteCount)
                addresses.append(bytes.span.uint32(at: end + 16))
            }
        }
        return addresses
    }

    @Test func tellsTheTruthWithoutForgers() throws {
        let upstream = try ForgingUpstream()
        let addresses = try Self.addresses(upstream, questionCount: 3, datagramCount: 3)

        #expect(!addresses.contains(ForgingUpstream.lie))
        #expect(upstream.forgedCount == 0)
    }

    @Test("Four forged replies of a kind come from its own socket around each right one")
    func forges() throws {
        let upstream = try ForgingUpstream()
        upstream.isForging = true
        // Those with another id, another question, and those that are late.
        let perQuestion = 3 * ForgingUpstream.perKindCount + 1
        let addresses = try Self.addresses(
            upstream,
            questionCount: 1,
            datagramCount: perQuestion
        )

        #expect(addresses.count { $0 != ForgingUpstream.lie } == 1)
        #expect(addresses.last == ForgingUpstream.lie)
    }

    @Test("A forged reply has one thing wrong", arguments: ForgingUpstream.Forgery.allCases)
    func changesOneThing(forgery: ForgingUpstream.Forgery) throws {
        let query = try FreshNames().question(1).message
        var right = [UInt8](repeating: 0, count: UpstreamAnswer.maximumByteCount)
        var span = right.mutableSpan
        let count = UpstreamAnswer.write(to: query.span, into: &span)
        var forged = right
        var forgedSpan = forged.mutableSpan
        ForgingUpstream.forge(&forgedSpan, count, forgery, 7)
        let end = try query.span.nameEnd(at: Header.byteCount)
        let changed = (0..<(end + 16)).filter { right[$0] != forged[$0] }

        #expect(forged.span.uint32(at: end + 16) == ForgingUpstream.lie)
        switch forgery {
        case .id: #expect(changed == [1])
        case .question: #expect(changed.count == 1 && changed[0] > Header.byteCount)
        case .letterCase: #expect(changed == [Header.byteCount + 1])
        case .server, .port, .late: #expect(changed == [])
        }
    }
}

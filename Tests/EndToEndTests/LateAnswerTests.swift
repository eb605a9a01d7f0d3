// SPDX-License-Identifier: Apache-2.0

import Foundation
import Posix
import Testing
import Wire

/// The whole program on every address, with an answer that must be waited for.
@Suite struct LateAnswerTests {
    private static func wait(_ number: CInt) throws {
        let poll = try Poll()
        try poll.add(number, .input, token: 0)
        try #require(try poll.wait(milliseconds: 60_000) == 1)
    }

    @Test("It comes from the address that was asked", arguments: [UInt32(1), 2])
    func comesFromTheAddressThatWasAsked(last: UInt32) throws {
        let loopback = IPAddress(v4: 0x7F00_0001)
        let upstream = try UDPSocket(binding: Endpoint(loopback, port: 0), sharingPort: false)
        // Without `bind`: IPv4 comes to an IPv6 socket where the machine has both.
        let server = try RunningServer(corefile: ". {\n    forward . \(upstream.local)\n}\n")
        let asked = Endpoint(IPAddress(v4: 0x7F00_0000 + last), port: server.port)
        let client = try ConnectedUDPSocket(to: asked)
        var message = Message(header: Header(id: 0x1234, flags: .recursionDesired))
        message.questions = [Question(try Name("late.example."), .a)]
        try client.send(try message.encoded())

        var received = MessageBatch(slotByteCount: 4_096)
        var sent = MessageBatch(slotByteCount: 4_096)
        try Self.wait(upstream.number)
        try upstream.receive(into: &received)
        let count = received.count
        try #require(count > 0)
        sent.append(answering: received, at: 0, from: nil, interface: 0) { slot in
            let query = received.message(at: 0)
            for index in 0..<query.count { slot[index] = query[index] }
            // The query itself as a response without records.
            slot[2] |= 0x80
            return query.count
        }
        let failureCount = upstream.send(&sent)
        #expect(failureCount == 0)

        try Self.wait(client.number)
        let came = try client.receive()
        let bytes = try #require(came)
        let answer = try Message(parsing: bytes.span)
        #expect(answer.header.id == 0x1234)
        #expect(answer.questions == message.questions)
    }
}

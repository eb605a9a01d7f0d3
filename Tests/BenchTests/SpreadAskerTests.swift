// SPDX-License-Identifier: Apache-2.0

import Posix
import Testing
import Wire

@testable import bench

@Suite struct SpreadAskerTests {
    @Test func asksFromManyPortsAndTakesTheAnswersOfAll() throws {
        let place = Endpoint(IPAddress(v4: 0x7F00_0001), port: 0)
        let socket = try UDPSocket(binding: place, sharingPort: false)
        var asker = try SpreadAsker(to: socket.local)
        var received = MessageBatch(slotByteCount: 512)
        var sent = MessageBatch(slotByteCount: 512)
        let poll = try Poll()
        try poll.add(socket.number, .input, token: 0)
        for id in 0..<UInt16(64) { try asker.put([0, 0, 7], id: id) }
        asker.flush()
        var (ports, ids): (Set<UInt16>, Set<UInt16>) = ([], [])
        for _ in 0..<64 where ids.count < 64 {
            _ = try poll.wait(milliseconds: 2_000)
            try socket.receive(into: &received)
            for index in 0..<received.count {
                if let port = received.client(at: index)?.port { ports.insert(port) }
                sent.append(answering: received, at: index, from: nil, interface: 0) { buffer in
                    let message = received.message(at: index)
                    for place in 0..<message.count { buffer[place] = message[place] }
                    return message.count
                }
            }
            _ = socket.send(&sent)
            try asker.take(waiting: 2_000) { ids.insert($0.uint16(at: 0)) }
        }

        #expect(ports.count == 8)
        #expect(ids == Set(0..<64))
    }
}

// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@testable import Posix

@Suite struct MessageBatchTests {
    /// A socket that an array can hold.
    final class Socket: Sendable {
        let socket: UDPSocket

        init(_ socket: consuming UDPSocket) { self.socket = socket }
    }

    /// Two sockets of one machine.
    struct Pair: ~Copyable {
        let client: UDPSocket
        let server: UDPSocket

        init() throws {
            let place = Endpoint(Loopback.v4(), port: 0)
            let client = try UDPSocket(binding: place, sharingPort: false)
            let server = try UDPSocket(binding: place, sharingPort: false)
            self.client = client
            self.server = server
        }
    }

    @Test func holdsSixtyFourAndNotOneMore() throws {
        let pair = try Pair()
        var sent = MessageBatch(slotByteCount: 16)
        for index in 0..<MessageBatch.maximumCount {
            #expect(sent.isFull == false)
            let isTaken = sent.append(count: 1, of: UInt8(index), to: pair.server.local)
            #expect(isTaken)
        }

        var isAsked = false
        let isTaken = sent.append(
            to: pair.server.local,
            isMapped: false,
            from: nil,
            interface: 0
        ) { _ in
            isAsked = true
            return 1
        }

        #expect(sent.isFull == true)
        #expect(!isTaken)
        #expect(!isAsked)
        #expect(sent.count == 64)
    }

    @Test func receivesInTheOrderOfSending() throws {
        let pair = try Pair()
        var sent = MessageBatch(slotByteCount: 16)
        for index in 0..<MessageBatch.maximumCount {
            sent.append(count: 1 + index % 16, of: UInt8(index), to: pair.server.local)
        }
        let failureCount = pair.client.send(&sent)
        sent.append(count: 3, of: 64, to: pair.server.local)
        _ = pair.client.send(&sent)
        var received = MessageBatch(slotByteCount: 16)

        try pair.server.receive(into: &received)
        let first = (0..<received.count).map { received.bytes(at: $0) }
        try pair.server.receive(into: &received)
        let second = (0..<received.count).map { received.bytes(at: $0) }
        try pair.server.receive(into: &received)

        #expect(failureCount == 0)
        #expect(sent.count == 0)
        #expect(first == (0..<64).map { [UInt8](repeating: UInt8($0), count: 1 + $0 % 16) })
        #expect(second == [[64, 64, 64]])
        #expect(received.count == 0)
    }

    @Test(
        "A datagram longer than its slot is told",
        arguments: [
            (1, false), (63, false), (64, false), (65, true), (1_000, true),
        ]
    )
    func tellsWhatWasCut(byteCount: Int, isCut: Bool) throws {
        let pair = try Pair()
        var sent = MessageBatch(slotByteCount: 1_000)
        sent.append(count: byteCount, of: 5, to: pair.server.local)
        _ = pair.client.send(&sent)
        var received = MessageBatch(slotByteCount: 64)

        try pair.server.next(into: &received)

        #expect(received.count == 1)
        #expect(received.isCut(at: 0) == isCut)
        #expect(received.bytes(at: 0) == [UInt8](repeating: 5, count: min(byteCount, 64)))
        #expect(received.client(at: 0) == pair.client.local)
        #expect(received.local(at: 0) == nil)
    }

    @Test func cutsOnlyTheOneThatIsLonger() throws {
        let pair = try Pair()
        var sent = MessageBatch(slotByteCount: 1_000)
        var received = MessageBatch(slotByteCount: 64)

        for count in [65, 64] {
            sent.append(count: count, of: 5, to: pair.server.local)
            _ = pair.client.send(&sent)
            try pair.server.next(into: &received)
            #expect(received.isCut(at: 0) == (count > 64))
        }
    }

    @Test func takesAnEmptyDatagram() throws {
        let server = try UDPSocket(binding: Endpoint(Loopback.v4(), port: 0), sharingPort: false)
        let client = try ConnectedUDPSocket(to: server.local)
        var received = MessageBatch(slotByteCount: 64)

        try client.send([])
        try server.next(into: &received)

        #expect(received.count == 1)
        #expect(received.bytes(at: 0) == [])
    }

    @Test func leavesOutWhatCannotBeSent() throws {
        let pair = try Pair()
        var sent = MessageBatch(slotByteCount: 16)
        let nowhere = Endpoint(Loopback.v4(), port: 0)
        for (byte, place) in [
            (UInt8(0), nowhere), (1, pair.server.local), (2, nowhere), (3, nowhere),
            (4, pair.server.local), (5, nowhere),
        ] {
            sent.append(count: 1, of: byte, to: place)
        }

        let failureCount = pair.client.send(&sent)

        var received = MessageBatch(slotByteCount: 16)
        try pair.server.next(into: &received)
        #expect(failureCount == 4)
        #expect((0..<received.count).map { received.bytes(at: $0) } == [[1], [4]])
    }

    @Test func writesIntoTheSlotItself() throws {
        let pair = try Pair()
        var sent = MessageBatch(slotByteCount: 16)
        var slotByteCount = 0

        sent.append(to: pair.server.local, isMapped: false, from: nil, interface: 0) { slot in
            slotByteCount = slot.count
            for index in 0..<slot.count { slot[index] = UInt8(index) }
            return slot.count
        }
        sent.append(to: pair.server.local, isMapped: false, from: nil, interface: 0) { _ in 0 }

        #expect(slotByteCount == 16)
        #expect(sent.count == 1)
        #expect(sent.bytes(at: 0) == (0..<16).map { UInt8($0) })
    }

    @Test func canBothReceiveAndSend() throws {
        let pair = try Pair()
        var batch = MessageBatch(slotByteCount: 16)

        for round in 1...3 {
            batch.append(count: round, of: 7, to: pair.server.local)
            _ = pair.client.send(&batch)
            try pair.server.next(into: &batch)

            #expect(batch.bytes(at: 0) == [UInt8](repeating: 7, count: round))
            batch.removeAll()
            #expect(batch.count == 0)
        }
    }

    @Test func answersWhoAsked() throws {
        let server = try UDPSocket(binding: Endpoint(Loopback.v4(), port: 0), sharingPort: false)
        let clients = try [
            Socket(UDPSocket(binding: Endpoint(Loopback.v4(), port: 0), sharingPort: false)),
            Socket(UDPSocket(binding: Endpoint(Loopback.v4(2), port: 0), sharingPort: false)),
        ]
        var received = MessageBatch(slotByteCount: 16)
        var sent = MessageBatch(slotByteCount: 16)
        for (number, client) in clients.enumerated() {
            sent.append(count: number + 1, of: 7, to: server.local)
            _ = client.socket.send(&sent)
        }
        try server.next(into: &received)
        #expect(received.count == 2)

        // In another order than they came, with one that gets no answer in between.
        for (index, byteCount) in [(1, 3), (0, 0), (0, 4)] {
            let isTaken = sent.append(
                answering: received,
                at: index,
                from: nil,
                interface: 0
            ) { slot in
                for place in 0..<byteCount { slot[place] = received.message(at: index)[0] &+ 1 }
                return byteCount
            }
            #expect(isTaken)
        }
        let failureCount = server.send(&sent)

        #expect(failureCount == 0)
        for (client, byteCount) in zip(clients, [4, 3]) {
            try client.socket.next(into: &received)
            #expect(received.count == 1)
            #expect(received.bytes(at: 0) == [UInt8](repeating: 8, count: byteCount))
        }
    }

    @Test func answersNoMoreThanItHolds() throws {
        let pair = try Pair()
        var sent = MessageBatch(slotByteCount: 16)
        sent.append(count: 1, of: 1, to: pair.server.local)
        _ = pair.client.send(&sent)
        var received = MessageBatch(slotByteCount: 16)
        try pair.server.next(into: &received)

        for _ in 0..<MessageBatch.maximumCount {
            let isTaken = sent.append(answering: received, at: 0, from: nil, interface: 0) { _ in 1
            }
            #expect(isTaken)
        }
        var isAsked = false
        let isTaken = sent.append(answering: received, at: 0, from: nil, interface: 0) { _ in
            isAsked = true
            return 1
        }

        #expect(!isTaken)
        #expect(!isAsked)
        #expect(sent.count == 64)
    }

    @Test func receivesFromOneSocketAfterAnother() throws {
        let families = Loopback.hasIPv6 ? [Loopback.anyV6, Loopback.v6] : []
        // A socket that tells addresses, and one that does not, of either family.
        let places = [Loopback.anyV4, Loopback.v4()] + families
        var received = MessageBatch(slotByteCount: 16)

        for place in places + places.reversed() {
            let server = try UDPSocket(binding: Endpoint(place, port: 0), sharingPort: false)
            let asked = place.isUnspecified ? Loopback.v4(3) : place
            let client = try ConnectedUDPSocket(to: Endpoint(asked, port: server.local.port))
            for byte in UInt8(1)...3 { try client.send([byte]) }
            try server.next(into: &received)

            #expect((0..<received.count).map { received.bytes(at: $0) } == [[1], [2], [3]])
            for index in 0..<received.count {
                #expect(received.client(at: index) == client.local)
                #expect(
                    received.local(at: index)?.address == (place.isUnspecified ? asked : nil)
                )
            }
        }
    }

    @Test func leavesFromTheAddressItIsTold() throws {
        let server = try UDPSocket(binding: Endpoint(Loopback.anyV4, port: 0), sharingPort: false)
        let client = try UDPSocket(binding: Endpoint(Loopback.v4(), port: 0), sharingPort: false)
        var sent = MessageBatch(slotByteCount: 16)
        for last: UInt32 in [1, 2, 3] {
            sent.append(
                copying: [UInt8(last)].span,
                to: client.local,
                isMapped: false,
                from: Loopback.v4(last),
                // For IPv4 the routes decide, whatever interface is named.
                interface: 4_000
            )
        }

        let failureCount = server.send(&sent)

        var received = MessageBatch(slotByteCount: 16)
        try client.next(into: &received)
        #expect(failureCount == 0)
        #expect(
            (0..<received.count).compactMap { received.client(at: $0) }
                == [1, 2, 3].map { Endpoint(Loopback.v4($0), port: server.local.port) }
        )
    }
}

// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing
import Wire

@testable import Posix

@Suite struct UDPSocketTests {
    @Test func takesAPortThatTheSystemChooses() throws {
        let socket = try UDPSocket(binding: Endpoint(Loopback.v4(), port: 0), sharingPort: false)

        #expect(socket.local.address == Loopback.v4())
        #expect(socket.local.port != 0)
        #expect(socket.isWildcard == false)
        #expect(socket.mapsIPv4 == false)
        #expect(try socket.receiveBufferByteCount > 0)
    }

    @Test(
        "A server on every address answers from the one that was asked",
        arguments: [
            Loopback.anyV4, Loopback.anyV6,
        ]
    )
    func answersFromTheAddressAsked(any: IPAddress) throws {
        guard any.family == .v4 || Loopback.hasIPv6 else { return }
        let server = try UDPSocket(binding: Endpoint(any, port: 0), sharingPort: true)
        // Only an answer from this address reaches the client; the system would choose 127.0.0.1.
        let asked = Endpoint(Loopback.v4(2), port: server.local.port)
        let client = try ConnectedUDPSocket(to: asked)
        try client.send([1, 2, 3])
        var received = MessageBatch(slotByteCount: 512)
        var sent = MessageBatch(slotByteCount: 512)
        try server.next(into: &received)
        let foundClient = received.client(at: 0)
        let peer = try #require(foundClient)
        let foundLocal = received.local(at: 0)
        let local = try #require(foundLocal)

        sent.append(
            copying: received.message(at: 0),
            to: peer,
            isMapped: server.mapsIPv4 && peer.address.family == .v4,
            from: local.address,
            interface: local.interface
        )
        sent.append(
            answering: received,
            at: 0,
            from: local.address,
            interface: local.interface
        ) { slot in
            slot[0] = 4
            return 1
        }
        let failureCount = server.send(&sent)

        #expect(server.isWildcard == true)
        #expect(failureCount == 0)
        #expect(try client.next() == [1, 2, 3])
        #expect(try client.next() == [4])
        #expect(local.address == asked.address)
        #expect(local.interface != 0)
        #expect(peer == Endpoint(client.local.address, port: client.local.port))
        #expect(server.mapsIPv4 == (any.family == .v6))
    }

    @Test(.enabled(if: Loopback.hasIPv6)) func answersIPv6OnEveryAddress() throws {
        let server = try UDPSocket(binding: Endpoint(Loopback.anyV6, port: 0), sharingPort: true)
        let client = try ConnectedUDPSocket(to: Endpoint(Loopback.v6, port: server.local.port))
        try client.send([9])
        var received = MessageBatch(slotByteCount: 512)
        var sent = MessageBatch(slotByteCount: 512)
        try server.next(into: &received)
        let foundClient = received.client(at: 0)
        let peer = try #require(foundClient)
        let foundLocal = received.local(at: 0)
        let local = try #require(foundLocal)

        sent.append(
            copying: [8].span,
            to: peer,
            isMapped: server.mapsIPv4 && peer.address.family == .v4,
            from: local.address,
            interface: local.interface
        )
        sent.append(
            answering: received,
            at: 0,
            from: local.address,
            interface: local.interface
        ) { slot in
            slot[0] = 7
            return 1
        }
        let failureCount = server.send(&sent)

        #expect(failureCount == 0)
        #expect(try client.next() == [8])
        #expect(try client.next() == [7])
        #expect(local.address == Loopback.v6)
        #expect(peer == client.local)
        #expect(server.mapsIPv4 == true)
    }

    @Test(.enabled(if: Loopback.hasIPv6)) func leavesIPv4AloneOnOneIPv6Address() throws {
        let server = try UDPSocket(binding: Endpoint(Loopback.v6, port: 0), sharingPort: false)

        let other = try UDPSocket(
            binding: Endpoint(Loopback.v4(), port: server.local.port),
            sharingPort: false
        )

        #expect(other.local.port == server.local.port)
        #expect(server.mapsIPv4 == false)
    }

    @Test func sharesItsPortOnlyWhenToldTo() throws {
        let first = try UDPSocket(binding: Endpoint(Loopback.v4(10), port: 0), sharingPort: true)

        let second = try UDPSocket(binding: first.local, sharingPort: true)

        #expect(second.local == first.local)
        let error = #expect(throws: SystemError.self) {
            _ = try UDPSocket(binding: first.local, sharingPort: false)
        }
        #expect(error?.isAddressInUse == true)
    }

    @Test func probeNoticesAnotherServer() throws {
        let udp = try UDPSocket(binding: Endpoint(Loopback.v4(11), port: 0), sharingPort: true)
        let tcp = try TCPListener(binding: Endpoint(Loopback.v4(12), port: 0), sharingPort: true)

        for place in [udp.local, tcp.local] {
            let error = #expect(throws: SystemError.self) { try UDPSocket.probe(place) }
            #expect(error?.isAddressInUse == true)
            #expect(error?.description == "bind \(place): address already in use")
        }
    }

    @Test func probeLeavesAFreePlaceFree() throws {
        let place: Endpoint
        do {
            let socket = try UDPSocket(
                binding: Endpoint(Loopback.v4(13), port: 0),
                sharingPort: false
            )
            place = socket.local
        }

        try UDPSocket.probe(place)
        try UDPSocket.probe(place)

        let socket = try UDPSocket(binding: place, sharingPort: true)
        #expect(socket.local == place)
    }

    @Test func refusesAnAddressThatIsNotOurs() {
        let error = #expect(throws: SystemError.self) {
            _ = try UDPSocket(
                binding: Endpoint(IPAddress(v4: 0xC000_0201), port: 0),
                sharingPort: false
            )
        }

        #expect(error?.isAddressMissing == true)
    }

    @Test func countsWhatItsFullBufferDropped() throws {
        let server = try UDPSocket(binding: Endpoint(Loopback.v4(), port: 0), sharingPort: false)
        let client = try UDPSocket(binding: Endpoint(Loopback.v4(), port: 0), sharingPort: false)
        var sent = MessageBatch(slotByteCount: 60_000)
        var received = MessageBatch(slotByteCount: 16)
        let before = server.droppedCount

        var sentCount = 0
        while server.droppedCount == 0, sentCount < 64_000 {
            while !sent.isFull { sent.append(count: 60_000, of: 1, to: server.local) }
            sentCount += MessageBatch.maximumCount - client.send(&sent)
        }
        var receivedCount = 0
        repeat {
            try server.receive(into: &received)
            receivedCount += received.count
        } while received.count > 0

        let droppedAfter = server.droppedCount
        let dropped = try #require(droppedAfter)
        #expect(before == 0)
        #expect(dropped > 0)
        #expect(receivedCount + dropped == sentCount)
    }
}

// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing
import Wire

@testable import Posix

@Suite struct ConnectedUDPSocketTests {
    @Test func hearsOnlyItsUpstream() throws {
        let upstream = try UDPSocket(binding: Endpoint(Loopback.v4(), port: 0), sharingPort: false)
        let forger = try UDPSocket(binding: Endpoint(Loopback.v4(), port: 0), sharingPort: false)
        let socket = try ConnectedUDPSocket(to: upstream.local)
        var batch = MessageBatch(slotByteCount: 16)

        batch.append(count: 1, of: 66, to: socket.local)
        let forgedFailureCount = forger.send(&batch)
        batch.append(count: 1, of: 1, to: socket.local)
        _ = upstream.send(&batch)

        #expect(forgedFailureCount == 0)
        #expect(try socket.next() == [1])
        #expect(try socket.receive() == nil)
    }

    @Test func leavesFromThePortItIsGiven() throws {
        let upstream = try UDPSocket(binding: Endpoint(Loopback.v4(), port: 0), sharingPort: false)
        let free: UInt16
        do {
            let taken = try UDPSocket(
                binding: Endpoint(Loopback.anyV4, port: 0),
                sharingPort: false
            )
            free = taken.local.port
            let error = #expect(throws: SystemError.self) {
                _ = try ConnectedUDPSocket(to: upstream.local, fromPort: free)
            }
            #expect(error?.isAddressInUse == true)
        }

        let socket = try ConnectedUDPSocket(to: upstream.local, fromPort: free)

        #expect(socket.local.port == free)
    }

    @Test(.enabled(if: Loopback.hasIPv6)) func leavesIPv4AloneOnAPortOfIPv6() throws {
        let upstream = try UDPSocket(binding: Endpoint(Loopback.v6, port: 0), sharingPort: false)
        let taken = try UDPSocket(binding: Endpoint(Loopback.v4(20), port: 0), sharingPort: false)

        let socket = try ConnectedUDPSocket(to: upstream.local, fromPort: taken.local.port)

        #expect(socket.local == Endpoint(Loopback.v6, port: taken.local.port))
    }

    @Test func saysThatNobodyListens() throws {
        let place: Endpoint
        do {
            place = try UDPSocket(binding: Endpoint(Loopback.v4(21), port: 0), sharingPort: false)
                .local
        }
        let socket = try ConnectedUDPSocket(to: place)
        try socket.send([1])
        try Loopback.wait(socket.number)

        #expect(throws: SystemError(call: "recv", code: ECONNREFUSED)) { try socket.receive() }
    }

    @Test("Datagrams of every size come whole", arguments: [0, 1, 512, 4_096, 65_507])
    func comesWhole(byteCount: Int) throws {
        let upstream = try UDPSocket(binding: Endpoint(Loopback.v4(), port: 0), sharingPort: false)
        let socket = try ConnectedUDPSocket(to: upstream.local)
        let message = (0..<byteCount).map { UInt8(truncatingIfNeeded: $0) }
        try socket.send(message)
        var received = MessageBatch(slotByteCount: ConnectedUDPSocket.maximumByteCount)
        var sent = MessageBatch(slotByteCount: ConnectedUDPSocket.maximumByteCount)
        try upstream.next(into: &received)

        #expect(received.bytes(at: 0) == message)
        #expect(received.isCut(at: 0) == false)
        guard byteCount > 0 else { return }
        sent.append(
            copying: message.span,
            to: socket.local,
            isMapped: false,
            from: nil,
            interface: 0
        )
        _ = upstream.send(&sent)
        #expect(try socket.next() == message)
    }
}

// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing
import Wire

@testable import Posix

@Suite struct TCPSocketTests {
    /// Both ends of one connection.
    struct Pair: ~Copyable {
        let client: TCPSocket
        let server: TCPSocket

        init() throws {
            let listener = try TCPListener(
                binding: Endpoint(Loopback.v4(), port: 0),
                sharingPort: false
            )
            let client = try TCPSocket(connectingTo: listener.local)
            let server = try listener.next()
            try Loopback.wait(client.number, for: .output)
            try client.checkConnected()
            self.client = client
            self.server = server
        }
    }

    @Test func carriesBytesBothWays() throws {
        let pair = try Pair()
        var buffer = [UInt8](repeating: 0, count: 100)

        #expect(try pair.server.read(into: &buffer) == .nothing)
        #expect(try pair.client.write([1, 2, 3]) == 3)
        try Loopback.wait(pair.server.number)
        #expect(try pair.server.read(into: &buffer) == .bytes(3))
        #expect(buffer.prefix(4) == [1, 2, 3, 0])
        #expect(try pair.server.write([4].span) == 1)
        try Loopback.wait(pair.client.number)
        #expect(try pair.client.read(into: &buffer) == .bytes(1))
        #expect(buffer[0] == 4)
    }

    @Test func writesTwoPiecesAsOne() throws {
        let pair = try Pair()
        var buffer = [UInt8](repeating: 0, count: 100)

        let count = try pair.client.write([0, 3].span, [7, 8, 9].span)
        try Loopback.wait(pair.server.number)
        let reading = try pair.server.read(into: &buffer)

        #expect(count == 5)
        #expect(reading == .bytes(5))
        #expect(buffer.prefix(5) == [0, 3, 7, 8, 9])
    }

    @Test func readsNoMoreThanItHasRoomFor() throws {
        let pair = try Pair()
        var buffer = [UInt8](repeating: 0, count: 2)

        _ = try pair.client.write([1, 2, 3])
        try Loopback.wait(pair.server.number)

        #expect(try pair.server.read(into: &buffer) == .bytes(2))
        #expect(try pair.server.read(into: &buffer) == .bytes(1))
        #expect(try pair.server.read(into: &buffer) == .nothing)
    }

    @Test func tellsHowMuchFitted() throws {
        let pair = try Pair()
        let message = [UInt8](repeating: 1, count: 1 << 20)

        var total = 0
        var last = 0
        repeat {
            last = try pair.client.write(message[...])
            total += last
        } while last > 0
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        var received = 0
        while received < total {
            switch try pair.server.read(into: &buffer) {
            case .bytes(let count): received += count
            case .nothing: try Loopback.wait(pair.server.number)
            case .end: return
            }
        }

        #expect(total > 0)
        #expect(received == total)
    }

    @Test func tellsTheEndAndStillHears() throws {
        let pair = try Pair()
        var buffer = [UInt8](repeating: 0, count: 10)

        try pair.client.closeOutput()
        try Loopback.wait(pair.server.number)

        #expect(try pair.server.read(into: &buffer) == .end)
        #expect(try pair.server.write([5]) == 1)
        try Loopback.wait(pair.client.number)
        #expect(try pair.client.read(into: &buffer) == .bytes(1))
    }

    @Test func writingToNobodyIsAnErrorAndNoSignal() throws {
        let pair = try Pair()
        try pair.client.closeOutput()

        #expect(throws: SystemError(call: "send", code: EPIPE)) { try pair.client.write([1]) }
        #expect(throws: SystemError(call: "sendmsg", code: EPIPE)) {
            try pair.client.write([1].span, [2].span)
        }
    }

    @Test func saysThatNobodyListens() throws {
        let place: Endpoint
        do {
            place = try TCPListener(binding: Endpoint(Loopback.v4(31), port: 0), sharingPort: false)
                .local
        }

        // The system may know at once, or a little later.
        #expect(throws: SystemError(call: "connect \(place)", code: ECONNREFUSED)) {
            let socket = try TCPSocket(connectingTo: place)
            try Loopback.wait(socket.number, for: .output)
            try socket.checkConnected()
        }
    }

    @Test func connectsFromTheAddressThatItIsGiven() throws {
        let listener = try TCPListener(
            binding: Endpoint(Loopback.v4(), port: 0),
            sharingPort: false
        )
        let source = IPAddress(v4: 0x7F00_0203)
        let client = try TCPSocket(connectingTo: listener.local, from: source)
        let server = try listener.next()

        #expect(server.peer.address == source)
        #expect(client.peer == listener.local)
    }

    @Test func throwsAwayWhatIsUnsentWhenToldTo() throws {
        let listener = try TCPListener(
            binding: Endpoint(Loopback.v4(), port: 0),
            sharingPort: false
        )
        let client = try TCPSocket(connectingTo: listener.local)
        do {
            let server = try listener.next()
            let message = [UInt8](repeating: 1, count: 1 << 20)
            #expect(server.unsentByteCount == 0)
            while try server.write(message[...]) > 0 {}
            #expect(server.unsentByteCount > 0)
            try server.discardUnsent()
        }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)

        #expect(throws: SystemError(call: "recv", code: ECONNRESET)) {
            while try client.read(into: &buffer) != .end {}
        }
    }
}

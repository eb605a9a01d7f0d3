// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing
import Wire

@testable import Posix

extension TCPListener {
    /// The next connection, waited for.
    borrowing func next() throws -> TCPSocket {
        while true {
            if let socket = try accept() { return socket }
            try Loopback.wait(number)
        }
    }
}

@Suite struct TCPListenerTests {
    @Test func takesConnectionsUntilThereIsNone() throws {
        let listener = try TCPListener(
            binding: Endpoint(Loopback.v4(), port: 0),
            sharingPort: false
        )
        let isEmpty = try listener.accept() == nil
        let client = try TCPSocket(connectingTo: listener.local)

        let socket = try listener.next()

        #expect(isEmpty)
        #expect(socket.local == listener.local)
        #expect(socket.peer == client.local)
        #expect(try listener.accept() == nil)
    }

    @Test(
        "A listener on every address knows which was asked",
        arguments: [
            Loopback.anyV4, Loopback.anyV6,
        ]
    )
    func knowsTheAddressAsked(any: IPAddress) throws {
        guard any.family == .v4 || Loopback.hasIPv6 else { return }
        let listener = try TCPListener(binding: Endpoint(any, port: 0), sharingPort: true)
        let asked = Endpoint(Loopback.v4(3), port: listener.local.port)
        let client = try TCPSocket(connectingTo: asked)

        let socket = try listener.next()

        #expect(socket.local == asked)
        #expect(socket.peer == client.local)
    }

    @Test func answersLeaveAtOnce() throws {
        let listener = try TCPListener(
            binding: Endpoint(Loopback.v4(), port: 0),
            sharingPort: false
        )
        let client = try TCPSocket(connectingTo: listener.local)
        let socket = try listener.next()

        for number in [client.number, socket.number] {
            var value: CInt = 0
            var size = socklen_t(MemoryLayout<CInt>.size)
            let result = unsafe getsockopt(number, CInt(IPPROTO_TCP), TCP_NODELAY, &value, &size)
            #expect(result == 0)
            #expect(value != 0)
        }
    }

    @Test func sharesItsPortOnlyWhenToldTo() throws {
        let first = try TCPListener(binding: Endpoint(Loopback.v4(30), port: 0), sharingPort: true)

        let second = try TCPListener(binding: first.local, sharingPort: true)

        #expect(second.local == first.local)
        let error = #expect(throws: SystemError.self) {
            _ = try TCPListener(binding: first.local, sharingPort: false)
        }
        #expect(error?.isAddressInUse == true)
    }

    @Test func saysWhenDescriptorsRunOut() async {
        await #expect(processExitsWith: .success) {
            let listener = try TCPListener(
                binding: Endpoint(Loopback.v4(), port: 0),
                sharingPort: false
            )
            let client = try TCPSocket(connectingTo: listener.local)
            try Loopback.wait(listener.number)
            var limit = rlimit()
            limit.rlim_cur = rlim_t(client.number) + 1
            limit.rlim_max = limit.rlim_cur
            let kind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
            try #require(unsafe setrlimit(kind, &limit) == 0)
            // Every number below the limit is taken, also those that were closed before.
            while dup(0) >= 0 {}

            let error = #expect(throws: SystemError.self) { _ = try listener.accept() }

            #expect(error?.isOutOfDescriptors == true)
        }
    }
}

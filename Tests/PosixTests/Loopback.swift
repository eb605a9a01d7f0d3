// SPDX-License-Identifier: Apache-2.0

import Posix
import Wire

/// Addresses of this machine for tests.
enum Loopback {
    static let v6 = IPAddress(v6High: 0, low: 1)
    static let anyV4 = IPAddress(v4: 0)
    static let anyV6 = IPAddress(v6High: 0, low: 0)

    /// Whether this machine has IPv6.
    static let hasIPv6 = (try? UDPSocket(binding: Endpoint(v6, port: 0), sharingPort: false)) != nil

    /// `127.0.0.last`: all of 127.0.0.0/8 is this machine.
    static func v4(_ last: UInt32 = 1) -> IPAddress { IPAddress(v4: 0x7F00_0000 + last) }

    /// Waits until one of the descriptors in `poll` has something to tell, for a minute at most.
    static func wait(_ poll: borrowing Poll) throws -> Int { try poll.wait(milliseconds: 60_000) }

    /// Waits until the descriptor can be read, or written.
    static func wait(_ number: CInt, for interest: Interest = .input) throws {
        let poll = try Poll()
        try poll.add(number, interest, token: 0)
        guard try wait(poll) == 1 else { throw SystemError(call: "nothing came", code: 0) }
    }
}

extension ConnectedUDPSocket {
    /// The next datagram, waited for.
    borrowing func next() throws -> [UInt8] {
        while true {
            if let message = try receive() { return message }
            try Loopback.wait(number)
        }
    }
}

extension UDPSocket {
    /// Receives at least one datagram, waited for.
    borrowing func next(into batch: inout MessageBatch) throws {
        repeat {
            try Loopback.wait(number)
            try receive(into: &batch)
        } while batch.count == 0
    }
}

extension MessageBatch {
    /// Adds a message of so many bytes, all alike.
    @discardableResult
    mutating func append(count: Int, of byte: UInt8, to peer: Endpoint) -> Bool {
        append(
            copying: [UInt8](repeating: byte, count: count).span,
            to: peer,
            isMapped: false,
            from: nil,
            interface: 0
        )
    }

    /// The bytes of a message.
    borrowing func bytes(at index: Int) -> [UInt8] {
        let message = message(at: index)
        return (0..<message.count).map { message[$0] }
    }
}

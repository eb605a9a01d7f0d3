// SPDX-License-Identifier: Apache-2.0

import Plugin
import Posix
import Wire

/// The socket of one exchange with an upstream.
///
/// Each has a socket of its own, from a random port, so that a forger has to guess both the port
/// and the id (RFC 5452 §9.2).
final class OpenExchange {
    /// How many random ports are tried before the system chooses one.
    private static let maximumPortAttempts = 4

    /// A socket of either kind.
    private enum Socket: ~Copyable {
        case udp(ConnectedUDPSocket)
        case tcp(TCPSocket)
    }

    private let socket: Socket
    /// Bytes to be sent over TCP.
    private var output: ArraySlice<UInt8> = []
    /// Bytes that came over TCP.
    private var input: [UInt8] = []
    let number: CInt

    /// Opens the socket, and sends the question as far as that is possible at once.
    init(_ exchange: Exchange, random: () -> UInt64) throws(SystemError) {
        switch exchange.transport {
        case .udp:
            let opened = try Self.openUDP(exchange.upstream, random)
            try opened.send(exchange.message)
            number = opened.number
            socket = .udp(opened)
        case .tcp:
            let opened = try TCPSocket(connectingTo: exchange.upstream)
            let count = exchange.message.count
            output =
                [UInt8(truncatingIfNeeded: count >> 8), UInt8(truncatingIfNeeded: count)]
                + exchange.message
            number = opened.number
            socket = .tcp(opened)
        }
    }

    private static func openUDP(
        _ upstream: Endpoint,
        _ random: () -> UInt64
    ) throws(SystemError) -> ConnectedUDPSocket {
        for _ in 0..<maximumPortAttempts {
            let port = UInt16(1_024 + random() % UInt64(65_536 - 1_024))
            do throws(SystemError) {
                return try ConnectedUDPSocket(to: upstream, fromPort: port)
            } catch {
                guard error.isAddressInUse || error.isDenied else { throw error }
            }
        }
        return try ConnectedUDPSocket(to: upstream)
    }

    /// What the socket is to be polled for.
    var interest: Interest { output.isEmpty ? .input : [.input, .output] }

    /// Sends what is left to be sent.
    func send() throws(SystemError) {
        guard !output.isEmpty else { return }
        switch socket {
        case .udp: break
        case .tcp(let tcp):
            let count = try tcp.write(output)
            output = output.dropFirst(count)
        }
    }

    /// The next message that came; nil when there is none yet.
    func receive() throws(SystemError) -> [UInt8]? {
        switch socket {
        case .udp(let udp): return try udp.receive()
        case .tcp(let tcp):
            var buffer = [UInt8](repeating: 0, count: 65_537)
            switch try tcp.read(into: &buffer) {
            case .bytes(let count): input += buffer[..<count]
            case .nothing: break
            case .end: throw SystemError(call: "connection closed by the upstream", code: 0)
            }
            guard input.count >= 2 else { return nil }
            let length = Int(input[0]) << 8 | Int(input[1])
            guard input.count - 2 >= length else { return nil }
            let message = Array(input[2..<(2 + length)])
            input.removeSubrange(..<(2 + length))
            return message
        }
    }
}

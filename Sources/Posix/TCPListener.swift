// SPDX-License-Identifier: Apache-2.0

internal import CSystem
import Glibc
import Wire

/// A TCP socket that takes connections.
package struct TCPListener: ~Copyable, Sendable {
    /// The connections that the system holds until they are taken.
    package static let backlog: CInt = 1_024

    private let descriptor: Descriptor
    package let local: Endpoint

    /// The number to poll.
    package var number: CInt { descriptor.number }

    /// Binds to `endpoint` and listens; port 0 lets the system choose.
    ///
    /// An unspecified IPv6 address takes IPv4 too. `sharingPort`: several sockets share the port,
    /// and the system spreads clients over them.
    package init(binding endpoint: Endpoint, sharingPort: Bool) throws(SystemError) {
        let socket = try Descriptor.socket(SOCK_STREAM, for: endpoint)
        try socket.set("SO_REUSEADDR", SOL_SOCKET, SO_REUSEADDR, 1)
        if sharingPort { try socket.set("SO_REUSEPORT", SOL_SOCKET, SO_REUSEPORT, 1) }
        // Answers leave at once; accepted connections inherit this.
        try socket.set("TCP_NODELAY", CInt(IPPROTO_TCP), TCP_NODELAY, 1)
        try socket.bind(to: endpoint)
        let number = socket.number
        try check("listen \(endpoint)") { Int(listen(number, Self.backlog)) }
        local = try socket.localEndpoint()
        descriptor = socket
    }

    /// The next connection, or nil when there is none.
    ///
    /// - Throws: an error with `isOutOfDescriptors` when the connection must stay where it is; the
    ///   listener then goes on being readable, so whoever polls it must look away for a while.
    package borrowing func accept() throws(SystemError) -> TCPSocket? {
        var address = SocketAddress()
        let number = descriptor.number
        do throws(SystemError) {
            let accepted = try check("accept") {
                unsafe address.fill { unsafe Int(csystem_accept4(number, $0, $1)) }
            }
            let socket = Descriptor(owning: CInt(accepted))
            guard let peer = address.endpoint else { return nil }
            let local = local.address.isUnspecified ? try socket.localEndpoint() : local
            return TCPSocket(taking: socket, peer: peer, local: local)
        } catch {
            if error.wouldBlock || Self.concernsOnlyTheClient(error.code) { return nil }
            throw error
        }
    }

    /// Whether an error of `accept` tells of a client that is lost already, not of the listener.
    ///
    /// The system hands on what the network said about a connection nobody has taken yet.
    private static func concernsOnlyTheClient(_ code: CInt) -> Bool {
        switch code {
        case ECONNABORTED, ENETDOWN, EPROTO, ENOPROTOOPT, EHOSTDOWN, ENONET, EHOSTUNREACH,
            EOPNOTSUPP, ENETUNREACH, ETIMEDOUT, EPERM, ENOTCONN:
            true
        default: false
        }
    }
}

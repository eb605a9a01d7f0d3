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
    package init(binding endpoint: Endpoint, sharingPort: Bool) throws(SystemError) {
        let family = endpoint.address.family == .v4 ? AF_INET : AF_INET6
        let kind =
            CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
            | CInt(SOCK_NONBLOCK.rawValue)
        let owner = Descriptor(owning: CInt(try check("socket") { Int(socket(family, kind, 0)) }))
        let number = owner.number
        try Posix.set("SO_REUSEADDR", SOL_SOCKET, SO_REUSEADDR, 1, of: number)
        if sharingPort {
            try Posix.set("SO_REUSEPORT", SOL_SOCKET, SO_REUSEPORT, 1, of: number)
        }
        if family == AF_INET6 {
            let only: CInt = endpoint.address.isUnspecified ? 0 : 1
            try Posix.set("IPV6_V6ONLY", CInt(IPPROTO_IPV6), IPV6_V6ONLY, only, of: number)
        }
        let address = SocketAddress(endpoint)
        try check("bind \(endpoint)") {
            unsafe address.withPointer { unsafe Int(bind(number, $0, $1)) }
        }
        try check("listen") { Int(listen(number, Self.backlog)) }
        local = try localEndpoint(of: number)
        descriptor = owner
    }

    /// The next connection, or nil when there is none.
    package borrowing func accept() throws(SystemError) -> TCPSocket? {
        var address = SocketAddress()
        let number = descriptor.number
        do throws(SystemError) {
            let accepted = try check("accept") {
                unsafe address.fill { unsafe Int(csystem_accept4(number, $0, $1)) }
            }
            let owner = Descriptor(owning: CInt(accepted))
            guard let peer = address.endpoint else { return nil }
            return try TCPSocket(taking: owner, peer: peer)
        } catch {
            // A client that gave up before it was taken is no failure of ours.
            if error.wouldBlock || error.code == ECONNABORTED { return nil }
            throw error
        }
    }
}

/// One TCP connection.
package struct TCPSocket: ~Copyable, Sendable {
    private let descriptor: Descriptor
    package let peer: Endpoint
    package let local: Endpoint

    /// The number to poll.
    package var number: CInt { descriptor.number }

    /// Takes an accepted connection; answers leave at once (TCP_NODELAY).
    init(taking descriptor: consuming Descriptor, peer: Endpoint) throws(SystemError) {
        let number = descriptor.number
        let local = try localEndpoint(of: number)
        try Posix.set("TCP_NODELAY", CInt(IPPROTO_TCP), TCP_NODELAY, 1, of: number)
        self.peer = Endpoint(peer.address.unmapped, port: peer.port, scope: peer.scope)
        self.local = local
        self.descriptor = descriptor
    }

    /// Begins to connect to `upstream`; the socket is writable when that has ended.
    package init(connectingTo upstream: Endpoint) throws(SystemError) {
        let family = upstream.address.family == .v4 ? AF_INET : AF_INET6
        let kind =
            CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
            | CInt(SOCK_NONBLOCK.rawValue)
        let owner = Descriptor(owning: CInt(try check("socket") { Int(socket(family, kind, 0)) }))
        let number = owner.number
        try Posix.set("TCP_NODELAY", CInt(IPPROTO_TCP), TCP_NODELAY, 1, of: number)
        let address = SocketAddress(upstream)
        do throws(SystemError) {
            try check("connect \(upstream)") {
                unsafe address.withPointer { unsafe Int(connect(number, $0, $1)) }
            }
        } catch {
            if error.code != EINPROGRESS { throw error }
        }
        peer = upstream
        local = Endpoint(IPAddress(v4: 0), port: 0)
        descriptor = owner
    }

    /// What one reading gave.
    package enum Reading: Equatable {
        /// So many bytes.
        case bytes(Int)
        /// Nothing now.
        case nothing
        /// The other side sends nothing more.
        case end
    }

    /// Reads into `buffer`.
    package borrowing func read(into buffer: inout [UInt8]) throws(SystemError) -> Reading {
        let number = descriptor.number
        do throws(SystemError) {
            // SAFETY: the system writes at most as many bytes as it is told.
            let count = try check("recv") {
                unsafe buffer.withUnsafeMutableBytes {
                    unsafe recv(number, $0.baseAddress, $0.count, 0)
                }
            }
            return count == 0 ? .end : .bytes(count)
        } catch {
            if error.wouldBlock { return .nothing }
            throw error
        }
    }

    /// Sends what fits now, and tells how many bytes that were.
    package borrowing func write(_ bytes: ArraySlice<UInt8>) throws(SystemError) -> Int {
        let number = descriptor.number
        do throws(SystemError) {
            // SAFETY: the bytes stay in place during the call.
            return try check("send") {
                unsafe bytes.withUnsafeBytes {
                    unsafe send(number, $0.baseAddress, $0.count, 0x4000)
                }
            }
        } catch {
            if error.wouldBlock { return 0 }
            throw error
        }
    }
}

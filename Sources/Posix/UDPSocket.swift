// SPDX-License-Identifier: Apache-2.0

internal import CSystem
import Glibc
import Wire

/// A bound UDP socket.
package struct UDPSocket: ~Copyable, Sendable {
    /// The receive and send buffer that is asked for, in bytes; the system may give less.
    package static let wantedBufferByteCount: CInt = 4 << 20

    private let descriptor: Descriptor
    /// Where it is bound.
    package let local: Endpoint
    /// Whether it is bound to every address, so that answers must say where they leave from.
    package let isWildcard: Bool

    /// The number to poll.
    package var number: CInt { descriptor.number }

    /// Binds to `endpoint`; port 0 lets the system choose.
    ///
    /// An unspecified IPv6 address takes IPv4 too. `sharingPort`: several sockets share the port,
    /// and the system spreads clients over them.
    package init(binding endpoint: Endpoint, sharingPort: Bool) throws(SystemError) {
        let family = endpoint.address.family == .v4 ? AF_INET : AF_INET6
        let kind =
            CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
            | CInt(SOCK_NONBLOCK.rawValue)
        let owner = Descriptor(owning: CInt(try check("socket") { Int(socket(family, kind, 0)) }))
        let number = owner.number
        let isWildcard = endpoint.address.isUnspecified
        if sharingPort {
            try Posix.set("SO_REUSEPORT", SOL_SOCKET, SO_REUSEPORT, 1, of: number)
        }
        if family == AF_INET6 {
            let only: CInt = isWildcard ? 0 : 1
            try Posix.set("IPV6_V6ONLY", CInt(IPPROTO_IPV6), IPV6_V6ONLY, only, of: number)
            let ipv6 = CInt(IPPROTO_IPV6)
            try Posix.set("IPV6_RECVPKTINFO", ipv6, IPV6_RECVPKTINFO, 1, of: number)
        }
        if family == AF_INET || isWildcard {
            try Posix.set("IP_PKTINFO", CInt(IPPROTO_IP), IP_PKTINFO, 1, of: number)
            // A forged "fragmentation needed" must not shrink what is sent (RFC 9715).
            try Posix.set("IP_MTU_DISCOVER", CInt(IPPROTO_IP), IP_MTU_DISCOVER, 5, of: number)
        }
        for option in [SO_RCVBUF, SO_SNDBUF] {
            try Posix.set("SO_RCVBUF", SOL_SOCKET, option, Self.wantedBufferByteCount, of: number)
        }
        let address = SocketAddress(endpoint)
        try check("bind \(endpoint)") {
            unsafe address.withPointer { unsafe Int(bind(number, $0, $1)) }
        }
        local = try localEndpoint(of: number)
        self.isWildcard = isWildcard
        descriptor = owner
    }

    /// Throws when somebody else has the address and port, for UDP or TCP.
    ///
    /// With SO_REUSEPORT a second server of the same user would bind without a word.
    package static func probe(_ endpoint: Endpoint) throws(SystemError) {
        _ = try UDPSocket(binding: endpoint, sharingPort: false)
    }

    package borrowing func receive(into batch: inout MessageBatch) throws(SystemError) {
        try batch.receive(from: descriptor.number)
    }

    /// Sends the batch; the result is the number of datagrams that could not be sent.
    package borrowing func send(_ batch: inout MessageBatch) -> Int {
        batch.send(to: descriptor.number)
    }
}

/// A UDP socket that talks to one upstream only: the system drops what comes from elsewhere.
package struct ConnectedUDPSocket: ~Copyable, Sendable {
    private let descriptor: Descriptor

    /// The number to poll.
    package var number: CInt { descriptor.number }

    /// Connects to `upstream`, from `port` when it is not 0.
    package init(to upstream: Endpoint, fromPort port: UInt16 = 0) throws(SystemError) {
        let family = upstream.address.family == .v4 ? AF_INET : AF_INET6
        let kind =
            CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
            | CInt(SOCK_NONBLOCK.rawValue)
        let owner = Descriptor(owning: CInt(try check("socket") { Int(socket(family, kind, 0)) }))
        let number = owner.number
        if port != 0 {
            let any =
                upstream.address.family == .v4
                ? IPAddress(v4: 0) : IPAddress(v6High: 0, low: 0)
            let address = SocketAddress(Endpoint(any, port: port))
            try check("bind") { unsafe address.withPointer { unsafe Int(bind(number, $0, $1)) } }
        }
        let address = SocketAddress(upstream)
        try check("connect \(upstream)") {
            unsafe address.withPointer { unsafe Int(connect(number, $0, $1)) }
        }
        descriptor = owner
    }

    package borrowing func send(_ message: [UInt8]) throws(SystemError) {
        let number = descriptor.number
        // SAFETY: the bytes stay in place during the call.
        try check("send") {
            unsafe message.withUnsafeBytes {
                unsafe Glibc.send(number, $0.baseAddress, $0.count, 0)
            }
        }
    }

    /// One datagram, or nil when there is none.
    package borrowing func receive() throws(SystemError) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 65_535)
        let number = descriptor.number
        do throws(SystemError) {
            // SAFETY: the system writes at most as many bytes as it is told.
            let count = try check("recv") {
                unsafe bytes.withUnsafeMutableBytes {
                    unsafe recv(number, $0.baseAddress, $0.count, 0)
                }
            }
            bytes.removeSubrange(count...)
            return bytes
        } catch {
            if error.wouldBlock { return nil }
            throw error
        }
    }
}

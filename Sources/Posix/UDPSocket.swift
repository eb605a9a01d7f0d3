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
    /// Whether IPv4 clients come as IPv6 ones.
    package var mapsIPv4: Bool {
        if case .v6 = local.address.family { isWildcard } else { false }
    }

    /// Binds to `endpoint`; port 0 lets the system choose.
    ///
    /// An unspecified IPv6 address takes IPv4 too. `sharingPort`: several sockets share the port,
    /// and the system spreads clients over them.
    package init(binding endpoint: Endpoint, sharingPort: Bool) throws(SystemError) {
        let socket = try Descriptor.socket(SOCK_DGRAM, for: endpoint)
        if sharingPort { try socket.set("SO_REUSEPORT", SOL_SOCKET, SO_REUSEPORT, 1) }
        let isWildcard = endpoint.address.isUnspecified
        try socket.setPathOptions(for: endpoint)
        try socket.setBuffers(byteCount: Self.wantedBufferByteCount)
        if isWildcard { try socket.askForLocalAddresses(for: endpoint) }
        try socket.bind(to: endpoint)
        local = try socket.localEndpoint()
        self.isWildcard = isWildcard
        descriptor = socket
    }

    /// Throws when somebody else has the address and port, for UDP or TCP.
    ///
    /// With SO_REUSEPORT a second server of the same user would bind without a word. Port 0 is
    /// always free.
    package static func probe(_ endpoint: Endpoint) throws(SystemError) {
        let datagrams = try Descriptor.socket(SOCK_DGRAM, for: endpoint)
        try datagrams.bind(to: endpoint)
        let connections = try Descriptor.socket(SOCK_STREAM, for: endpoint)
        // Connections that linger after their end are nobody's.
        try connections.set("SO_REUSEADDR", SOL_SOCKET, SO_REUSEADDR, 1)
        try connections.bind(to: endpoint)
    }

    /// Receives what is there into the emptied batch, without waiting.
    package borrowing func receive(into batch: inout MessageBatch) throws(SystemError) {
        try batch.receive(from: descriptor.number, tellsLocal: isWildcard)
    }

    /// Sends the batch and empties it; the result is the number of datagrams that were not sent.
    package borrowing func send(_ batch: inout MessageBatch) -> Int {
        batch.send(to: descriptor.number)
    }

    /// The datagrams that came while the receive buffer was full; nil when the system does not say.
    package var droppedCount: Int? {
        let count = csystem_dropped_count(descriptor.number)
        return count < 0 ? nil : Int(count)
    }

    /// The receive buffer that the system gave, in bytes, its own bookkeeping included.
    package var receiveBufferByteCount: Int {
        get throws(SystemError) {
            Int(try descriptor.option("SO_RCVBUF", SOL_SOCKET, SO_RCVBUF))
        }
    }
}

extension Descriptor {
    /// A forged "fragmentation needed" must not shrink what is sent (RFC 9715).
    borrowing func setPathOptions(for endpoint: Endpoint) throws(SystemError) {
        if endpoint.address.family == .v4 || endpoint.address.isUnspecified {
            try set("IP_MTU_DISCOVER", CInt(IPPROTO_IP), IP_MTU_DISCOVER, IP_PMTUDISC_OMIT)
        }
        if endpoint.address.family == .v6 {
            let level = CInt(IPPROTO_IPV6)
            try set("IPV6_MTU_DISCOVER", level, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_OMIT)
        }
    }

    /// Lets each datagram tell which of this machine's addresses it was sent to.
    fileprivate borrowing func askForLocalAddresses(for endpoint: Endpoint) throws(SystemError) {
        if endpoint.address.family == .v6 {
            try set("IPV6_RECVPKTINFO", CInt(IPPROTO_IPV6), IPV6_RECVPKTINFO, 1)
        }
        try set("IP_PKTINFO", CInt(IPPROTO_IP), IP_PKTINFO, 1)
    }

    /// Makes room for bursts: beyond the system's limit where we may, else up to it.
    fileprivate borrowing func setBuffers(byteCount: CInt) throws(SystemError) {
        for (name, forced, plain) in [
            ("SO_RCVBUF", SO_RCVBUFFORCE, SO_RCVBUF), ("SO_SNDBUF", SO_SNDBUFFORCE, SO_SNDBUF),
        ] {
            do throws(SystemError) {
                try set(name, SOL_SOCKET, forced, byteCount)
            } catch {
                try set(name, SOL_SOCKET, plain, byteCount)
            }
        }
    }
}

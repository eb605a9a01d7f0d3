// SPDX-License-Identifier: Apache-2.0

import Plugin
import Posix
import Wire

/// One UDP socket to one upstream, from a random port.
///
/// It is connected, so that the system drops what comes from elsewhere, tells at once that nobody
/// listens, and answers a stranger who looks for open ports as if there were none.
final class UpstreamSocket: Sendable {
    /// The ports that are drawn from, by all workers alike: their number tells nothing.
    static let ports: ClosedRange<UInt16> = 1_024...65_535
    /// How many random ports are tried before the system chooses one.
    static let maximumPortAttempts = 8

    let upstream: Endpoint
    let socket: ConnectedUDPSocket
    /// When the port was drawn.
    let since: Moment

    /// The number to poll.
    var number: CInt { socket.number }

    /// Whether a datagram that came from `sender` is the upstream's.
    func isUpstream(_ sender: Endpoint?) -> Bool {
        sender?.address == upstream.address && sender?.port == upstream.port
    }

    /// Opens a socket; `random` must be unguessable.
    ///
    /// `source`: the address of this side; nil lets the system choose.
    init(
        to upstream: Endpoint,
        from source: IPAddress? = nil,
        at now: Moment,
        random: () -> UInt64
    ) throws(SystemError) {
        self.upstream = upstream
        since = now
        socket = try Self.open(upstream, source, random)
        try socket.makeRoom()
    }

    /// A port that is free on this machine: a listener of ours keeps its own.
    private static func open(
        _ upstream: Endpoint,
        _ source: IPAddress?,
        _ random: () -> UInt64
    ) throws(SystemError) -> ConnectedUDPSocket {
        for _ in 0..<maximumPortAttempts {
            do throws(SystemError) {
                return try ConnectedUDPSocket(
                    to: upstream,
                    fromPort: port(random()),
                    of: source
                )
            } catch {
                guard error.isAddressInUse || error.isDenied else { throw error }
            }
        }
        return try ConnectedUDPSocket(to: upstream, of: source)
    }

    /// The port for these random bits.
    static func port(_ bits: UInt64) -> UInt16 {
        // Of 2^64 numbers each port gets as many as any other, but for one in 2^48.
        ports.lowerBound + UInt16(truncatingIfNeeded: bits % UInt64(ports.count))
    }
}

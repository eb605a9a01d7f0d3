// SPDX-License-Identifier: Apache-2.0

import Synchronization
import Wire

/// Why a TCP connection is not served.
package enum StreamRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// As many connections are open as are taken in all.
    case full
    /// As many connections of this client are open as are taken of one.
    case fullForClient(IPAddress)
    /// The system did not hand the connection over; its own words say why.
    case system(String)

    package var description: String {
        switch self {
        case .full: "\(StreamBudget.maximumConnectionCount) connections are open"
        case .fullForClient(let client):
            "\(StreamBudget.maximumClientConnectionCount) connections of \(client) are open"
        case .system(let text): text
        }
    }
}

/// What the TCP connections of all workers may take together.
///
/// The numbers of connections are looked at when one opens or closes, the bytes only when what a
/// connection holds between two turns has changed: never by a query that is answered at once.
package final class StreamBudget: Sendable {
    /// The most connections of the process.
    package static let maximumConnectionCount = 10_000
    /// The most connections of one client address.
    package static let maximumClientConnectionCount = 512
    /// The most bytes that all connections together hold: answers that are not sent, and
    /// messages that are not whole or not answered.
    package static let maximumHeldByteCount = 268_435_456

    // Relaxed throughout: each number stands for itself, nothing is published with it.
    private let connectionCount = Atomic<Int>(0)
    private let heldByteCount = Atomic<Int>(0)
    private let clientCounts = Mutex<[IPAddress: Int]>([:])
    private let heldByteLimit: Int

    package init(maximumHeldByteCount: Int = StreamBudget.maximumHeldByteCount) {
        heldByteLimit = maximumHeldByteCount
    }

    /// The number of open connections.
    package var count: Int { connectionCount.load(ordering: .relaxed) }

    /// Whether all connections together hold more bytes than they may.
    package var isExceeded: Bool { heldByteCount.load(ordering: .relaxed) > heldByteLimit }

    /// Counts a new connection of `client`, or says why there must be none.
    func open(_ client: IPAddress) throws(StreamRefusal) {
        // Added first and taken back when it was too much: two workers cannot both be the last.
        let (_, count) = connectionCount.wrappingAdd(1, ordering: .relaxed)
        guard count <= Self.maximumConnectionCount else {
            connectionCount.wrappingSubtract(1, ordering: .relaxed)
            throw .full
        }
        let isTaken = clientCounts.withLock { counts in
            let ofClient = counts[client, default: 0]
            guard ofClient < Self.maximumClientConnectionCount else { return false }
            counts[client] = ofClient + 1
            return true
        }
        guard isTaken else {
            connectionCount.wrappingSubtract(1, ordering: .relaxed)
            throw .fullForClient(client)
        }
    }

    /// A connection of `client` that was counted is closed.
    func close(_ client: IPAddress) {
        connectionCount.wrappingSubtract(1, ordering: .relaxed)
        clientCounts.withLock { counts in
            let left = counts[client, default: 1] - 1
            counts[client] = left > 0 ? left : nil
        }
    }

    /// What a connection holds has grown by so many bytes, or shrunk.
    func hold(_ change: Int) { heldByteCount.wrappingAdd(change, ordering: .relaxed) }
}

// SPDX-License-Identifier: Apache-2.0

import Plugin
import Wire

/// The TCP connections of one worker: framing, limits and deadlines, without a socket.
///
/// How many there may be, and what they may hold together, is the budget of all workers.
///
/// The running server and the simulator share it, so that split reads and slow readers are met in
/// both.
package struct Streams: ~Copyable {
    /// The most messages of one connection that wait for answers; then reading pauses.
    package static let maximumWaitingCount = 256
    /// The most bytes kept for one client that does not read; then reading pauses.
    package static let maximumOutputByteCount = 262_144
    /// How long a new connection may take to its first message, in milliseconds.
    package static let firstReadMilliseconds: UInt64 = 3_000
    /// How long a connection may be silent after that, in milliseconds (RFC 7766 §6.2.3).
    package static let idleMilliseconds: UInt64 = 10_000
    /// How long a client may leave an answer unread, in milliseconds.
    package static let writeMilliseconds: UInt64 = 5_000
    /// The memory that an idle connection keeps for its next message, and as much for its next
    /// answer, in bytes: with all else of it no more than 2 KiB.
    static let keptByteCount = 512

    private let budget: StreamBudget
    private var connections: [UInt64: StreamConnection] = [:]
    private var nextID: UInt64 = 1

    /// `budget`: what they share with the connections of the other workers.
    package init(sharing budget: StreamBudget = StreamBudget()) { self.budget = budget }

    deinit {
        for connection in connections.values { giveBack(connection) }
    }

    package var count: Int { connections.count }

    /// Takes a new connection, unless there are too many, in all or from this client.
    package mutating func open(
        client: Endpoint,
        local: Endpoint,
        listener: Int,
        at now: Moment
    ) throws(StreamRefusal) -> UInt64 {
        try budget.open(client.address)
        let id = nextID
        nextID += 1
        connections[id] = StreamConnection(
            client: client,
            local: local,
            listener: listener,
            now: now
        )
        return id
    }

    /// Forgets a connection; answers to it are dropped from then on.
    package mutating func close(_ id: UInt64) {
        guard let connection = connections.removeValue(forKey: id) else { return }
        giveBack(connection)
    }

    /// Gives back what a connection has of the budget.
    private func giveBack(_ connection: StreamConnection) {
        budget.hold(-connection.toldByteCount)
        budget.close(connection.client.address)
    }

    /// Tells the budget what a connection holds now; comes after every turn of it.
    ///
    /// The connection that is to be cut off comes back when all together hold too much: the one of
    /// this worker that holds most. The caller closes it and asks again.
    package mutating func account(_ id: UInt64) -> UInt64? {
        if let connection = connections[id] {
            let change = connection.heldByteCount - connection.toldByteCount
            if change != 0 {
                budget.hold(change)
                connection.toldByteCount = connection.heldByteCount
            }
        }
        guard budget.isExceeded else { return nil }
        let largest = connections.max { left, right in
            (left.value.toldByteCount, right.key) < (right.value.toldByteCount, left.key)
        }
        guard let largest, largest.value.toldByteCount > 0 else { return nil }
        return largest.key
    }

    /// Whether the connections of all workers keep more than they may.
    var isOverBudget: Bool { budget.isExceeded }

    /// Moves every connection to its listener's new place; those whose listener is gone come back.
    ///
    /// `places`: the new place of each old one, nil where the listener is no more.
    package mutating func moveListeners(_ places: [Int?]) -> [UInt64] {
        var orphans: [UInt64] = []
        for id in connections.keys.sorted() {
            let old = connections[id]?.listener ?? -1
            if places.indices.contains(old), let new = places[old] {
                connections[id]?.listener = new
            } else {
                orphans.append(id)
            }
        }
        return orphans
    }

    /// The connection's state; nil when it was closed.
    package func connection(_ id: UInt64) -> StreamConnection? { connections[id] }

    /// Takes the first `count` bytes of `buffer`, which came on a connection.
    package mutating func receive(_ count: Int, of buffer: [UInt8], on id: UInt64) {
        connections[id]?.receive(buffer.prefix(count))
    }

    /// The client of a connection sends nothing more.
    package mutating func closeInput(_ id: UInt64) { connections[id]?.closeInput() }

    /// The next whole message of a connection, and where it came from.
    package mutating func nextMessage(on id: UInt64, at now: Moment) -> ([UInt8], Arrival)? {
        guard let connection = connections[id], let message = connection.nextMessage(at: now)
        else { return nil }
        return (message, connection.arrival(id))
    }

    /// Puts the first `count` bytes of `buffer` as an answer to a connection.
    ///
    /// 0 bytes note that a message gets no answer.
    package mutating func answer(
        _ count: Int,
        of buffer: [UInt8],
        on id: UInt64,
        at now: Moment
    ) {
        connections[id]?.answer(buffer.prefix(count), at: now)
    }

    /// So many bytes of a connection's output were sent.
    package mutating func wrote(_ count: Int, on id: UInt64, at now: Moment) {
        connections[id]?.wrote(count, at: now)
    }

    /// Whether a connection is to be read from, written to, or closed.
    package func wants(_ id: UInt64) -> (input: Bool, output: Bool, isFinished: Bool) {
        guard let connection = connections[id] else { return (false, false, true) }
        return (connection.wantsInput, connection.outputByteCount > 0, connection.isFinished)
    }

    /// Whether a connection has a message that may be answered now.
    package func canAnswer(_ id: UInt64) -> Bool { connections[id]?.canAnswer ?? false }

    /// The connections that are to be cut off now.
    package func overdue(at now: Moment) -> [UInt64] {
        connections.filter { $0.value.isOverdue(at: now) }.map(\.key).sorted()
    }
}

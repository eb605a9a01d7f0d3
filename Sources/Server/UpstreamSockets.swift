// SPDX-License-Identifier: Apache-2.0

import Plugin
import Posix
import Wire

/// What a worker asks upstreams with: questions go in, and leave together at the end of a step.
struct UpstreamSockets: ~Copyable {
    private(set) var datagrams: UpstreamDatagrams
    private(set) var connections = UpstreamConnections()

    /// `random` must be unguessable.
    init(random: @escaping () -> UInt64) { datagrams = UpstreamDatagrams(random: random) }

    /// Takes a question, or tells the core why it cannot be asked.
    mutating func begin(
        _ order: ExchangeOrder,
        _ core: inout Core,
        _ poll: borrowing Poll,
        at now: Moment
    ) {
        do throws(SystemError) {
            let terms = order.exchange.terms
            // What is to be secured never leaves as a datagram, whatever else was asked for.
            guard order.exchange.transport == .tcp || terms?.values.security != nil else {
                return try datagrams.begin(order, poll, at: now)
            }
            let isNew = try connections.begin(order, poll, at: now)
            if let counter = isNew ? terms?.openings : terms?.reuses { core.count(counter) }
        } catch {
            core.take(ExchangeReply(id: order.id, news: .failure(error.description)))
        }
    }

    /// Sends what was asked since the last time; `batch`: memory for datagrams, empty before and
    /// after.
    mutating func flush(
        _ batch: inout MessageBatch,
        _ core: inout Core,
        _ poll: borrowing Poll,
        at now: Moment
    ) {
        datagrams.flush(&batch, &core)
        connections.flush(&core, poll, at: now)
    }

    /// Reads what came to a UDP socket.
    mutating func serveDatagrams(_ place: Int, _ batch: inout MessageBatch, _ core: inout Core) {
        datagrams.serve(place, &batch, &core)
    }

    /// Serves a TCP connection.
    mutating func serveStream(
        _ number: UInt64,
        _ interest: Interest,
        _ core: inout Core,
        _ poll: borrowing Poll,
        at now: Moment
    ) {
        connections.serve(number, interest, &core, poll, at: now)
    }

    /// Forgets an exchange that is over.
    mutating func end(_ exchange: UInt64) {
        if !datagrams.end(exchange) { _ = connections.end(exchange) }
    }

    /// The datagrams since the last time that answered no question.
    mutating func takeStrays() -> Int { datagrams.takeStrays() }

    /// Closes what was used long enough, or not for a while; comes about once a second.
    mutating func closeOld(at now: Moment) {
        datagrams.retireOld(at: now)
        connections.closeIdle(at: now)
    }
}

// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Wire

/// How many queries share one exchange, and one answer that is kept.
extension Forward {
    /// Asks the upstreams, or waits for who asks them the same; nil when no stanza takes the query.
    func share(
        _ waiting: WaitingQuery,
        counting cells: WorkerCells,
        _ desk: any Desk
    ) async -> ForwardResult? {
        // What is said because of a client's options is for that client.
        guard waiting.query.options?.asksSpecially != true else {
            return await ask(waiting, counting: cells, desk)
        }
        let joined = desk.now
        // LIMIT: what another got is of no use twice at most.
        for _ in 0..<2 {
            switch flights.join(waiting, at: desk.now, until: waiting.deadline) {
            case .first(let flight):
                return await fetch(waiting, for: flight, counting: cells, desk)
            case .later(let flight):
                guard let result = await result(of: flight, until: waiting.deadline, desk) else {
                    return tooLate(waiting.query)
                }
                // What is too much of one client is not of another, nor to be kept.
                if case .surplus = result {
                    return await fetch(waiting, counting: cells, desk)
                }
                // Who asked over TCP got what there is to get over TCP.
                let isWhole =
                    result.missing(for: waiting.query) == nil
                    || flight.waiting.query.transport == .tcp
                let isHasty = flight.isHasty(at: desk.now, joined: joined)
                if isWhole && !isHasty || desk.now >= waiting.deadline { return result }
            }
        }
        return await fetch(waiting, counting: cells, desk)
    }

    private static let nobody = ForwardResult.failed("no stanza takes the name", .other)
    private static let tooMany = "too many queries wait"

    /// What somebody is told whose time is over while another asks.
    private func tooLate(_ query: borrowing Query) -> ForwardResult {
        .failed("\(askedFirst(query)): no answer in time", .noReachableAuthority)
    }

    /// Waits for what comes of a flight; nil when nothing has until `moment`.
    private func result(
        of flight: Flight,
        until moment: Moment,
        _ desk: any Desk
    ) async -> ForwardResult? {
        let bell = Bell()
        if flight.add(bell) { await desk.sleep(until: moment, orRungBy: bell) }
        return flight.result
    }

    /// Asks the upstreams, and settles what came of it; nil when no stanza takes the query.
    ///
    /// `flight`: the one that ends with it.
    @discardableResult
    private func fetch(
        _ waiting: WaitingQuery,
        for flight: Flight? = nil,
        counting cells: WorkerCells,
        _ desk: any Desk
    ) async -> ForwardResult? {
        let began = desk.now
        guard var result = await ask(waiting, counting: cells, desk) else {
            if let flight { flights.land(flight, Self.nobody) }
            return nil
        }
        let key = flight?.key ?? flights.key(waiting.query)
        flights.settle(
            &result,
            of: waiting,
            as: key,
            since: began,
            at: desk.now,
            landing: flight
        )
        return result
    }

    /// Gives an answer that was kept, filled in already, and asks for it again where that is due.
    ///
    /// A client whose answer has run out may have to wait whether an upstream says better. Once one
    /// has waited for nothing, those who come later are given it at once (RFC 8767 §5).
    func give(
        _ found: FoundAnswer,
        to waiting: WaitingQuery,
        _ answer: inout Answer,
        _ desk: any Desk
    ) async {
        if found.isDue, !found.isStale || found.isFailing || kept.givesStaleAtOnce {
            switch refresh(waiting, counting: answer.cells, desk) {
            case .first:
                kept.countRefresh(in: answer)
                kept.claim(waiting.query, at: desk.now)
            // Somebody else is at it, or there was no place for it.
            case .later(let flight):
                if flight.result == nil { kept.claim(waiting.query, at: desk.now) }
            }
        } else if found.isDue {
            let flight = refresh(waiting, counting: answer.cells, desk).flight
            let patience = kept.clientMilliseconds
            let end = patience == 0 ? waiting.deadline : desk.now.adding(milliseconds: patience)
            let result = await result(of: flight, until: min(end, waiting.deadline), desk)
            if let result, case .reply(let reply, _) = result, !reply.isFailure,
                !kept.prefers(found, to: reply), result.missing(for: waiting.query) == nil
            {
                return Self.relay(result, to: waiting.query, into: &answer)
            }
            if result == nil { kept.claim(waiting.query, at: desk.now) }
        }
        if found.isStale { kept.markStale(&answer) }
    }

    /// Has the upstreams asked for the sake of the cache, unless somebody asks them already: who has
    /// begun to is the first.
    private func refresh(
        _ waiting: WaitingQuery,
        counting cells: WorkerCells,
        _ desk: any Desk
    ) -> Flights.Seat {
        let now = desk.now
        let end = now.adding(milliseconds: WaitingQuery.maximumWaitMilliseconds)
        let seat = flights.join(waiting, at: now, until: end)
        switch seat {
        case .later: return seat
        case .first(let flight):
            flight.noteWaiter()
            let isTaken = desk.detach { desk in
                let own = waiting.renewed(at: desk.now)
                await fetch(own, for: flight, counting: cells, desk)
            }
            // Whoever joined meanwhile asks on its own: it may have a place.
            guard isTaken else {
                flights.land(flight, .surplus(Self.tooMany))
                return .later(flight)
            }
            return seat
        }
    }
}

extension Flights.Seat {
    fileprivate var flight: Flight {
        switch self {
        case .first(let flight), .later(let flight): flight
        }
    }
}

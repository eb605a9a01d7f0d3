// SPDX-License-Identifier: Apache-2.0

import Plugin
import Synchronization
import Wire

/// A question that is being asked, for all who ask the same meanwhile, whatever their worker.
final class Flight: Sendable {
    /// What the lock guards.
    private struct State {
        var result: ForwardResult?
        var bells: [Bell] = []
    }

    /// The query of who asks.
    let waiting: WaitingQuery
    /// What is kept of what comes of it has this key.
    let key: CacheKey
    /// Those that are open, this one among them.
    ///
    /// Who asks holds the configuration, and that holds them. They hold this one until it lands, and
    /// would for ever where it never does, as its server has ended.
    unowned let flights: Flights
    /// Its place among them.
    fileprivate let place: UInt32
    private let state = Mutex(State())
    /// Whether somebody besides who asks waits for what comes of it.
    ///
    /// Relaxed, as it is noted under the lock that landing takes, or by whoever has it land.
    private let isAwaited = Atomic<Bool>(false)
    /// When it began, and until when whoever asks may wait.
    let began: Moment
    let deadline: Moment
    /// The asking, where no task is at it.
    let asking = Mutex<Asking?>(nil)

    /// Whether it ended because the time of whoever asked was over, while a query that joined it
    /// has seen little of what upstreams may take.
    func isHasty(at now: Moment, joined: Moment) -> Bool {
        guard case .failed = result, now >= deadline else { return false }
        return now.nanoseconds(since: joined) < Asking.patienceNanoseconds
    }

    fileprivate init(
        _ waiting: WaitingQuery,
        _ key: CacheKey,
        at place: UInt32,
        of flights: Flights,
        from began: Moment,
        until deadline: Moment
    ) {
        self.waiting = waiting
        self.key = key
        self.flights = flights
        self.place = place
        self.began = began
        self.deadline = deadline
    }

    /// Whether a query with this key asks the same: of all that a reply depends on, the key has no
    /// more than a hash of the name.
    fileprivate func isFor(_ key: CacheKey, _ query: borrowing Query) -> Bool {
        self.key == key && Self.asksTheSame(waiting.query, query)
    }

    private static func asksTheSame(
        _ first: borrowing Query,
        _ second: borrowing Query
    ) -> Bool {
        // RD: a server may know less without (RFC 1035 §4.1.1).
        let differing = first.header.flags.symmetricDifference(second.header.flags)
        return !differing.contains(.recursionDesired)
            && first.name.lowercasedBytes.hasSameBytes(as: second.name.lowercasedBytes)
    }

    /// Notes that somebody besides who asks waits for what comes of it; most land before.
    func noteWaiter() { isAwaited.store(true, ordering: .relaxed) }

    /// What came of it, for those who were noted; nil while nothing has.
    var result: ForwardResult? { state.withLock { $0.result } }

    /// Has `bell` rung when it lands; false when it has.
    func add(_ bell: Bell) -> Bool {
        state.withLock { state in
            guard state.result == nil else { return false }
            state.bells.append(bell)
            return true
        }
    }

    /// Hands the result to all who wait for it.
    fileprivate func land(_ result: ForwardResult) {
        guard isAwaited.load(ordering: .relaxed) else { return }
        let bells = state.withLock { state in
            state.result = result
            defer { state.bells = [] }
            return state.bells
        }
        for bell in bells { bell.ring() }
    }
}

/// The questions that are being asked, so that many who ask the same cause one exchange.
///
/// Their number is bounded by that of the queries that may wait.
final class Flights: Sendable {
    /// Who asks, and who only waits.
    enum Seat {
        case first(Flight)
        case later(Flight)
    }

    /// Those of some hashes.
    private struct Part {
        /// Finds the places of flights by the hashes of their keys.
        var index = CacheIndex()
        var flights: [Flight?] = []
        var free: [UInt32] = []

        func find(_ key: CacheKey, _ query: borrowing Query) -> Flight? {
            var probe = index.probe(key.hash)
            while let place = index.next(&probe) {
                if let flight = flights[Int(place)], flight.isFor(key, query) { return flight }
            }
            return nil
        }

        /// Adds the flight that `make` makes for its place.
        mutating func add(_ make: (UInt32) -> Flight) -> Flight {
            // LIMIT: there are fewer than queries that may wait.
            let place = free.popLast() ?? UInt32(truncatingIfNeeded: flights.count)
            let flight = make(place)
            if Int(place) == flights.count {
                flights.append(flight)
            } else {
                flights[Int(place)] = flight
            }
            index.insert(flight.key.hash, place)
            return flight
        }

        mutating func remove(_ flight: Flight) {
            index.remove(flight.key.hash, flight.place)
            flights[Int(flight.place)] = nil
            free.append(flight.place)
        }
    }

    /// What keeps strangers from choosing questions with one hash.
    private let secret: UInt64
    /// What comes of them is kept there.
    private let kept: any AnswerKeeping
    private let parts: [16 of Mutex<Part>] = .init { _ in Mutex(Part()) }

    /// `secret`: that of the cache, so that both have the same keys.
    init(secret: UInt64, keeping kept: any AnswerKeeping = NothingKept()) {
        self.secret = secret
        self.kept = kept
    }

    /// The number of questions that are being asked.
    var count: Int {
        var count = 0
        for index in parts.indices { count += parts[index].withLock { $0.index.count } }
        return count
    }

    /// The part of a key, by other bits of its hash than those that the part's index uses.
    private static func part(_ key: CacheKey) -> Int { Int(truncatingIfNeeded: key.hash >> 60) }

    /// The key of a query: that of what is kept, where it is made with the same secret.
    func key(_ query: borrowing Query) -> CacheKey { CacheKey(query, secret: secret) }

    /// Joins those who ask the same, or is the first of them, who has until `deadline`.
    func join(_ waiting: WaitingQuery, at now: Moment, until deadline: Moment) -> Seat {
        let key = key(waiting.query)
        return parts[Self.part(key)].withLock { part in
            if let flight = part.find(key, waiting.query) {
                flight.noteWaiter()
                return .later(flight)
            }
            let flight = part.add {
                Flight(waiting, key, at: $0, of: self, from: now, until: deadline)
            }
            return .first(flight)
        }
    }

    /// Ends a flight; only the first may, and must, once.
    func land(_ flight: Flight, _ result: ForwardResult) {
        parts[Self.part(flight.key)].withLock { $0.remove(flight) }
        flight.land(result)
    }

    /// Settles what came of asking upstreams for a query, as it is for all who ask the same: it is
    /// kept, and whoever waits for it is told.
    ///
    /// `began`: since when they were asked; `flight`: the one that ends with it, nil for none.
    func settle(
        _ result: inout ForwardResult,
        of waiting: WaitingQuery,
        as key: CacheKey,
        since began: Moment,
        at now: Moment,
        landing flight: Flight?
    ) {
        result.keep(in: kept, waiting, as: key, since: began, at: now)
        if let flight { land(flight, result) }
    }
}

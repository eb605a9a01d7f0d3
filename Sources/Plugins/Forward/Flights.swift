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

    fileprivate let key: Flights.Key
    /// Its place among those that are open.
    fileprivate let place: UInt32
    private let state = Mutex(State())
    /// Until when whoever asks may wait.
    let deadline: Moment

    /// Whether it ended because the time of whoever asked was over, while a query that joined it
    /// has seen little of what upstreams may take.
    func isHasty(at now: Moment, joined: Moment) -> Bool {
        guard case .failed = result, now >= deadline else { return false }
        return now.nanoseconds(since: joined) < Asking.patienceNanoseconds
    }

    fileprivate init(_ key: Flights.Key, at place: UInt32, until deadline: Moment) {
        self.key = key
        self.place = place
        self.deadline = deadline
    }

    /// What is kept of what comes of it has this key.
    var cacheKey: CacheKey { key.cacheKey }

    /// What came of it; nil while nothing has.
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
    /// What a reply depends on.
    struct Key: Equatable, Sendable {
        /// The key of what is kept, where that is made with the same secret.
        let cacheKey: CacheKey
        /// The name in lower case, in wire form.
        private let name: [UInt8]
        /// RD: a server may know less without (RFC 1035 §4.1.1).
        private let wantsRecursion: Bool

        fileprivate init(_ query: borrowing Query, secret: UInt64) {
            cacheKey = CacheKey(query, secret: secret)
            name = query.name.lowercasedBytes.copied
            wantsRecursion = query.header.flags.contains(.recursionDesired)
        }

        static func == (left: Key, right: Key) -> Bool {
            left.cacheKey == right.cacheKey && left.wantsRecursion == right.wantsRecursion
                && left.name.span.hasSameBytes(as: right.name.span)
        }
    }

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

        func find(_ key: Key) -> Flight? {
            var probe = index.probe(key.cacheKey.hash)
            while let place = index.next(&probe) {
                if let flight = flights[Int(place)], flight.key == key { return flight }
            }
            return nil
        }

        mutating func add(_ key: Key, until deadline: Moment) -> Flight {
            // LIMIT: there are fewer than queries that may wait.
            let place = free.popLast() ?? UInt32(truncatingIfNeeded: flights.count)
            let flight = Flight(key, at: place, until: deadline)
            if Int(place) == flights.count {
                flights.append(flight)
            } else {
                flights[Int(place)] = flight
            }
            index.insert(key.cacheKey.hash, place)
            return flight
        }

        mutating func remove(_ flight: Flight) {
            index.remove(flight.cacheKey.hash, flight.place)
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
    private static func part(_ key: Key) -> Int { Int(truncatingIfNeeded: key.cacheKey.hash >> 60) }

    /// The key of a query.
    func key(_ query: borrowing Query) -> Key { Key(query, secret: secret) }

    /// Joins those who ask the same, or is the first of them, who has until `deadline`.
    func join(_ key: Key, until deadline: Moment) -> Seat {
        parts[Self.part(key)].withLock { part in
            if let flight = part.find(key) { return .later(flight) }
            return .first(part.add(key, until: deadline))
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

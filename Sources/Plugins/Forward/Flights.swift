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

    private let state = Mutex(State())
    /// Until when whoever asks may wait.
    let deadline: Moment

    fileprivate init(until deadline: Moment) { self.deadline = deadline }

    /// Whether it ended because the time of whoever asked was over, while a query that joined it
    /// has seen little of what upstreams may take.
    func isHasty(at now: Moment, joined: Moment) -> Bool {
        guard case .failed = result, now >= deadline else { return false }
        return now.nanoseconds(since: joined) < Asking.patienceNanoseconds
    }

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
    struct Key: Hashable, Sendable {
        fileprivate let key: CacheKey
        /// The name in lower case, in wire form.
        private let name: [UInt8]
        /// RD: a server may know less without (RFC 1035 §4.1.1).
        private let wantsRecursion: Bool

        fileprivate init(_ query: borrowing Query, secret: UInt64) {
            key = CacheKey(query, secret: secret)
            name = query.name.lowercasedBytes.copied
            wantsRecursion = query.header.flags.contains(.recursionDesired)
        }

        func hash(into hasher: inout Hasher) { hasher.combine(key.hash) }
    }

    /// Who asks, and who only waits.
    enum Seat {
        case first(Flight)
        case later(Flight)
    }

    /// What keeps strangers from choosing questions with one hash.
    private let secret: UInt64
    private let open: [16 of Mutex<[Key: Flight]>] = .init { _ in Mutex([:]) }

    init(secret: UInt64) { self.secret = secret }

    /// The number of questions that are being asked.
    var count: Int {
        var count = 0
        for index in open.indices { count += open[index].withLock { $0.count } }
        return count
    }

    private static func place(_ key: Key) -> Int { Int(truncatingIfNeeded: key.key.hash & 15) }

    /// The key of a query.
    func key(_ query: borrowing Query) -> Key { Key(query, secret: secret) }

    /// Joins those who ask the same, or is the first of them, who has until `deadline`.
    func join(_ key: Key, until deadline: Moment) -> Seat {
        open[Self.place(key)].withLock { open in
            if let flight = open[key] { return .later(flight) }
            let flight = Flight(until: deadline)
            open[key] = flight
            return .first(flight)
        }
    }

    /// Ends a flight; only the first may, and must.
    func land(_ flight: Flight, _ key: Key, _ result: ForwardResult) {
        open[Self.place(key)].withLock { _ = $0.removeValue(forKey: key) }
        flight.land(result)
    }
}

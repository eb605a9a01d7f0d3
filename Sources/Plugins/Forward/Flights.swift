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
        /// The name in lower case, in wire form.
        private let name: [UInt8]
        private let type: RecordType
        private let recordClass: RecordClass
        /// RD and CD of the header, DO of the options.
        private let flags: UInt16
        private let wantsSignatures: Bool
        /// The hash of the name: it is looked at several times, and computed once.
        fileprivate let nameHash: Int

        init(_ query: borrowing Query) {
            let bytes = query.name.lowercasedBytes
            var hasher = Hasher()
            var offset = 0
            while offset + 8 <= bytes.count {
                hasher.combine(bytes.uint64(at: offset))
                offset += 8
            }
            while offset < bytes.count {
                hasher.combine(bytes[offset])
                offset += 1
            }
            nameHash = hasher.finalize()
            name = bytes.copied
            type = query.type
            recordClass = query.recordClass
            flags = query.header.flags.intersection(.repeated).rawValue
            wantsSignatures = query.options?.wantsSignatures == true
        }

        func hash(into hasher: inout Hasher) {
            hasher.combine(nameHash)
            hasher.combine(type)
        }
    }

    /// Who asks, and who only waits.
    enum Seat {
        case first(Flight)
        case later(Flight)
    }

    private let open: [16 of Mutex<[Key: Flight]>] = .init { _ in Mutex([:]) }

    /// The number of questions that are being asked.
    var count: Int {
        var count = 0
        for index in open.indices { count += open[index].withLock { $0.count } }
        return count
    }

    private static func place(_ key: Key) -> Int { key.nameHash & 15 }

    /// Joins those who ask the same, or is the first of them.
    func join(_ key: Key) -> Seat {
        open[Self.place(key)].withLock { open in
            if let flight = open[key] { return .later(flight) }
            let flight = Flight()
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

// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Synchronization

/// Tells the operator of connections that were not served: a counter, and a line now and then.
package final class StreamReports: Sendable {
    /// How long after a line the next one is written at the earliest, in milliseconds.
    package static let lineMilliseconds: UInt64 = 10_000

    private static let refusals = Family.counter(
        "apus_tcp_connections_refused_total",
        help: "TCP connections that were refused, and failures to take one.",
        labels: ["reason"]
    )
    private static let cuts = Family.counter(
        "apus_tcp_connections_cut_total",
        help: "TCP connections that were cut off with answers unsent.",
        labels: ["reason"]
    )

    /// Why a connection was cut off with answers unsent.
    package enum Cut: String, Sendable {
        /// Its client did not read.
        case slow = "slow_reader"
        /// It held most when all connections together held too much.
        case memory
    }

    /// What the lock guards.
    private struct State {
        /// When a line may be written again.
        var nextLine = Moment(nanoseconds: 0)
        /// The refusals since the last line.
        var unsaidCount = 0
    }

    private let registry: Registry
    private let log: any LogSink
    private let full: Counter
    private let fullForClient: Counter
    private let system: Counter
    private let slow: Counter
    private let memory: Counter
    private let state = Mutex(State())

    package init(counting registry: Registry, log: any LogSink) {
        self.registry = registry
        self.log = log
        full = registry.counter(Self.refusals, ["total_limit"])
        fullForClient = registry.counter(Self.refusals, ["client_limit"])
        system = registry.counter(Self.refusals, ["accept_failed"])
        slow = registry.counter(Self.cuts, [Cut.slow.rawValue])
        memory = registry.counter(Self.cuts, [Cut.memory.rawValue])
    }

    /// Counts a connection that was refused, and says so unless that was done a moment ago.
    package func count(_ refusal: StreamRefusal, at now: Moment) {
        switch refusal {
        case .full: registry.shared.increment(full)
        case .fullForClient: registry.shared.increment(fullForClient)
        case .system: registry.shared.increment(system)
        }
        let count = state.withLock { state -> Int? in
            state.unsaidCount += 1
            guard now >= state.nextLine else { return nil }
            state.nextLine = now.adding(milliseconds: Self.lineMilliseconds)
            defer { state.unsaidCount = 0 }
            return state.unsaidCount
        }
        guard let count else { return }
        let number = count == 1 ? "a connection" : "\(count) connections, the last one"
        log.write(.warning, "tcp: refused \(number): \(refusal)")
    }

    /// Counts a connection that was cut off.
    package func count(_ cut: Cut) {
        switch cut {
        case .slow: registry.shared.increment(slow)
        case .memory: registry.shared.increment(memory)
        }
    }
}

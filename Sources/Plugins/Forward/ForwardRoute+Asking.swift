// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Synchronization
import Wire

extension ForwardRoute {
    /// The most attempts for one query, whatever the Corefile says.
    static let maximumAttemptCount = 64
    /// The most questions to one upstream for one query over one transport, trials counted, unless
    /// the Corefile says how many attempts there are (RFC 9520 §3.1).
    private static let maximumTimesAsked = 3
    /// The longest time between two trials while every upstream is down, in nanoseconds.
    private static let longestTrialIntervalNanoseconds: UInt64 = 500_000_000

    /// Asks the upstreams one after the other until one replies or the time is over.
    func ask(
        _ waiting: WaitingQuery,
        counting cells: WorkerCells,
        desk: any Desk
    ) async -> ForwardResult {
        if let hosts {
            switch await hosts.route(of: self, until: waiting.deadline, desk) {
            case .success(let route): return await route.ask(waiting, counting: cells, desk: desk)
            case .failure(let unknown): return .failed(unknown.text, .noReachableAuthority)
            }
        }
        let concurrent = enter()
        defer { leave() }
        if options.maximumConcurrent > 0, concurrent > options.maximumConcurrent {
            cells.increment(metrics.rejects)
            return .refused("concurrent queries exceeded maximum \(options.maximumConcurrent)")
        }
        guard var asking = asking(for: waiting, counting: cells, desk) else {
            return Self.unaskable
        }
        return await asking.run(desk)
    }

    static let unaskable = ForwardResult.failed("the query cannot be forwarded", .other)

    /// Counts one more query that is being forwarded; false, and counts none, where more need be
    /// known of the upstreams, or too many are being forwarded.
    ///
    /// Who may must `leave` in the end.
    func mayBegin() -> Bool {
        guard hosts == nil else { return false }
        let concurrent = enter()
        guard options.maximumConcurrent > 0, concurrent > options.maximumConcurrent else {
            return true
        }
        leave()
        return false
    }

    /// Counts one more query that is being forwarded, and tells how many there are.
    private func enter() -> Int {
        shared.concurrent.wrappingAdd(1, ordering: .relaxed).newValue
    }

    /// Counts one less.
    func leave() { shared.concurrent.wrappingSubtract(1, ordering: .relaxed) }

    /// What asks for a query; nil when its message is none, which never happens.
    func asking(
        for waiting: WaitingQuery,
        counting cells: WorkerCells,
        _ desk: any Desk
    ) -> Asking? {
        if LeakedNames.contain(waiting.query.name) { cells.increment(metrics.leaks) }
        guard
            let message = UpstreamMessage(from: waiting.message, udpByteCount: udpByteCount)
        else { return nil }
        return Asking(
            route: self,
            waiting,
            message: message,
            transport: transport(for: waiting.query, message),
            cells: cells,
            random: desk.randomBits()
        )
    }

    /// How the first attempt is made.
    private func transport(for query: borrowing Query, _ message: UpstreamMessage) -> Transport {
        if options.forcesTCP || message.byteCount > UpstreamMessage.maximumUDPByteCount {
            return .tcp
        }
        return options.prefersUDP ? .udp : query.transport
    }

    /// The place of the upstream that is looked at first.
    func firstPlace() -> Int {
        guard options.policy == .roundRobin else { return 0 }
        let turn = shared.turn.wrappingAdd(1, ordering: .relaxed).oldValue
        return Int(turn % UInt64(upstreams.count))
    }

    /// How many attempts one query may make.
    var attemptLimit: Int {
        options.maximumAttempts == 0
            ? Self.maximumAttemptCount : min(options.maximumAttempts, Self.maximumAttemptCount)
    }

    /// How often one upstream may be asked for one query.
    var timesAskedLimit: Int { hasAttemptLimit ? .max : Self.maximumTimesAsked }

    /// How long an attempt waits before another is made, in nanoseconds; twice as long each time
    /// that the same upstream is asked again for one query.
    func timeout(of upstream: Upstream, timesAsked: Int) -> UInt64 {
        if let fixed = options.timeoutMilliseconds { return fixed * 1_000_000 }
        return min(
            upstream.health.latency.timeoutNanoseconds << UInt64(max(0, min(timesAsked, 8))),
            SmoothedLatency.longestTimeoutNanoseconds
        )
    }

    /// The time between two trials while every upstream is down, in nanoseconds.
    var trialIntervalNanoseconds: UInt64 {
        min(options.intervalNanoseconds, Self.longestTrialIntervalNanoseconds)
    }
}

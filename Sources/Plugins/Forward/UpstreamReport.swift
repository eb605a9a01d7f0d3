// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Wire

/// How one upstream fares, or all those that a name stands for, at one moment.
struct UpstreamReport: Sendable {
    /// How the last look-up of a name went.
    struct Lookup: Hashable, Sendable {
        let addressCount: Int
        /// Why it failed; nil when it went well.
        let complaint: String?
        /// How many seconds the addresses are good for; nil when there was no look-up yet.
        let secondsLeft: UInt64?
    }

    /// How one server fares.
    struct Server: Sendable {
        let standing: UpstreamHealth.Standing
        let failureCount: Int
        /// How long questions are left without answers, in nanoseconds.
        let failingNanoseconds: UInt64
        /// How long ago it replied last, in nanoseconds; nil for never.
        let silentNanoseconds: UInt64?
        /// The smoothed latency in nanoseconds; nil while it is unknown.
        let latencyNanoseconds: UInt64?
        /// How long the next attempt waits, in nanoseconds.
        let timeoutNanoseconds: UInt64
        /// The questions a second that it was seen to bear; nil while there is no need of a limit.
        let learntRate: Double?
        /// Whether questions to it mix the case of letters.
        let mixesCase: Bool
    }

    let zone: String
    /// The listener of the server block.
    let server: String
    /// The upstream as the Corefile has it.
    let name: String
    /// What it is asked over: `udp`, `tcp`, `tls`, or `any` for whatever the client uses.
    let transport: String
    /// The address of this machine that it is asked from; nil for whatever the system chooses.
    let source: String?
    /// The limit of the Corefile in questions a second; 0 for none.
    let maximumRate: Int
    /// Nil for a name.
    var health: Server?
    /// Nil for an address.
    var lookup: Lookup?
    /// What was counted; nil for one of several addresses of a name, which counts for all.
    var tally: UpstreamTally?
    /// Exchanges a second; nil while it is unknown.
    var rate: Double?
    /// Whether it is one of the addresses of the name before it.
    var isOfName = false

    /// The reports of all stanzas, in their order.
    static func all(in book: UpstreamBook, at now: Moment) -> [UpstreamReport] {
        book.stanzas.flatMap { stanza in
            let route = stanza.route
            var reports = route.upstreams.map { upstream in
                var report = UpstreamReport(upstream, stanza, at: now)
                let tally = upstream.metrics.tally(book.metrics)
                report.tally = tally
                report.rate = book.rate(of: upstream.endpoint.description, tally, at: now)
                return report
            }
            for host in route.hosts?.hosts ?? [] {
                let upstreams = host.upstreams
                let tally = host.metrics.tally(book.metrics)
                var report = UpstreamReport(host, upstreams.count, stanza, at: now)
                report.tally = tally
                report.rate = book.rate(of: host.label, tally, at: now)
                reports.append(report)
                for upstream in upstreams {
                    var report = UpstreamReport(upstream, stanza, at: now)
                    report.isOfName = true
                    reports.append(report)
                }
            }
            return reports
        }
    }

    private init(_ upstream: Upstream, _ stanza: UpstreamBook.Stanza, at now: Moment) {
        let route = stanza.route
        let health = upstream.health
        zone = route.zone.description
        server = stanza.server
        name = upstream.written
        transport = Self.transport(of: route, isSecure: upstream.isSecure)
        source = upstream.source?.description
        maximumRate = route.options.maximumRate
        self.health = Server(
            standing: health.standing(maximumFailures: route.options.maximumFailures),
            failureCount: health.failureCount,
            failingNanoseconds: health.failureCount == 0
                ? 0 : now.nanoseconds(since: health.failingSince),
            silentNanoseconds: health.lastReplied.map { now.nanoseconds(since: $0) },
            latencyNanoseconds: health.latency.isKnown ? health.latency.nanoseconds : nil,
            timeoutNanoseconds: route.timeout(of: upstream, timesAsked: 0),
            learntRate: health.pace.learntRate,
            mixesCase: health.keepsCase(at: now)
        )
    }

    private init(
        _ host: UpstreamHost,
        _ addressCount: Int,
        _ stanza: UpstreamBook.Stanza,
        at now: Moment
    ) {
        zone = stanza.route.zone.description
        server = stanza.server
        name = host.isSecure ? "tls://\(host.label)" : host.label
        transport = Self.transport(of: stanza.route, isSecure: host.isSecure)
        source = nil
        maximumRate = stanza.route.options.maximumRate
        lookup = Lookup(
            addressCount: addressCount,
            complaint: host.lastComplaint,
            secondsLeft: host.lookupDue.map { $0.nanoseconds(since: now) / 1_000_000_000 }
        )
    }

    private static func transport(of route: ForwardRoute, isSecure: Bool) -> String {
        if isSecure { return "tls" }
        if route.options.forcesTCP { return "tcp" }
        return route.options.prefersUDP ? "udp" : "any"
    }
}

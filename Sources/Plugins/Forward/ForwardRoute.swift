// SPDX-License-Identifier: Apache-2.0

import Corefile
import Plugin
import Synchronization
import Wire

/// One `forward` stanza: which names, to which upstreams, and how.
///
/// It is a class because every query that waits holds it.
final class ForwardRoute: Sendable {
    /// The most upstreams of one stanza; a set of them is one word of bits.
    static let maximumUpstreamCount = 64
    /// The least number of attempts for one query, where the Corefile says nothing.
    private static let leastAttemptCount = 3

    /// Numbers that all workers share.
    final class Shared: Sendable {
        /// How many queries are being forwarded; relaxed, as only its value counts.
        let concurrent = Atomic<Int>(0)
        /// How many queries came, for `round_robin`; relaxed, as the order between workers is not
        /// promised.
        let turn = Atomic<UInt64>(0)
        /// How many queries may still be hedged, in tenths; relaxed, as it is a rough measure.
        let hedgeTenths = Atomic<Int>(0)
    }

    /// The length of the zone's wire form, in bytes.
    private let fromByteCount: Int
    /// The one zone.
    let zone: Name
    /// The same, to be found by a name.
    private let from: ZoneList
    /// The upstreams that are given by address.
    let upstreams: [Upstream]
    /// Those that are given by name, while they are not among the upstreams; nil for none.
    let hosts: UpstreamHosts?
    /// Whether the Corefile says how many attempts there may be.
    let hasAttemptLimit: Bool
    let metrics: ForwardMetrics
    let shared: Shared
    let loops: LoopWatch
    /// The UDP size that upstreams are told, in bytes.
    let udpByteCount: UInt16
    /// The names that are left to others.
    let excepted: ZoneList
    let options: ForwardOptions

    init(parsing stanza: Stanza, setup: inout Setup) throws(CorefileError) {
        guard let first = stanza.arguments.first else {
            throw CorefileError(at: stanza.name.position, "'forward' wants a zone and upstreams")
        }
        let zones = try first.zones()
        guard let zone = zones.first else {
            throw CorefileError(at: first.position, "'\(first.text)' is no zone")
        }
        self.zone = zone
        from = ZoneList([zone])
        fromByteCount = zone.bytes.count
        if zones.count > 1 {
            setup.reports.append(
                Report(
                    "\(first.position): '\(first.text)' is \(zones.count) zones; only \(zone) is "
                        + "forwarded",
                    isWarning: true
                )
            )
        }
        loops = LoopWatch(zone, setup: &setup)
        let sources = try SourceAddresses(of: stanza, setup.interfaces)
        let places = try Self.places(of: stanza, from: sources, setup: &setup)
        hasAttemptLimit = stanza.options.contains { $0.name.text == "max_connect_attempts" }
        metrics = ForwardMetrics(setup.metrics)
        udpByteCount = setup.limits.udpByteCount
        shared = Self.shared(of: stanza, &setup)
        var options = ForwardOptions(
            maximumAttempts: Self.attemptCount(places.count)
        )
        var connections = ForwardOptions.Connections()
        var names: [Name] = []
        for option in stanza.options {
            if option.name.text == "except" {
                try option.arguments(1...Int.max, "names")
                names += try option.arguments.zones()
            } else {
                try options.read(option, &connections)
            }
        }
        excepted = ZoneList(names)
        try connections.check()
        self.options = options
        hosts = try UpstreamHosts(of: stanza, sources, connections, setup: &setup)
        upstreams = try Self.upstreams(of: stanza, places, sources, connections, setup: &setup)
        for upstream in upstreams {
            if options.hedges { upstream.health.followSlowReplies() }
            ForwardMetrics.OfUpstream.show(
                upstream.health,
                of: upstream.endpoint,
                maximumFailures: options.maximumFailures,
                on: setup.metrics
            )
        }
        hosts?.show(maximumFailures: options.maximumFailures, on: setup.metrics)
    }

    /// The same stanza with these upstreams, and none given by name.
    init(_ stanza: ForwardRoute, upstreams: [Upstream]) {
        fromByteCount = stanza.fromByteCount
        zone = stanza.zone
        from = stanza.from
        self.upstreams = upstreams
        hosts = nil
        hasAttemptLimit = stanza.hasAttemptLimit
        metrics = stanza.metrics
        shared = stanza.shared
        loops = stanza.loops
        udpByteCount = stanza.udpByteCount
        excepted = stanza.excepted
        var options = stanza.options
        if !hasAttemptLimit { options.maximumAttempts = Self.attemptCount(upstreams.count) }
        self.options = options
        if options.hedges { for upstream in upstreams { upstream.health.followSlowReplies() } }
    }

    /// The number of attempts for one query, where the Corefile does not say.
    private static func attemptCount(_ upstreamCount: Int) -> Int {
        max(2 * upstreamCount, leastAttemptCount)
    }

    /// The numbers of a stanza with the same words, which a reload does not set back.
    private static func shared(of stanza: Stanza, _ setup: inout Setup) -> Shared {
        let words = stanza.arguments.map(\.text).joined(separator: " ")
        let key = "forward: numbers of \(setup.serverLabel) \(setup.zones) \(words)"
        let shared = setup.previous(key, as: Shared.self) ?? Shared()
        setup.kept[key] = shared
        return shared
    }

    /// Its first upstream, and how many there are besides, for people.
    var label: String {
        let labels = upstreams.prefix(1).map(\.endpoint.description) + (hosts?.labels ?? [])
        let count = upstreams.count + (hosts?.labels.count ?? 0)
        guard let first = labels.first else { return "no upstream" }
        return count > 1 ? "\(first) and \(count - 1) more" : first
    }

    /// Whether a query is to be forwarded.
    func takes(_ query: borrowing Query) -> Bool {
        guard from.first(holding: query.name) != nil else { return false }
        guard excepted.first(holding: query.name) != nil else { return true }
        return query.name.byteCount == fromByteCount
    }

    /// Whether the next stanza that matches is to be asked after this reply.
    func goesOn(after reply: RelayedReply, to query: borrowing Query) -> Bool {
        if options.nextCodes.contains(reply.code) { return true }
        return options.goesOnWithoutData && reply.code == .noError && reply.answerCount == 0
    }
}

// SPDX-License-Identifier: Apache-2.0

import Plugin
import Synchronization
import Wire

/// An upstream that is given by its name, and the servers that the name stands for at present.
///
/// The name is looked up when a query needs it and the times to live are over. Who was known before
/// is asked meanwhile, and as long as look-ups fail. An address that stays keeps its health.
final class UpstreamHost: Sendable {
    /// How long addresses are used before they are looked up again, in seconds, whatever their time
    /// to live says.
    static let shortestSeconds: UInt32 = 5
    static let longestSeconds: UInt32 = 3_600
    /// How soon a look-up that brought one of two families only is made again, in seconds.
    static let partialSeconds: UInt32 = 30
    /// How soon a look-up that failed is made again, in seconds; twice as long each time.
    static let firstPauseSeconds: UInt32 = 1
    static let longestPauseSeconds: UInt32 = 30
    /// How long nobody else looks up while somebody does, in milliseconds: longer than it may take.
    private static let claimMilliseconds: UInt64 = 10_000

    /// What the lock guards.
    private struct State {
        /// Who is asked, IPv4 first.
        var upstreams: [Upstream] = []
        /// Why nobody is known, or the last look-up failed; nil when it went well.
        var complaint: String?
        var failureCount = 0
        /// Those who wait for the first look-up.
        var bells: [Bell] = []
    }

    let name: Name
    let port: UInt16
    private let lookup: HostLookup
    private let sources: SourceAddresses
    /// How connections to its servers are made and kept.
    let terms: ConnectionTerms
    let metrics: ForwardMetrics.OfUpstream
    private let log: any LogSink
    private let state = Mutex(State())
    /// When it may be looked up again, in nanoseconds of the server's clock.
    private let due = Atomic<UInt64>(0)
    /// How often the addresses changed; relaxed, as it is read before what it tells of.
    private let editionCount = Atomic<UInt64>(0)

    init(
        _ word: UpstreamHostName,
        lookup: HostLookup,
        sources: SourceAddresses,
        terms: ConnectionTerms = ConnectionTerms(),
        metrics: ForwardMetrics.OfUpstream,
        log: any LogSink
    ) {
        name = word.name
        port = word.port
        self.lookup = lookup
        self.sources = sources
        self.terms = terms
        self.metrics = metrics
        self.log = log
    }

    /// The name and port, as logs and metrics show them.
    var label: String { "\(name):\(port)" }

    /// Whether its servers are asked over TLS, and never otherwise.
    var isSecure: Bool { terms.values.security != nil }

    /// Who is known now.
    var upstreams: [Upstream] { state.withLock { $0.upstreams } }

    /// A number that grows with each change of the addresses.
    var edition: UInt64 { editionCount.load(ordering: .acquiring) }

    /// Why nobody is known; nil before the first look-up has ended, and when somebody is.
    var complaint: String? {
        state.withLock { $0.upstreams.isEmpty ? $0.complaint : nil }
    }

    /// Why the last look-up failed; nil when it went well, or was never made.
    var lastComplaint: String? { state.withLock { $0.complaint } }

    /// When a query may have it looked up again; nil when it never was.
    var lookupDue: Moment? {
        let moment = due.load(ordering: .relaxed)
        return moment == 0 ? nil : Moment(nanoseconds: moment)
    }

    // MARK: Looking up

    /// Has the name looked up where that is due; nobody waits for it.
    func refresh(_ desk: any Desk) {
        guard claim(at: desk.now) else { return }
        let isTaken = desk.detach { desk in
            let findings = await self.lookup.run(desk)
            self.take(findings, at: desk.now)
        }
        if !isTaken { fail("too many queries wait", at: desk.now) }
    }

    /// Whether it is to be looked up now; of several queries that ask, one is told so.
    private func claim(at now: Moment) -> Bool {
        let moment = due.load(ordering: .relaxed)
        guard now.nanoseconds >= moment else { return false }
        return due.compareExchange(
            expected: moment,
            desired: now.adding(milliseconds: Self.claimMilliseconds).nanoseconds,
            ordering: .relaxed
        ).exchanged
    }

    /// A bell that is rung when the first look-up has ended; nil when it has.
    func firstLookup() -> Bell? {
        state.withLock { state in
            guard state.upstreams.isEmpty, state.complaint == nil else { return nil }
            let bell = Bell()
            state.bells.append(bell)
            return bell
        }
    }

    /// Takes what a look-up found, type by type.
    func take(_ findings: [HostLookup.Finding], at now: Moment) {
        var ttl = Self.longestSeconds
        var found: [(type: RecordType, addresses: [IPAddress]?)] = []
        var failure: String?
        for (type, finding) in zip(lookup.types, findings) {
            switch finding {
            case .addresses(let addresses, let seconds):
                found.append((type, addresses))
                ttl = min(ttl, seconds)
            case .nothing: found.append((type, []))
            case .failure(let text):
                found.append((type, nil))
                failure = text
            }
        }
        guard found.contains(where: { $0.addresses?.isEmpty == false }) else {
            return fail(failure ?? "the name has no address", at: now)
        }
        if failure != nil { ttl = min(ttl, Self.partialSeconds) }
        let (bells, isRecovery) = state.withLock { state in
            change(&state, to: found)
            let isRecovery = state.complaint != nil
            state.complaint = nil
            state.failureCount = 0
            defer { state.bells = [] }
            return (state.bells, isRecovery)
        }
        pause(max(ttl, Self.shortestSeconds), from: now)
        if isRecovery { log.write(.info, "plugin/forward: '\(label)' was looked up again") }
        for bell in bells { bell.ring() }
    }

    /// Makes the addresses those that were found; of a type that nobody could tell, those before.
    private func change(
        _ state: inout State,
        to found: [(type: RecordType, addresses: [IPAddress]?)]
    ) {
        var next: [Upstream] = []
        for (type, addresses) in found {
            let before = state.upstreams.filter {
                ($0.endpoint.address.family == .v4) == (type == .a)
            }
            guard let addresses else {
                next += before
                continue
            }
            for address in addresses where !next.contains(where: { $0.endpoint.address == address })
            {
                next.append(
                    before.first { $0.endpoint.address == address }
                        ?? Upstream(
                            Endpoint(address, port: port),
                            from: sources.address(for: Endpoint(address, port: port)),
                            health: UpstreamHealth(),
                            metrics: metrics,
                            on: terms
                        )
                )
            }
        }
        guard !next.elementsEqual(state.upstreams, by: { $0 === $1 }) else { return }
        state.upstreams = next
        editionCount.wrappingAdd(1, ordering: .releasing)
    }

    /// Notes that a look-up failed; who was known before stays.
    private func fail(_ reason: String, at now: Moment) {
        let (bells, count, isNew, isKnown) = state.withLock { state in
            state.failureCount += 1
            let isNew = state.complaint == nil
            state.complaint = reason
            defer { state.bells = [] }
            return (state.bells, state.failureCount, isNew, !state.upstreams.isEmpty)
        }
        let seconds = Self.firstPauseSeconds << UInt32(min(count - 1, 16))
        pause(min(seconds, Self.longestPauseSeconds), from: now)
        if isNew {
            let rest = isKnown ? "its last addresses are asked" : "nobody can be asked"
            log.write(.warning, "plugin/forward: looking up '\(label)': \(reason); \(rest)")
        }
        for bell in bells { bell.ring() }
    }

    /// Has it looked up again after so many seconds.
    private func pause(_ seconds: UInt32, from now: Moment) {
        let next = now.adding(milliseconds: UInt64(seconds) * 1_000)
        due.store(next.nanoseconds, ordering: .relaxed)
    }
}

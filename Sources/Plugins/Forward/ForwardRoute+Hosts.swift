// SPDX-License-Identifier: Apache-2.0

import Corefile
import Metrics
import Plugin
import Synchronization
import Wire

/// The upstreams of a stanza that are given by name, and the stanza with those known at present.
///
/// Each change of addresses makes the stanza anew, so that a query has one list to its end.
final class UpstreamHosts: Sendable {
    /// The most names of one stanza.
    static let maximumCount = 16

    /// The stanza as it is asked, and the editions of the hosts that it was made with.
    private struct Edition {
        var number: UInt64
        var route: ForwardRoute
    }

    let hosts: [UpstreamHost]
    private let current = Mutex<Edition?>(nil)

    init(_ hosts: [UpstreamHost]) { self.hosts = hosts }

    /// The names and ports, as the Corefile has them.
    var labels: [String] { hosts.map { $0.isSecure ? "\($0.label) tls" : $0.label } }

    /// Puts on the page how they fare.
    func show(maximumFailures: UInt64, on registry: Registry) {
        for host in hosts {
            ForwardMetrics.OfUpstream.show(host, maximumFailures: maximumFailures, on: registry)
        }
    }

    /// The stanza with all upstreams that are known; why it cannot be asked when there are none.
    ///
    /// Only the first look-up of all is waited for.
    func route(
        of stanza: ForwardRoute,
        until deadline: Moment,
        _ desk: any Desk
    ) async -> Result<ForwardRoute, UnknownHosts> {
        for host in hosts { host.refresh(desk) }
        let known = route(of: stanza)
        guard known.upstreams.isEmpty else { return .success(known) }
        for host in hosts {
            if let bell = host.firstLookup() {
                await desk.sleep(until: deadline, orRungBy: bell)
            }
            let found = route(of: stanza)
            guard found.upstreams.isEmpty else { return .success(found) }
        }
        let reasons = hosts.map { host in
            "\(host.name) has no known address: \(host.complaint ?? "not looked up in time")"
        }
        return .failure(UnknownHosts(text: reasons.first ?? "no upstream"))
    }

    /// The stanza with those that are known now.
    private func route(of stanza: ForwardRoute) -> ForwardRoute {
        // Before the addresses: what changes in between is seen the next time.
        let number = hosts.reduce(0) { $0 &+ $1.edition }
        return current.withLock { current in
            if let current, current.number == number { return current.route }
            let all = stanza.upstreams + hosts.flatMap(\.upstreams)
            let route = ForwardRoute(
                stanza,
                upstreams: Array(all.prefix(ForwardRoute.maximumUpstreamCount))
            )
            current = Edition(number: number, route: route)
            return route
        }
    }
}

/// Why a stanza whose upstreams are given by name cannot be asked.
struct UnknownHosts: Error, Hashable, Sendable {
    let text: String
}

extension UpstreamHosts {
    /// The hosts of the TO words of a stanza; nil where there are none.
    convenience init?(
        of stanza: Stanza,
        _ sources: SourceAddresses,
        _ connections: ForwardOptions.Connections,
        setup: inout Setup
    ) throws(CorefileError) {
        var hosts: [UpstreamHost] = []
        for word in stanza.arguments.dropFirst() {
            guard let name = UpstreamHostName(word, &setup) else { continue }
            guard hosts.count < Self.maximumCount else {
                throw CorefileError(
                    at: word.position,
                    "more than \(Self.maximumCount) names of upstreams in one stanza"
                )
            }
            let resolvers = try HostResolvers.read(stanza, at: word, setup: &setup)
            let security = try Self.security(of: name, word, connections, setup: &setup)
            let host = Self.host(
                name,
                resolvers,
                sources,
                on: connections.terms(security),
                setup: &setup
            )
            if !hosts.contains(where: { $0 === host }) { hosts.append(host) }
        }
        guard !hosts.isEmpty else { return nil }
        self.init(hosts)
    }

    /// What secures the connections to a host: they must lead to it, or to `tls_servername`.
    private static func security(
        of name: UpstreamHostName,
        _ word: Word,
        _ connections: ForwardOptions.Connections,
        setup: inout Setup
    ) throws(CorefileError) -> ExchangeSecurity? {
        guard name.isSecure else { return nil }
        let own = try ForwardSecurity.identity("\(name.name)", at: word)
        return ExchangeSecurity(
            client: try connections.security.client(for: word, setup: &setup),
            identity: connections.security.serverName?.identity ?? own
        )
    }

    /// One host, with what was known of it before a reload that changed nothing about it.
    private static func host(
        _ name: UpstreamHostName,
        _ resolvers: [Endpoint],
        _ sources: SourceAddresses,
        on values: ConnectionTerms.Values,
        setup: inout Setup
    ) -> UpstreamHost {
        let label = "\(name.name):\(name.port)"
        let way = name.isSecure ? "\(label) tls" : label
        let terms = Upstream.terms(values, to: label, way, &setup)
        let key = "forward: host \(way) \(resolvers) \(sources.text)"
        let known =
            setup.held(key, as: UpstreamHost.self)
            ?? setup.previous(key, as: UpstreamHost.self)
        if let known, known.terms === terms {
            setup.kept[key] = known
            return known
        }
        let host = UpstreamHost(
            name,
            lookup: HostLookup(name: name.name, resolvers: resolvers, types: sources.types),
            sources: sources,
            terms: terms,
            metrics: ForwardMetrics.OfUpstream(setup.metrics, to: label),
            log: setup.log
        )
        setup.kept[key] = host
        return host
    }
}

// SPDX-License-Identifier: Apache-2.0

import Corefile
import Plugin
import Wire

extension ForwardRoute {
    /// An upstream, and the word that names it.
    typealias NamedPlace = (place: UpstreamPlace, word: Word)

    /// Where the upstreams of the TO words that are no names are, each once.
    static func places(
        of stanza: Stanza,
        from sources: SourceAddresses,
        setup: inout Setup
    ) throws(CorefileError) -> [NamedPlace] {
        var places: [NamedPlace] = []
        var hasHosts = false
        for word in stanza.arguments.dropFirst() {
            guard UpstreamHostName(word, &setup) == nil else {
                hasHosts = true
                continue
            }
            for place in try UpstreamAddress.places(word, setup: &setup)
            where !places.contains(where: { $0.place == place }) {
                places.append((place, word))
                guard places.count <= maximumUpstreamCount else {
                    throw CorefileError(
                        at: word.position,
                        "more than \(maximumUpstreamCount) upstreams in one stanza"
                    )
                }
            }
        }
        guard !places.isEmpty || hasHosts else {
            throw CorefileError(
                at: stanza.arguments.last?.position ?? stanza.name.position,
                "no upstream to forward to; an address or a file that names servers is wanted"
            )
        }
        let reachable = try sources.reachable(
            places.map(\.place.endpoint),
            of: stanza,
            setup: &setup
        )
        return places.filter { reachable.contains($0.place.endpoint) }
    }

    /// The upstreams at these places.
    static func upstreams(
        of stanza: Stanza,
        _ places: [NamedPlace],
        _ sources: SourceAddresses,
        _ connections: ForwardOptions.Connections,
        setup: inout Setup
    ) throws(CorefileError) -> [Upstream] {
        let security = connections.security
        if let word = security.option ?? security.serverName?.word,
            !stanza.arguments.contains(where: { $0.text.hasPrefix("tls://") })
        {
            let text =
                "\(word.position): no upstream begins with 'tls://', so none is asked over TLS"
            setup.reports.append(Report(text, isWarning: true))
        }
        var upstreams: [Upstream] = []
        for (place, word) in places {
            var secured: ExchangeSecurity?
            if place.isSecure {
                if place.serverName != nil, let other = security.serverName {
                    throw CorefileError(
                        at: other.word.position,
                        "'tls_servername' and a name in '\(word.text)' exclude each other"
                    )
                }
                secured = ExchangeSecurity(
                    client: try security.client(for: word, setup: &setup),
                    identity: place.serverName ?? security.serverName?.identity
                )
            }
            upstreams.append(
                Upstream(
                    place,
                    from: sources.address(for: place.endpoint),
                    on: connections.terms(secured),
                    setup: &setup
                )
            )
        }
        return upstreams
    }
}

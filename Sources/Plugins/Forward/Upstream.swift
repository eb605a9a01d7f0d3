// SPDX-License-Identifier: Apache-2.0

import Corefile
import Files
import Metrics
import Plugin
import Wire

/// One server that is asked.
final class Upstream: Sendable {
    let endpoint: Endpoint
    /// The address of this machine that it is asked from; nil for whatever the system chooses.
    let source: IPAddress?
    let health: UpstreamHealth
    let metrics: ForwardMetrics.OfUpstream
    /// How its connections are made and kept.
    private let terms: ConnectionTerms
    /// Whether it is asked over TLS, and never otherwise.
    let isSecure: Bool

    /// An upstream with the health and the connections that it had before a reload.
    init(
        _ place: UpstreamPlace,
        from source: IPAddress? = nil,
        on terms: ConnectionTerms.Values,
        setup: inout Setup
    ) {
        endpoint = place.endpoint
        self.source = source
        let key = "\(endpoint) scope \(endpoint.scope)\(place.isSecure ? " tls" : "")"
        let healthKey = "forward: health of \(key)"
        let known =
            setup.held(healthKey, as: UpstreamHealth.self)
            ?? setup.previous(healthKey, as: UpstreamHealth.self)
        health = known ?? UpstreamHealth()
        setup.kept[healthKey] = health
        metrics = ForwardMetrics.OfUpstream(setup.metrics, to: endpoint.description)
        self.terms = Self.terms(terms, to: endpoint.description, key, &setup)
        isSecure = terms.security != nil
    }

    /// An upstream whose health, counters and terms somebody else keeps.
    init(
        _ endpoint: Endpoint,
        from source: IPAddress?,
        health: UpstreamHealth,
        metrics: ForwardMetrics.OfUpstream,
        on terms: ConnectionTerms
    ) {
        self.endpoint = endpoint
        self.source = source
        self.health = health
        self.metrics = metrics
        self.terms = terms
        isSecure = terms.values.security != nil
    }

    /// The terms that are in use already where they are the same, so that connections are.
    ///
    /// `label`: what metrics call the upstream; `key`: what tells it from all others.
    static func terms(
        _ values: ConnectionTerms.Values,
        to label: String,
        _ key: String,
        _ setup: inout Setup
    ) -> ConnectionTerms {
        let identity = values.security?.identity.map { " as \($0)" } ?? ""
        let key = "forward: connections to \(key)\(identity)"
        let known =
            setup.held(key, as: ConnectionTerms.self)
            ?? setup.previous(key, as: ConnectionTerms.self)
        if let known, known.values == values {
            setup.kept[key] = known
            return known
        }
        let counters = ForwardMetrics.OfUpstream.connections(
            setup.metrics,
            to: label,
            isSecure: values.security != nil
        )
        let terms = ConnectionTerms(
            values,
            reuses: counters.reuses,
            openings: counters.openings
        )
        setup.kept[key] = terms
        return terms
    }

    /// The same for all that comes from the same source, over the same way.
    var origin: String { isSecure ? "\(endpoint) tls" : endpoint.description }

    /// Where it is as a Corefile has it, with whom it must prove to be.
    var written: String {
        guard isSecure else { return endpoint.description }
        let name = terms.values.security?.identity.map { "%\($0)" } ?? ""
        let address =
            endpoint.address.family == .v4
            ? "\(endpoint.address)\(name)" : "[\(endpoint.address)\(name)]"
        return "tls://\(address):\(endpoint.port)"
    }

    /// How it is asked where `wanted` would do.
    func transport(_ wanted: Transport) -> Transport { isSecure ? .tcp : wanted }

    /// What it is asked with; `transport` is one that `transport(_:)` gave.
    func exchange(
        over transport: Transport,
        _ message: [UInt8],
        until deadline: Moment,
        mixesCase: Bool = false
    ) -> Exchange {
        Exchange(
            upstream: endpoint,
            transport: transport,
            message: isSecure ? UpstreamMessage.padded(message) : message,
            deadline: deadline,
            mixesCase: mixesCase,
            source: source,
            // Whatever it is asked over: terms that want TLS are never left out.
            terms: isSecure || transport == .tcp ? terms : nil
        )
    }
}

/// What a TO word of a `forward` stanza means.
struct UpstreamAddress {
    /// The port of an upstream unless the Corefile says otherwise.
    static let defaultPort: UInt16 = 53

    /// The servers that `word` stands for: an address, or those of a file like `/etc/resolv.conf`.
    static func places(
        _ word: Word,
        setup: inout Setup
    ) throws(CorefileError) -> [UpstreamPlace] {
        var text = Substring(word.text)
        if let scheme = text.firstRange(of: "://") {
            switch text[..<scheme.lowerBound] {
            case "dns": text = text[scheme.upperBound...]
            case "tls":
                let address = text[scheme.upperBound...]
                guard let place = try UpstreamPlace.secure(address, at: word, setup.interfaces)
                else { throw unusable(word) }
                return [place]
            case "https", "https3", "quic", "grpc": throw word.notYet("upstream")
            default: throw unusable(word)
            }
            guard let endpoint = endpoint(text, setup.interfaces) else { throw unusable(word) }
            return [UpstreamPlace(endpoint)]
        }
        if let endpoint = endpoint(text, setup.interfaces) { return [UpstreamPlace(endpoint)] }
        return try read(word, setup: &setup).map { UpstreamPlace($0) }
    }

    private static func unusable(_ word: Word) -> CorefileError {
        CorefileError(
            at: word.position,
            "'\(word.text)' is no upstream; an address like '192.0.2.1', '192.0.2.1:53', "
                + "'[2001:db8::1]:53', 'tls://192.0.2.1%dns.example', a name like "
                + "'dns.example.org', or a file like '/etc/resolv.conf' is wanted"
        )
    }

    /// Reads `ADDRESS`, `ADDRESS:PORT`, `[ADDRESS]:PORT`; an IPv6 address may have a `%zone`.
    static func endpoint(
        _ text: some StringProtocol,
        _ interfaces: [Interface],
        defaultPort: UInt16 = defaultPort
    ) -> Endpoint? {
        if let endpoint = scoped(text, port: defaultPort, interfaces) { return endpoint }
        guard let colon = text.lastIndex(of: ":"),
            let port = UInt16(text[text.index(after: colon)...]), port != 0,
            text[text.index(after: colon)...].utf8.first != UInt8(ascii: "+")
        else { return nil }
        let host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            let endpoint = scoped(host.dropFirst().dropLast(), port: port, interfaces)
            return endpoint?.address.family == .v6 ? endpoint : nil
        }
        let endpoint = scoped(host, port: port, interfaces)
        return endpoint?.address.family == .v4 ? endpoint : nil
    }

    /// Reads an address and the zone that may follow it: an interface's name, or its number.
    private static func scoped(
        _ text: some StringProtocol,
        port: UInt16,
        _ interfaces: [Interface]
    ) -> Endpoint? {
        if let address = IPAddress(text) { return Endpoint(address, port: port) }
        guard let percent = text.firstIndex(of: "%"), let address = IPAddress(text[..<percent]),
            address.family == .v6
        else { return nil }
        let zone = text[text.index(after: percent)...]
        let known = interfaces.first { $0.name == zone }?.scope
        guard let scope = known ?? UInt32(zone) else { return nil }
        return Endpoint(address, port: port, scope: scope)
    }

    /// The key under which the servers that a file names are kept.
    static func key(ofFile path: String) -> String { "forward: servers of \(path)" }

    /// The largest file of servers that is read, in bytes.
    static let maximumFileByteCount = 1 << 20

    /// The servers that a file names; when it cannot be read, those it named before.
    private static func read(_ word: Word, setup: inout Setup) throws(CorefileError) -> [Endpoint] {
        let path = word.text
        let key = key(ofFile: path)
        let before = setup.previous(key, as: [Endpoint].self)
        setup.watched.insert(path)
        let found: [Endpoint]
        do throws(FileError) {
            let bytes = try SettledFile(
                reading: path,
                from: setup.files,
                maximumByteCount: maximumFileByteCount,
                waitsForWriters: before != nil
            ).bytes
            found = nameservers(String(decoding: bytes, as: UTF8.self), setup.interfaces)
        } catch {
            if error.isPassing { setup.isUnsettled = true }
            guard let before else {
                guard error.reason == .missing, !path.contains("/") else {
                    throw CorefileError(at: word.position, error.description)
                }
                throw unusable(word)
            }
            setup.reports.append(
                Report("\(word.position): \(error); the servers it named before are asked")
            )
            setup.kept[key] = before
            return before
        }
        if found.isEmpty, let before {
            setup.reports.append(
                Report(
                    "\(word.position): \(path): names no server; those it named before are asked"
                )
            )
            setup.kept[key] = before
            return before
        }
        if !found.isEmpty { setup.kept[key] = found }
        return found
    }

    /// The servers of the `nameserver` lines (resolv.conf(5)); others are ignored.
    static func nameservers(_ text: String, _ interfaces: [Interface]) -> [Endpoint] {
        var found: [Endpoint] = []
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.split { $0 == " " || $0 == "\t" }
            guard words.count >= 2, words[0] == "nameserver",
                let endpoint = scoped(words[1], port: defaultPort, interfaces)
            else { continue }
            found.append(endpoint)
        }
        return found
    }
}

// SPDX-License-Identifier: Apache-2.0

import Corefile
import Files
import Plugin
import Wire

/// A TO word of a `forward` stanza that is the name of a host, and perhaps a port.
struct UpstreamHostName: Hashable, Sendable {
    let name: Name
    let port: UInt16
    /// Whether its servers are asked over TLS, and must be this host.
    let isSecure: Bool

    /// Reads `[dns://|tls://]NAME[:PORT]`; nil for an address, a file, and what is no name of a host.
    ///
    /// A name has a dot, and a letter in its last label: what looks like an address is none. A file
    /// that is there, or was, comes first.
    init?(_ word: Word, _ setup: inout Setup) {
        var text = Substring(word.text)
        isSecure = text.hasPrefix("tls://")
        let hasScheme = isSecure || text.hasPrefix("dns://")
        if hasScheme { text = text.dropFirst(6) }
        guard UpstreamAddress.endpoint(text, setup.interfaces) == nil,
            hasScheme || !Self.isFile(word.text, &setup)
        else { return nil }
        var port = isSecure ? UpstreamPlace.securePort : UpstreamAddress.defaultPort
        if let colon = text.lastIndex(of: ":") {
            let digits = text[text.index(after: colon)...]
            guard digits.utf8.first != UInt8(ascii: "+"), let number = UInt16(digits), number != 0
            else { return nil }
            port = number
            text = text[..<colon]
        }
        guard text.contains("."), text.utf8.allSatisfy(Self.isOfHosts),
            let name = try? Name(text), let last = name.labels.last,
            last.contains(where: { ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A })
        else { return nil }
        self.name = name.lowercased
        self.port = port
    }

    /// Whether a byte may stand in the name of a host: a letter, a digit, or one of `-`, `_`, `.`.
    private static func isOfHosts(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
        default: false
        }
    }

    private static func isFile(_ path: String, _ setup: inout Setup) -> Bool {
        guard !path.contains("/") else { return true }
        if setup.previous(UpstreamAddress.key(ofFile: path), as: [Endpoint].self) != nil {
            return true
        }
        do throws(FileError) {
            _ = try setup.files.identity(of: path)
            return true
        } catch {
            return error.reason != .missing
        }
    }
}

/// The resolvers that the names of upstreams are looked up with.
enum HostResolvers {
    static let optionName = "resolver"
    /// The file that names them where the Corefile does not.
    static let systemFile = "/etc/resolv.conf"
    /// How many there are at most: as many as have time one after the other.
    static let maximumCount = 4

    /// Reads `resolver IP[:PORT]...`; without the option, the servers of the system.
    static func read(
        _ stanza: Stanza,
        at place: Word,
        setup: inout Setup
    ) throws(CorefileError) -> [Endpoint] {
        var resolvers: [Endpoint] = []
        for option in stanza.options where option.name.text == optionName {
            try option.arguments(1...Int.max, "addresses of resolvers")
            for word in option.arguments {
                guard let endpoint = UpstreamAddress.endpoint(word.text, setup.interfaces) else {
                    throw CorefileError(
                        at: word.position,
                        "'\(word.text)' is no resolver; an address like '192.0.2.1' or "
                            + "'192.0.2.1:53' is wanted"
                    )
                }
                guard resolvers.count < maximumCount else {
                    throw CorefileError(at: word.position, "more than \(maximumCount) resolvers")
                }
                if !resolvers.contains(endpoint) { resolvers.append(endpoint) }
            }
        }
        guard resolvers.isEmpty else { return resolvers }
        let file = Word(systemFile, at: place.position)
        let found = try UpstreamAddress.places(file, setup: &setup).map(\.endpoint)
        guard !found.isEmpty else {
            throw CorefileError(
                at: place.position,
                "'\(place.text)' cannot be looked up: \(systemFile) names no server; 'resolver' can"
            )
        }
        return Array(found.prefix(maximumCount))
    }
}

// SPDX-License-Identifier: Apache-2.0

import Corefile
import Wire

/// One key of a server block: the zones it stands for, and the port they are served on.
package struct ServerKey: Hashable, Sendable {
    /// The zones in lower case: one, or several for a network whose length lies inside a label.
    package let zones: [Name]
    package let port: UInt16
    /// The key as it was written.
    package let word: Word

    /// Reads `[scheme://]zone[:port]`, the zone a name or a network.
    package init(_ word: Word, defaultPort: UInt16) throws(CorefileError) {
        let parts = try ZoneParts(word)
        guard parts.scheme == "dns" else {
            throw CorefileError(
                at: word.position,
                "the scheme '\(parts.scheme)://' is not built yet; only 'dns://' is served"
            )
        }
        self.word = word
        zones = try parts.zones
        port = parts.port ?? defaultPort
    }
}

/// The parts of `[scheme://]zone[:port]`, in a key or in the argument of a plugin.
struct ZoneParts {
    /// The schemes of CoreDNS 1.14.7; they are written in lower case.
    private static let schemes = ["dns", "tls", "quic", "grpc", "https", "https3"]

    /// One of CoreDNS's schemes; `dns` when none is written.
    private(set) var scheme = "dns"
    /// The port; nil when none is written.
    let port: UInt16?
    /// The zone's text: what is left without scheme and port.
    private let zone: Substring
    private let word: Word

    init(_ word: Word) throws(CorefileError) {
        self.word = word
        var rest = Substring(word.text)
        if let (scheme, behind) = Self.splitScheme(rest) {
            guard Self.schemes.contains(scheme) else {
                let nearest = Nearest.word(to: scheme, in: Self.schemes) ?? "dns"
                throw CorefileError(
                    at: word.position,
                    "unknown scheme '\(scheme)://'; try '\(nearest)://'"
                )
            }
            self.scheme = scheme
            rest = behind
        }
        // Its last group would pass for a port.
        if let address = IPAddress(rest), address.family == .v6 {
            throw CorefileError(
                at: word.position,
                "'\(word.text)' is an address; a network like '\(address)/128' is wanted"
            )
        }
        (zone, port) = try Self.splitPort(rest, word)
    }

    /// The scheme of `text`, and what follows its `://`; nil when there is none.
    private static func splitScheme(_ text: Substring) -> (scheme: String, rest: Substring)? {
        guard let colon = text.firstIndex(of: ":"), text[colon...].hasPrefix("://") else {
            return nil
        }
        return (String(text[..<colon]), text[colon...].dropFirst(3))
    }

    /// Cuts off a port, digits behind the last colon; anything else there belongs to the zone.
    private static func splitPort(
        _ text: Substring,
        _ word: Word
    ) throws(CorefileError) -> (zone: Substring, port: UInt16?) {
        guard let colon = text.lastIndex(of: ":") else { return (text, nil) }
        let digits = text[text.index(after: colon)...]
        guard !digits.isEmpty else {
            throw CorefileError(
                at: word.position,
                "'\(word.text)' ends in a colon; a port from 0 to 65535 is wanted after it"
            )
        }
        guard digits.utf8.allSatisfy({ $0 &- 48 < 10 }) else { return (text, nil) }
        guard let port = UInt16(digits) else {
            throw CorefileError(
                at: word.position,
                "'\(digits)' is no port; a number from 0 to 65535 is wanted"
            )
        }
        return (text[..<colon], port)
    }

    /// The zones in lower case: one for a name, one or several for a network.
    var zones: [Name] {
        get throws(CorefileError) {
            if let zones = Name.reverseZones(zone) { return zones }
            guard let name = try? Name(zone) else {
                throw CorefileError(
                    at: word.position,
                    "'\(word.text)' is no zone; a name like 'example.org' or a network like "
                        + "'192.0.2.0/24' is wanted"
                )
            }
            return [name.lowercased]
        }
    }
}

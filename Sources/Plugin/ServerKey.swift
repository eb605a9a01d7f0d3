// SPDX-License-Identifier: Apache-2.0

import Corefile
import Wire

/// One key of a server block: the zones it stands for, and the port they are served on.
package struct ServerKey: Hashable, Sendable {
    /// The schemes that CoreDNS serves; only the first is served here yet.
    private static let schemes = ["dns", "tls", "quic", "grpc", "https", "https3"]

    /// The zones in lower case: one, or several for a network whose length lies inside a label.
    package let zones: [Name]
    package let port: UInt16
    /// The key as it was written.
    package let word: Word

    /// Reads `[scheme://]zone[:port]`, the zone a name or a network.
    package init(_ word: Word, defaultPort: UInt16) throws(CorefileError) {
        self.word = word
        var text = Substring(word.text)
        for scheme in Self.schemes where text.hasPrefix(scheme + "://") {
            guard scheme == "dns" else {
                throw CorefileError(
                    at: word.position,
                    "the scheme '\(scheme)://' is not built yet; only 'dns://' is served"
                )
            }
            text = text.dropFirst(scheme.count + 3)
        }
        var port = defaultPort
        if let colon = text.lastIndex(of: ":"), !text.contains("/") || !text[colon...].contains("/")
        {
            let digits = text[text.index(after: colon)...]
            guard !digits.isEmpty else {
                throw CorefileError(
                    at: word.position,
                    "'\(word.text)' ends in a colon; a port from 0 to 65535 is wanted after it"
                )
            }
            if digits.allSatisfy({ $0.isASCII && $0.isNumber }) {
                guard let number = UInt16(digits) else {
                    throw CorefileError(
                        at: word.position,
                        "'\(digits)' is no port; a number from 0 to 65535 is wanted"
                    )
                }
                port = number
                text = text[..<colon]
            }
        }
        zones = try Word(String(text), at: word.position).zones()
        self.port = port
    }
}

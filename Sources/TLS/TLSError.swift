// SPDX-License-Identifier: Apache-2.0

/// Why there is no encrypted connection, or none any more.
package struct TLSError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds of failure.
    package enum Mistake: Hashable, Sendable {
        /// The certificate's time is over, since this day.
        case expired(since: String)
        /// The certificate's time begins on this day.
        case notYetValid(until: String)
        /// Nobody who is trusted signed the certificate; this is who did.
        case unknownAuthority(String)
        /// The certificate is for other names.
        case wrongName(wanted: String, names: String)
        /// Something else about the certificate, in the library's words.
        case badCertificate(String)
        /// The other side knows no version that is good enough.
        case oldVersion
        /// What the other side sends is not TLS.
        case notTLS
        /// The other side ended it and said why.
        case refused(String)
        /// The connection ended while hands were shaken.
        case noHandshake
        /// The connection ended without the word that it would: something may be missing.
        case truncated
        /// More is to be sent than is kept.
        case flooded
        /// Certificates or keys that cannot be used.
        case badMaterial(String)
        /// Something else, in the library's words.
        case broken(String)
    }

    package let mistake: Mistake

    package init(_ mistake: Mistake) { self.mistake = mistake }

    /// Whether trying again is of no use soon: the other side is not who it should be, or speaks
    /// another language.
    package var isLasting: Bool {
        switch mistake {
        case .expired, .notYetValid, .unknownAuthority, .wrongName, .badCertificate, .oldVersion,
            .notTLS, .refused:
            true
        default: false
        }
    }

    /// What is wrong, in lower case, without a place.
    package var description: String {
        switch mistake {
        case .expired(let day): "certificate has expired on \(day)"
        case .notYetValid(let day): "certificate is not valid before \(day)"
        case .unknownAuthority(""): "certificate is from an unknown authority"
        case .unknownAuthority(let name): "certificate is from an unknown authority, '\(name)'"
        case .wrongName(let wanted, ""): "certificate is for no name, not \(wanted)"
        case .wrongName(let wanted, let names): "certificate is for \(names), not \(wanted)"
        case .badCertificate(let text): "certificate: \(text)"
        case .oldVersion: "no common version; TLS 1.2 or 1.3 is wanted"
        case .notTLS: "what the other side sends is not TLS"
        case .refused(let text): "refused by the other side: \(text)"
        case .noHandshake: "closed during the handshake"
        case .truncated: "closed without notice"
        case .flooded: "more to send than is kept"
        case .badMaterial(let text), .broken(let text): text
        }
    }
}

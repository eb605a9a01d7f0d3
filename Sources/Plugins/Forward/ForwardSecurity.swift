// SPDX-License-Identifier: Apache-2.0

import Corefile
import Files
import Plugin
import TLS

/// The options `tls` and `tls_servername` of a `forward` stanza.
struct ForwardSecurity {
    /// The largest file of certificates or keys, in bytes.
    static let maximumFileByteCount = 4 << 20
    /// Where systems keep the authorities that everybody trusts, the first that is there counts.
    static let systemAuthorities = [
        "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/ssl/ca-bundle.pem", "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
        "/etc/ssl/cert.pem",
    ]

    /// The name of the option, where it is written.
    private(set) var option: Word?
    private var certificate: Word?
    private var key: Word?
    private var authorities: Word?
    /// Whom certificates must be for, where an upstream has no name of its own.
    private(set) var serverName: (identity: TLSPeer.Identity, word: Word)?

    init() {}

    /// Reads `tls [CERT KEY] [CA]`.
    mutating func readFiles(_ option: Option) throws(CorefileError) {
        try option.arguments(0...3, "at most a certificate, its key and a file of authorities")
        let words = option.arguments
        self.option = option.name
        certificate = words.count >= 2 ? words[0] : nil
        key = words.count >= 2 ? words[1] : nil
        authorities = words.count == 1 || words.count == 3 ? words[words.count - 1] : nil
    }

    /// Reads `tls_servername NAME`.
    mutating func readServerName(_ option: Option) throws(CorefileError) {
        let word = try option.oneArgument("a host name")
        serverName = (try Self.identity(word.text, at: word), word)
    }

    /// Whom `text` names.
    static func identity(
        _ text: some StringProtocol,
        at word: Word
    ) throws(CorefileError) -> TLSPeer.Identity {
        guard let identity = TLSPeer.Identity(text) else {
            throw CorefileError(
                at: word.position,
                "'\(text)' is no host name like 'dns.example'"
            )
        }
        return identity
    }

    // MARK: Made

    /// What a client was made of, to see whether it is still the right one.
    private struct Material: Hashable, Sendable {
        let authorities: [UInt8]
        let identity: TLSIdentity?
    }

    /// A client that outlives reloads, with its tickets, while its files stay the same.
    private final class Known: Sendable {
        let material: Material
        let client: TLSClient

        init(_ material: Material, _ client: TLSClient) {
            self.material = material
            self.client = client
        }
    }

    /// Who asks; `upstream`: the first word that wants TLS.
    ///
    /// Files that cannot be used leave the client that is there in its place, as a certificate and
    /// its key are seldom replaced in one step.
    func client(for upstream: Word, setup: inout Setup) throws(CorefileError) -> TLSClient {
        let paths = [certificate, key, authorities].map { $0.map { setup.resolve($0.text) } ?? "" }
        let identityKey = "forward: tls of \(paths.joined(separator: " "))"
        if let made = setup.held(identityKey, as: Known.self) { return made.client }
        let before = setup.previous(identityKey, as: Known.self)
        let known: Known
        do throws(CorefileError) {
            let material = try read(for: upstream, isRenewal: before != nil, setup: &setup)
            if let before, before.material == material {
                known = before
            } else {
                known = try make(material, upstream, setup)
            }
        } catch {
            guard let before else { throw error }
            setup.reports.append(Report("\(error); what was read before is used"))
            known = before
        }
        setup.kept[identityKey] = known
        return known.client
    }

    private func make(
        _ material: Material,
        _ upstream: Word,
        _ setup: Setup
    ) throws(CorefileError) -> Known {
        do throws(TLSError) {
            let client = try TLSClient(
                trusting: material.authorities,
                as: material.identity,
                wallSeconds: setup.wallClock
            )
            return Known(material, client)
        } catch {
            throw CorefileError(at: (option ?? upstream).position, error.description)
        }
    }

    private func read(
        for upstream: Word,
        isRenewal: Bool,
        setup: inout Setup
    ) throws(CorefileError) -> Material {
        var identity: TLSIdentity?
        if let certificate, let key {
            identity = TLSIdentity(
                certificates: try Self.read(certificate, isRenewal, &setup),
                key: try Self.read(key, isRenewal, &setup)
            )
        }
        let trusted =
            if let authorities {
                try Self.read(authorities, isRenewal, &setup)
            } else {
                try Self.readSystemAuthorities(upstream, &setup)
            }
        return Material(authorities: trusted, identity: identity)
    }

    private static func read(
        _ word: Word,
        _ isRenewal: Bool,
        _ setup: inout Setup
    ) throws(CorefileError) -> [UInt8] {
        let path = setup.resolve(word.text)
        setup.watched.insert(path)
        do throws(FileError) {
            return try SettledFile(
                reading: path,
                from: setup.files,
                maximumByteCount: maximumFileByteCount,
                waitsForWriters: isRenewal
            ).bytes
        } catch {
            if error.isPassing { setup.isUnsettled = true }
            throw CorefileError(at: word.position, error.description)
        }
    }

    /// The authorities of the system: the file that `SSL_CERT_FILE` names, or a usual one.
    private static func readSystemAuthorities(
        _ upstream: Word,
        _ setup: inout Setup
    ) throws(CorefileError) -> [UInt8] {
        let named = setup.environment["SSL_CERT_FILE"] ?? ""
        let paths = named.isEmpty ? systemAuthorities : [named]
        for path in paths {
            do throws(FileError) {
                let bytes = try SettledFile(
                    reading: path,
                    from: setup.files,
                    maximumByteCount: maximumFileByteCount
                ).bytes
                setup.watched.insert(path)
                return bytes
            } catch  where error.reason == .missing && named.isEmpty {
                continue
            } catch {
                throw CorefileError(at: upstream.position, error.description)
            }
        }
        throw CorefileError(
            at: upstream.position,
            "no authorities are known to trust: name a file of them with 'tls CA', or install the "
                + "package ca-certificates"
        )
    }
}

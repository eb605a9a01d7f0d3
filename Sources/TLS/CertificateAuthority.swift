// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL
import Wire

/// An authority of one's own, in memory: it signs certificates for drills and tests.
package struct CertificateAuthority: Sendable {
    private let name: String
    /// Its own certificate, and the key that it signs with.
    let identity: TLSIdentity

    /// What others trust, in PEM.
    package var certificate: [UInt8] { identity.certificates }

    /// Makes one with a new key, valid in these seconds since 1970.
    package init(_ name: String, valid: Range<Int64>) throws(TLSError) {
        self.name = name
        identity = try Self.make(
            Wanted(name: name, extensions: [(NID_basic_constraints, "critical,CA:TRUE")]),
            valid: valid,
            signedBy: nil
        )
    }

    /// Signs a certificate for names and addresses, with a new key.
    package func identity(
        for names: [String],
        addresses: [IPAddress] = [],
        valid: Range<Int64>
    ) throws(TLSError) -> TLSIdentity {
        let all = names.map { "DNS:\($0)" } + addresses.map { "IP:\($0)" }
        var extensions = [(NID_basic_constraints, "critical,CA:FALSE")]
        if !all.isEmpty { extensions.append((NID_subject_alt_name, all.joined(separator: ","))) }
        return try Self.make(
            Wanted(name: names.first ?? "somebody", extensions: extensions),
            valid: valid,
            signedBy: (name, identity)
        )
    }

    /// What a new certificate says.
    private struct Wanted {
        let name: String
        let extensions: [(kind: CInt, text: String)]
    }

    /// Makes a certificate; `signer`: nil for one that signs itself.
    private static func make(
        _ wanted: Wanted,
        valid: Range<Int64>,
        signedBy signer: (name: String, identity: TLSIdentity)?
    ) throws(TLSError) -> TLSIdentity {
        TLSError.forget()
        // SAFETY: both are checked for nil and freed at the end of this function.
        guard let key = unsafe apus_tls_new_key() else { throw TLSError.last("new key") }
        defer { unsafe EVP_PKEY_free(key) }
        guard let made = unsafe X509_new() else { throw TLSError.last("X509_new") }
        defer { unsafe X509_free(made) }
        var serial = [UInt8](repeating: 0, count: 8)
        // SAFETY: all values are alive during the calls; texts and numbers are copied.
        guard unsafe RAND_bytes(&serial, CInt(serial.count)) == 1,
            unsafe X509_set_version(made, 2) == 1,
            unsafe ASN1_INTEGER_set_uint64(
                X509_get_serialNumber(made),
                serial.span.uint64(at: 0) >> 1 | 1
            ) == 1,
            unsafe ASN1_TIME_set(X509_getm_notBefore(made), Int(valid.lowerBound)) != nil,
            unsafe ASN1_TIME_set(X509_getm_notAfter(made), Int(valid.upperBound)) != nil,
            unsafe X509_set_pubkey(made, key) == 1,
            unsafe setName(X509_get_subject_name(made), wanted.name),
            unsafe setName(X509_get_issuer_name(made), signer?.name ?? wanted.name),
            wanted.extensions.allSatisfy({
                unsafe apus_tls_add_extension(made, made, $0.kind, $0.text) == 1
            })
        else { throw TLSError.last("new certificate") }
        try unsafe sign(made, with: key, signer?.identity)
        return TLSIdentity(
            certificates: try unsafe text { unsafe PEM_write_bio_X509($0, made) },
            key: try unsafe text {
                unsafe PEM_write_bio_PrivateKey($0, key, nil, nil, 0, nil, nil)
            }
        )
    }

    /// Signs a certificate with the key of `signer`, or with its own.
    private static func sign(
        _ certificate: OpaquePointer,
        with own: OpaquePointer,
        _ signer: TLSIdentity?
    ) throws(TLSError) {
        guard let signer else {
            // SAFETY: both are alive during the call.
            guard unsafe X509_sign(certificate, own, EVP_sha256()) > 0 else {
                throw TLSError.last("signing")
            }
            return
        }
        let key = try unsafe TLSContext.readKey(signer.key)
        // SAFETY: read above and given up here.
        defer { unsafe EVP_PKEY_free(key) }
        guard unsafe X509_sign(certificate, key, EVP_sha256()) > 0 else {
            throw TLSError.last("signing")
        }
    }

    /// Writes a common name; false when that did not work.
    private static func setName(_ target: OpaquePointer?, _ text: String) -> Bool {
        let bytes = Array(text.utf8)
        // SAFETY: the text is copied during the call.
        return unsafe X509_NAME_add_entry_by_NID(
            target,
            NID_commonName,
            MBSTRING_UTF8,
            bytes,
            CInt(bytes.count),
            -1,
            0
        ) == 1
    }

    /// What `write` writes.
    private static func text(_ write: (OpaquePointer) -> CInt) throws(TLSError) -> [UInt8] {
        // SAFETY: checked for nil, freed at the end; as many bytes are read as there is room for.
        guard let target = unsafe BIO_new(BIO_s_mem()) else { throw TLSError.last("BIO_new") }
        defer { unsafe BIO_free(target) }
        guard unsafe write(target) == 1 else { throw TLSError.last("PEM") }
        var bytes = [UInt8](repeating: 0, count: unsafe BIO_ctrl_pending(target))
        let count = unsafe bytes.withUnsafeMutableBufferPointer { bytes in
            unsafe BIO_read(target, bytes.baseAddress, CInt(bytes.count))
        }
        return Array(bytes.prefix(max(0, Int(count))))
    }
}

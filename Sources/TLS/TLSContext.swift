// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

/// What connections of one kind have in common: versions, trust, and who we are.
///
/// The library counts its references and locks what changes in it, so threads share it.
@safe struct TLSContext: ~Copyable, Sendable {
    /// The most certificates that one PEM text may hold.
    static let maximumCertificateCount = 4_096
    /// The protocol that is spoken inside, for ALPN: its length, then `dot` (RFC 7858, RFC 8446).
    static let protocolName: [UInt8] = [3] + Array("dot".utf8)

    /// The address of the library's value; kept as a number, as threads share it.
    private let address: UInt

    /// The library's value.
    var pointer: OpaquePointer? {
        // SAFETY: made by `make`, alive until `deinit`.
        unsafe OpaquePointer(bitPattern: address)
    }

    private init(address: UInt) { self.address = address }

    /// Makes one with the rules that both sides have.
    static func make() throws(TLSError) -> TLSContext {
        TLSError.forget()
        // SAFETY: the method is a constant of the library's; nil is checked.
        guard let made = unsafe SSL_CTX_new(TLS_method()) else {
            throw TLSError.last("SSL_CTX_new")
        }
        let context = TLSContext(address: UInt(bitPattern: made))
        // SAFETY: `made` is alive as long as `context`, in all calls below.
        guard unsafe apus_tls_refuse_old_versions(made) == 1 else {
            throw TLSError.last("TLS 1.2")
        }
        unsafe apus_tls_keep_it_plain(made)
        unsafe apus_tls_release_buffers(made)
        return context
    }

    deinit {
        // SAFETY: made by `make`, and given up once; sessions have references of their own.
        unsafe SSL_CTX_free(pointer)
    }

    /// Takes certificates in PEM as those of authorities.
    borrowing func trust(_ authorities: [UInt8]) throws(TLSError) {
        // SAFETY: the store belongs to the context, and takes references of its own.
        guard let store = unsafe SSL_CTX_get_cert_store(pointer) else {
            throw TLSError(.badMaterial("no store of authorities"))
        }
        let count = try unsafe Self.readCertificates(authorities) {
            unsafe X509_STORE_add_cert(store, $0) == 1
        }
        guard count > 0 else { throw TLSError(.badMaterial("no certificate of an authority")) }
    }

    /// Shows a certificate, and proves with its key that it is ours.
    borrowing func use(_ identity: TLSIdentity) throws(TLSError) {
        var isFirst = true
        let context = unsafe pointer
        let count = try unsafe Self.readCertificates(identity.certificates) { certificate in
            defer { isFirst = false }
            // SAFETY: the context takes references of its own.
            return isFirst
                ? unsafe SSL_CTX_use_certificate(context, certificate) == 1
                : unsafe apus_tls_add_to_chain(context, certificate) == 1
        }
        guard count > 0 else { throw TLSError(.badMaterial("no certificate")) }
        TLSError.forget()
        let key = try unsafe Self.readKey(identity.key)
        // SAFETY: made above and given up here; the context takes a reference of its own.
        defer { unsafe EVP_PKEY_free(key) }
        guard unsafe SSL_CTX_use_PrivateKey(context, key) == 1,
            unsafe SSL_CTX_check_private_key(context) == 1
        else {
            TLSError.forget()
            throw TLSError(.badMaterial("the key does not belong to the certificate"))
        }
    }

    /// Hands each certificate of a PEM text to `body`, and tells how many there were.
    private static func readCertificates(
        _ text: [UInt8],
        _ body: (OpaquePointer) -> Bool
    ) throws(TLSError) -> Int {
        TLSError.forget()
        defer { TLSError.forget() }
        // SAFETY: the text stays in place while the source reads it, and the source is freed
        // before the closure ends.
        let outcome = unsafe text.withUnsafeBufferPointer { bytes -> Result<Int, TLSError> in
            guard let source = unsafe apus_tls_reading(bytes.baseAddress, bytes.count) else {
                return .success(0)
            }
            defer { unsafe BIO_free(source) }
            var count = 0
            while let certificate = unsafe apus_tls_read_certificate(source) {
                defer { unsafe X509_free(certificate) }
                count += 1
                guard count <= maximumCertificateCount else {
                    return .failure(
                        TLSError(.badMaterial("more than \(maximumCertificateCount) certificates"))
                    )
                }
                guard unsafe body(certificate) else {
                    return .failure(.unusable("certificate \(count)"))
                }
            }
            guard apus_tls_is_end_of_pem() == 1 else {
                return .failure(.unusable("certificate \(count + 1)"))
            }
            return .success(count)
        }
        return try outcome.get()
    }

    /// The key of a PEM text, which the caller frees.
    static func readKey(_ text: [UInt8]) throws(TLSError) -> OpaquePointer {
        // SAFETY: as for certificates.
        let key = unsafe text.withUnsafeBufferPointer { bytes -> OpaquePointer? in
            guard let source = unsafe apus_tls_reading(bytes.baseAddress, bytes.count) else {
                return nil
            }
            defer { unsafe BIO_free(source) }
            return unsafe apus_tls_read_key(source)
        }
        guard let key = unsafe key else {
            TLSError.forget()
            throw TLSError(.badMaterial("no private key in PEM without a pass phrase"))
        }
        return unsafe key
    }
}

extension TLSError {
    /// What the library says about a piece of PEM.
    static func unusable(_ what: String) -> TLSError {
        TLSError(.badMaterial("\(TLSError.last(what))"))
    }
}

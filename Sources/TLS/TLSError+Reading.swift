// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

extension TLSError {
    /// The longest text of the library's that is kept, in bytes.
    private static let maximumTextByteCount = 256
    /// Alerts of the other side are reasons from here on.
    private static let firstAlertReason = CInt(SSL_AD_REASON_OFFSET)

    /// Forgets what went wrong before on this thread.
    static func forget() { ERR_clear_error() }

    /// What went wrong in the call before, which is then forgotten.
    static func last(_ call: String) -> TLSError {
        // The first is the cause of the others.
        let code = ERR_get_error()
        ERR_clear_error()
        guard code != 0 else { return TLSError(.broken("\(call): no reason given")) }
        let reason = apus_tls_error_reason(code)
        if apus_tls_error_library(code) == ERR_LIB_SSL {
            if let known = known(reason) { return TLSError(known) }
            if reason >= firstAlertReason {
                return TLSError(.refused(alert(text(of: code))))
            }
        }
        return TLSError(.broken("\(call): \(text(of: code))"))
    }

    /// The reasons that are told in words of ours.
    private static func known(_ reason: CInt) -> Mistake? {
        switch reason {
        case SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_WRONG_SSL_VERSION, SSL_R_VERSION_TOO_LOW,
            SSL_R_TLSV1_ALERT_PROTOCOL_VERSION, SSL_R_NO_PROTOCOLS_AVAILABLE,
            SSL_R_UNKNOWN_PROTOCOL:
            .oldVersion
        case SSL_R_WRONG_VERSION_NUMBER, SSL_R_HTTP_REQUEST, SSL_R_HTTPS_PROXY_REQUEST,
            SSL_R_PACKET_LENGTH_TOO_LONG, SSL_R_BAD_RECORD_TYPE, SSL_R_UNEXPECTED_RECORD:
            .notTLS
        default: nil
        }
    }

    /// The words for an alert (RFC 8446 §6), without the version that it came with.
    private static func alert(_ text: String) -> String {
        let words = text.split(separator: " ")
        guard words.count > 2, words[1] == "alert" else { return text }
        return words.dropFirst(2).joined(separator: " ")
    }

    /// The library's words for an error.
    private static func text(of code: UInt) -> String {
        // SAFETY: the library answers a constant text that ends with a zero byte, or nothing.
        guard let text = unsafe ERR_reason_error_string(code) else { return "error \(code)" }
        return unsafe String(cString: text)
    }

    /// What a certificate was refused for; `wanted`: who it should be for.
    init(verifying code: CInt, of certificate: OpaquePointer?, wanted: String) {
        guard let certificate = unsafe certificate else {
            self.init(.badCertificate(Self.words(of: code)))
            return
        }
        switch code {
        case X509_V_ERR_CERT_HAS_EXPIRED:
            // SAFETY: the time belongs to the certificate, which outlives this call.
            let end = unsafe X509_get0_notAfter(certificate)
            self.init(
                unsafe .expired(since: Self.written { unsafe apus_tls_day(end, $0, $1) })
            )
        case X509_V_ERR_CERT_NOT_YET_VALID:
            // SAFETY: as above.
            let start = unsafe X509_get0_notBefore(certificate)
            self.init(
                unsafe .notYetValid(until: Self.written { unsafe apus_tls_day(start, $0, $1) })
            )
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
            X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,
            X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, X509_V_ERR_CERT_UNTRUSTED:
            // SAFETY: the certificate outlives the call, which writes no further than it is told.
            self.init(
                unsafe .unknownAuthority(
                    Self.written { unsafe apus_tls_issuer(certificate, $0, $1) }
                )
            )
        case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH:
            // SAFETY: as above.
            let names = unsafe Self.written { unsafe apus_tls_names(certificate, $0, $1) }
            self.init(.wrongName(wanted: wanted, names: names))
        default: self.init(.badCertificate(Self.words(of: code)))
        }
    }

    /// The library's words for what is wrong with a certificate.
    private static func words(of code: CInt) -> String {
        // SAFETY: the library answers a constant text that ends with a zero byte.
        guard let text = unsafe X509_verify_cert_error_string(Int(code)) else { return "\(code)" }
        return unsafe String(cString: text)
    }

    /// The text that `write` leaves in the memory it is given, with a zero byte at its end.
    private static func written(
        _ write: (UnsafeMutablePointer<CChar>?, Int) -> Void
    ) -> String {
        var bytes = [CChar](repeating: 0, count: maximumTextByteCount)
        // SAFETY: the memory is valid during the call, and its size goes with it.
        unsafe bytes.withUnsafeMutableBufferPointer { unsafe write($0.baseAddress, $0.count) }
        return String(
            decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) },
            as: UTF8.self
        )
    }
}

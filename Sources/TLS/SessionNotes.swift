// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

/// What the library tells of one session while it works on it.
final class SessionNotes {
    /// Takes tickets for later.
    let keep: @Sendable ([UInt8]) -> Void
    /// Whom the other side must prove to be, for people.
    let wanted: String
    /// Why its certificate was refused.
    var mistake: TLSError?

    init(wanted: String, keep: @escaping @Sendable ([UInt8]) -> Void) {
        self.wanted = wanted
        self.keep = keep
    }

    /// Has the library lead from a session to its notes, which must live as long.
    func attach(to session: OpaquePointer) {
        // SAFETY: `TLSSession` owns both and frees the session first.
        _ = unsafe SSL_set_ex_data(session, 0, Unmanaged.passUnretained(self).toOpaque())
    }

    /// The notes of a session.
    @unsafe static func of(_ session: OpaquePointer) -> SessionNotes? {
        // SAFETY: the place is written by `attach` only.
        guard let place = unsafe SSL_get_ex_data(session, 0) else { return nil }
        return unsafe Unmanaged<SessionNotes>.fromOpaque(place).takeUnretainedValue()
    }
}

/// Called by the library with what it thinks of a certificate; its verdict stands.
func noteVerdict(_ isGood: CInt, _ checking: OpaquePointer?) -> CInt {
    guard isGood != 1 else { return 1 }
    // SAFETY: the library calls this inside `TLSSession`'s calls, with values that are alive.
    guard let checking = unsafe checking,
        let place = unsafe X509_STORE_CTX_get_ex_data(
            checking,
            SSL_get_ex_data_X509_STORE_CTX_idx()
        ),
        let notes = unsafe SessionNotes.of(OpaquePointer(place))
    else { return 0 }
    let code = unsafe X509_STORE_CTX_get_error(checking)
    // The server's own certificate, whatever signer of it was refused.
    let isExpiry = code == X509_V_ERR_CERT_HAS_EXPIRED || code == X509_V_ERR_CERT_NOT_YET_VALID
    let certificate =
        isExpiry
        ? unsafe X509_STORE_CTX_get_current_cert(checking)
        : unsafe X509_STORE_CTX_get0_cert(checking)
    unsafe notes.mistake = TLSError(verifying: code, of: certificate, wanted: notes.wanted)
    return 0
}

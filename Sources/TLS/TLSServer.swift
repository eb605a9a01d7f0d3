// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

/// Takes encrypted connections of clients.
package final class TLSServer: Sendable {
    private let context: TLSContext
    /// The wall clock, in seconds since 1970.
    private let wallSeconds: @Sendable () -> Int64

    /// `clients`: the authorities, in PEM, that clients must have a certificate of; nil where
    /// everybody may come.
    package init(
        as identity: TLSIdentity,
        admitting clients: [UInt8]? = nil,
        wallSeconds: @escaping @Sendable () -> Int64
    ) throws(TLSError) {
        context = try TLSContext.make()
        self.wallSeconds = wallSeconds
        try context.use(identity)
        // SAFETY: the context is alive, the name is copied, the function is one of the whole
        // program.
        let name = TLSContext.protocolName
        _ = unsafe SSL_CTX_set_session_id_context(context.pointer, name, CUnsignedInt(name.count))
        unsafe SSL_CTX_set_alpn_select_cb(context.pointer, chooseProtocol, nil)
        guard let clients else { return }
        try context.trust(clients)
        unsafe SSL_CTX_set_verify(
            context.pointer,
            SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
            nil
        )
    }

    /// Waits for the first bytes of a client.
    package func session() throws(TLSError) -> TLSSession {
        try TLSSession(accepting: context, at: wallSeconds())
    }
}

/// Called by the library with the protocols that a client offers; `dot` is chosen, else none.
private func chooseProtocol(
    _ session: OpaquePointer?,
    _ chosen: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
    _ chosenByteCount: UnsafeMutablePointer<UInt8>?,
    _ offered: UnsafePointer<UInt8>?,
    _ offeredByteCount: CUnsignedInt,
    _ context: UnsafeMutableRawPointer?
) -> CInt {
    // SAFETY: the pointers are the library's promise for the time of this call; what is chosen
    // lies in what was offered.
    guard let offered = unsafe offered, let chosen = unsafe chosen,
        let chosenByteCount = unsafe chosenByteCount
    else { return SSL_TLSEXT_ERR_NOACK }
    let bytes = unsafe UnsafeBufferPointer(start: offered, count: Int(offeredByteCount))
    var offset = 0
    // LIMIT: each turn moves on by one byte at least.
    while offset < bytes.count {
        let count = unsafe Int(bytes[offset])
        guard offset + 1 + count <= bytes.count else { break }
        if unsafe bytes[offset...].prefix(1 + count).elementsEqual(TLSContext.protocolName) {
            unsafe chosen.pointee = unsafe offered + offset + 1
            unsafe chosenByteCount.pointee = UInt8(truncatingIfNeeded: count)
            return SSL_TLSEXT_ERR_OK
        }
        offset += 1 + count
    }
    return SSL_TLSEXT_ERR_NOACK
}

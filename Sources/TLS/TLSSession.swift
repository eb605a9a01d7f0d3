// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL
import Wire

/// One encrypted connection, without its socket: bytes go in and come out on either side.
///
/// Whoever has the socket hands in what came from it (`receive`) and sends on what is to be sent
/// (`moveOutput`) after each call. It is used by one thread.
@safe package final class TLSSession {
    /// The most encrypted bytes that may wait for `moveOutput` when more come in.
    package static let maximumOutputByteCount = 1 << 18
    /// How many bytes the library is given at a time, so that it never keeps more of them.
    private static let pieceByteCount = 16_384

    private let session: OpaquePointer
    private let notes: SessionNotes
    /// Where the library reads encrypted bytes, and where it writes them; the session owns both.
    private let source: OpaquePointer
    private let target: OpaquePointer
    private var buffer: [UInt8] = []

    /// Whether hands were shaken, so that `send` may be called.
    package private(set) var isOpen = false
    /// Whether the other side said that nothing more comes.
    package private(set) var hasEnded = false
    /// Why nothing goes on.
    package private(set) var failure: TLSError?

    private init(_ context: borrowing TLSContext, _ notes: SessionNotes) throws(TLSError) {
        TLSError.forget()
        // SAFETY: nil is checked; what was made is freed where the rest could not be made.
        guard let made = unsafe SSL_new(context.pointer) else { throw TLSError.last("SSL_new") }
        guard let source = unsafe BIO_new(BIO_s_mem()) else {
            unsafe SSL_free(made)
            throw TLSError.last("BIO_new")
        }
        guard let target = unsafe BIO_new(BIO_s_mem()) else {
            unsafe BIO_free(source)
            unsafe SSL_free(made)
            throw TLSError.last("BIO_new")
        }
        unsafe session = made
        unsafe self.source = source
        unsafe self.target = target
        self.notes = notes
        // SAFETY: the session now owns source and target.
        unsafe SSL_set_bio(made, source, target)
        unsafe notes.attach(to: made)
    }

    deinit {
        // SAFETY: made by `init`, and given up once, with what it owns.
        withExtendedLifetime(notes) { unsafe SSL_free(session) }
    }

    /// Begins as a client, with a ticket of an earlier connection to the same peer.
    convenience init(
        connecting context: borrowing TLSContext,
        to peer: TLSPeer,
        ticket: [UInt8]?,
        at wallSeconds: Int64,
        keep: @escaping @Sendable ([UInt8]) -> Void
    ) throws(TLSError) {
        try self.init(context, SessionNotes(wanted: "\(peer.identity)", keep: keep))
        // SAFETY: the session is alive as long as `self`.
        unsafe SSL_set_connect_state(session)
        unsafe SSL_set_verify(session, SSL_VERIFY_PEER, noteVerdict)
        let name = TLSContext.protocolName
        // SAFETY: the bytes are copied during the call. Here 0 means that it worked.
        guard unsafe SSL_set_alpn_protos(session, name, CUnsignedInt(name.count)) == 0 else {
            throw TLSError.last("ALPN")
        }
        try require(peer.identity, at: wallSeconds)
        if let ticket { use(ticket) }
        var nothing: [UInt8] = []
        try advance(into: &nothing)
    }

    /// Waits for a client.
    convenience init(
        accepting context: borrowing TLSContext,
        at wallSeconds: Int64
    ) throws(TLSError) {
        try self.init(context, SessionNotes(wanted: "a client", keep: { _ in }))
        // SAFETY: the session and its parameters are alive as long as `self`.
        unsafe SSL_set_accept_state(session)
        unsafe X509_VERIFY_PARAM_set_time(SSL_get0_param(session), Int(wallSeconds))
    }

    /// Has the certificate checked: for whom it must be, and that it is valid now.
    private func require(_ identity: TLSPeer.Identity, at wallSeconds: Int64) throws(TLSError) {
        // SAFETY: the parameters belong to the session; names and addresses are copied.
        let parameters = unsafe SSL_get0_param(session)
        unsafe X509_VERIFY_PARAM_set_time(parameters, Int(wallSeconds))
        let rules = X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT
        unsafe X509_VERIFY_PARAM_set_hostflags(parameters, CUnsignedInt(rules))
        switch identity {
        case .name(let name):
            guard unsafe SSL_set1_host(session, name) == 1,
                unsafe apus_tls_ask_for(session, name) == 1
            else { throw TLSError.last("'\(name)'") }
        case .address(let address):
            let bytes = (0..<address.byteCount).map { address.byte(at: $0) }
            guard unsafe X509_VERIFY_PARAM_set1_ip(parameters, bytes, bytes.count) == 1 else {
                throw TLSError.last("\(address)")
            }
        }
    }

    /// Offers a ticket; one that cannot be read is as good as none.
    private func use(_ ticket: [UInt8]) {
        // SAFETY: the bytes stay in place during the call, which copies them; the session takes a
        // reference of its own.
        let known = unsafe ticket.withUnsafeBufferPointer { bytes -> OpaquePointer? in
            var place = bytes.baseAddress
            return unsafe d2i_SSL_SESSION(nil, &place, bytes.count)
        }
        if let known = unsafe known {
            unsafe SSL_set_session(session, known)
            unsafe SSL_SESSION_free(known)
        }
        TLSError.forget()
    }

    // MARK: In

    /// Takes bytes that came from the other side, and adds what they mean to `plain`.
    ///
    /// Once the other side has ended, nothing more is looked at.
    package func receive(_ bytes: Span<UInt8>, into plain: inout [UInt8]) throws(TLSError) {
        if let failure { throw failure }
        var offset = 0
        // LIMIT: each turn takes at least one byte.
        while offset < bytes.count, !hasEnded {
            let end = min(offset + Self.pieceByteCount, bytes.count)
            let piece = bytes.extracting(offset..<end)
            // SAFETY: the bytes stay in place during the call, which copies them.
            let count = unsafe piece.withUnsafeBufferPointer { piece in
                unsafe BIO_write(source, piece.baseAddress, CInt(piece.count))
            }
            guard Int(count) == piece.count else { throw fail(TLSError.last("BIO_write")) }
            offset = end
            try advance(into: &plain)
            // SAFETY: the target lives as long as the session.
            guard unsafe BIO_ctrl_pending(target) <= Self.maximumOutputByteCount else {
                throw fail(TLSError(.flooded))
            }
        }
    }

    /// The connection has ended; throws where that was not announced.
    package func endInput() throws(TLSError) {
        if let failure { throw failure }
        guard !hasEnded else { return }
        throw fail(TLSError(isOpen ? .truncated : .noHandshake))
    }

    /// Works on what is there: shakes hands, then reads.
    private func advance(into plain: inout [UInt8]) throws(TLSError) {
        if !isOpen {
            TLSError.forget()
            // SAFETY: the session is alive as long as `self`.
            let outcome = unsafe SSL_do_handshake(session)
            guard outcome == 1 else { return try judge(outcome, "handshake") }
            isOpen = true
        }
        if buffer.isEmpty { buffer = [UInt8](repeating: 0, count: Self.pieceByteCount) }
        // LIMIT: what was handed in is used up, and nothing else is read.
        while true {
            TLSError.forget()
            // SAFETY: the library writes at most as many bytes as it is told.
            let count = unsafe buffer.withUnsafeMutableBufferPointer { buffer in
                unsafe SSL_read(session, buffer.baseAddress, CInt(buffer.count))
            }
            guard count > 0 else { return try judge(count, "read") }
            plain += buffer.prefix(Int(count))
        }
    }

    /// Returns where more bytes are wanted or nothing more comes, and throws what went wrong.
    private func judge(_ outcome: CInt, _ call: String) throws(TLSError) {
        // SAFETY: the session is alive as long as `self`.
        switch unsafe SSL_get_error(session, outcome) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return
        case SSL_ERROR_ZERO_RETURN:
            guard isOpen else { throw fail(TLSError(.noHandshake)) }
            hasEnded = true
        default:
            let error = TLSError.last(call)
            throw fail(notes.mistake ?? error)
        }
    }

    private func fail(_ error: TLSError) -> TLSError {
        failure = error
        isOpen = false
        return error
    }

    // MARK: Out

    /// Encrypts bytes for the other side; hands must have been shaken.
    package func send(_ plain: Span<UInt8>) throws(TLSError) {
        if let failure { throw failure }
        precondition(isOpen, "hands are shaken before anything is said")
        guard !plain.isEmpty else { return }
        TLSError.forget()
        var count = 0
        // SAFETY: the bytes stay in place during the call.
        let outcome = unsafe plain.withUnsafeBufferPointer { plain in
            unsafe SSL_write_ex(session, plain.baseAddress, plain.count, &count)
        }
        guard outcome == 1, count == plain.count else {
            throw fail(TLSError.last("write"))
        }
    }

    /// Tells the other side that nothing more comes.
    package func close() {
        guard isOpen else { return }
        TLSError.forget()
        // SAFETY: the session is alive as long as `self`. What is to be said waits for `moveOutput`.
        _ = unsafe SSL_shutdown(session)
        TLSError.forget()
        isOpen = false
    }

    /// Whether there are encrypted bytes to be sent.
    package var hasOutput: Bool {
        // SAFETY: the target lives as long as the session.
        unsafe BIO_ctrl_pending(target) > 0
    }

    /// Adds the encrypted bytes that are to be sent to `cipher`; also after a failure, as the other
    /// side is told of it.
    package func moveOutput(into cipher: inout [UInt8]) {
        // SAFETY: the target lives as long as the session.
        let count = unsafe BIO_ctrl_pending(target)
        guard count > 0, count <= Int(Int32.max) else { return }
        let start = cipher.count
        cipher += [UInt8](repeating: 0, count: count)
        // SAFETY: there is room for as many bytes as are read.
        let read = unsafe cipher.withUnsafeMutableBufferPointer { cipher in
            unsafe BIO_read(target, cipher.baseAddress.map { unsafe $0 + start }, CInt(count))
        }
        cipher.removeLast(count - max(0, Int(read)))
    }

    // MARK: For people and tests

    /// Whether it began with a ticket of an earlier connection.
    package var isResumed: Bool {
        // SAFETY: the session is alive as long as `self`.
        unsafe SSL_session_reused(session) == 1
    }

    /// The version that is spoken: `TLSv1.3`.
    package var version: String {
        // SAFETY: the library answers a constant text that ends with a zero byte.
        guard let text = unsafe SSL_get_version(session) else { return "" }
        return unsafe String(cString: text)
    }

    /// The protocol that both sides agreed on; empty for none.
    package var applicationProtocol: String {
        var bytes: UnsafePointer<UInt8>?
        var count: CUnsignedInt = 0
        // SAFETY: the bytes belong to the session, and are copied at once.
        unsafe SSL_get0_alpn_selected(session, &bytes, &count)
        let text = unsafe UnsafeBufferPointer(start: bytes, count: Int(count))
        return unsafe String(decoding: text, as: UTF8.self)
    }
}

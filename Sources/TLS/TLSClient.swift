// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL
import Synchronization

/// Begins encrypted connections to servers that must prove who they are (RFC 8310 §5: strict).
///
/// TLS 1.2 or 1.3. There is no way to leave out the check of the certificate. All workers share
/// one, with the tickets by which the next connection to the same peer begins sooner.
package final class TLSClient: Sendable {
    private let context: TLSContext
    private let tickets = Mutex(TicketStore())
    /// The wall clock, in seconds since 1970.
    private let wallSeconds: @Sendable () -> Int64

    /// Trusts whoever `authorities` in PEM sign for; `identity`: who we are, where a server asks.
    package init(
        trusting authorities: [UInt8],
        as identity: TLSIdentity? = nil,
        wallSeconds: @escaping @Sendable () -> Int64
    ) throws(TLSError) {
        context = try TLSContext.make()
        self.wallSeconds = wallSeconds
        try context.trust(authorities)
        if let identity { try context.use(identity) }
        // SAFETY: the context is alive, and the function is one of the whole program.
        unsafe apus_tls_hand_out_tickets(context.pointer)
        unsafe SSL_CTX_sess_set_new_cb(context.pointer, noteTicket)
    }

    /// Begins a connection; the first bytes to be sent are there at once.
    package func session(to peer: TLSPeer) throws(TLSError) -> TLSSession {
        let ticket = tickets.withLock { $0.take(for: peer) }
        return try TLSSession(
            connecting: context,
            to: peer,
            ticket: ticket,
            at: wallSeconds(),
            keep: { [weak self] ticket in self?.tickets.withLock { $0.keep(ticket, for: peer) } }
        )
    }

    /// How many connections to a peer can begin sooner.
    package func ticketCount(for peer: TLSPeer) -> Int {
        tickets.withLock { $0.count(for: peer) }
    }
}

/// Called by the library when a ticket has come; 0, as we keep a copy and not the session itself.
private func noteTicket(_ session: OpaquePointer?, _ ticket: OpaquePointer?) -> CInt {
    // SAFETY: the library calls this inside `TLSSession`'s calls, with values that are alive.
    guard let session = unsafe session, let ticket = unsafe ticket,
        unsafe SSL_SESSION_is_resumable(ticket) == 1,
        let notes = unsafe SessionNotes.of(session)
    else { return 0 }
    let count = unsafe i2d_SSL_SESSION(ticket, nil)
    guard count > 0, Int(count) <= TicketStore.maximumTicketByteCount else { return 0 }
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: Int(count)) { buffer, written in
        // SAFETY: as many bytes are written as were counted.
        var place = buffer.baseAddress
        written = unsafe max(0, Int(i2d_SSL_SESSION(ticket, &place)))
    }
    notes.keep(bytes)
    return 0
}

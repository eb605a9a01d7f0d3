// SPDX-License-Identifier: Apache-2.0

/// The tickets with which connections to the same peers begin sooner (RFC 8446 §2.2).
///
/// Each is used once, so that nobody on the way can tell that two connections belong together
/// (RFC 8446 §C.4).
struct TicketStore: Sendable {
    /// The most tickets of one peer.
    static let maximumTicketCount = 4
    /// The most peers.
    static let maximumPeerCount = 64
    /// The longest ticket, with what belongs to it, in bytes.
    static let maximumTicketByteCount = 16_384

    private var tickets: [TLSPeer: [[UInt8]]] = [:]
    /// Who has tickets, whoever got the first one earliest first.
    private var peers: [TLSPeer] = []

    init() {}

    /// Keeps a ticket; the oldest of the peer goes where there are too many.
    mutating func keep(_ ticket: [UInt8], for peer: TLSPeer) {
        guard ticket.count <= Self.maximumTicketByteCount else { return }
        var kept = tickets[peer] ?? []
        if kept.isEmpty {
            if peers.count == Self.maximumPeerCount { tickets[peers.removeFirst()] = nil }
            peers.append(peer)
        }
        if kept.count == Self.maximumTicketCount { kept.removeFirst() }
        kept.append(ticket)
        tickets[peer] = kept
    }

    /// Gives out the newest ticket for a peer.
    mutating func take(for peer: TLSPeer) -> [UInt8]? {
        guard let ticket = tickets[peer]?.popLast() else { return nil }
        if tickets[peer]?.isEmpty == true {
            tickets[peer] = nil
            peers.removeAll { $0 == peer }
        }
        return ticket
    }

    func count(for peer: TLSPeer) -> Int { tickets[peer]?.count ?? 0 }

    var peerCount: Int { peers.count }
}

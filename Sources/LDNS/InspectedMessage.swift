// SPDX-License-Identifier: Apache-2.0

internal import CLDNS

/// A whole message as libldns understands it: a second opinion on what our own code wrote.
///
/// libldns is lenient and slow with messages, so this is for tests and never for the network.
package struct InspectedMessage: Hashable, Sendable {
    /// One record, or a question with a TTL of 0 and no data.
    package struct Entry: Hashable, Sendable, CustomStringConvertible {
        package let owner: String
        /// Time to live, in seconds.
        package let ttl: UInt32
        package let recordClass: String
        package let type: String
        package let data: String

        package var description: String { "\(owner) \(ttl) \(recordClass) \(type) \(data)" }
    }

    /// What OPT says (RFC 6891); libldns takes it out of the additional section.
    package struct Options: Hashable, Sendable {
        package let udpByteCount: UInt16
        /// The upper bits of the response code.
        package let extendedCode: UInt8
        package let version: UInt8
        package let wantsSignatures: Bool
    }

    package let id: UInt16
    /// The lower bits of the response code.
    package let code: UInt8
    package let isResponse: Bool
    package let isAuthoritative: Bool
    package let isTruncated: Bool
    package let questions: [Entry]
    package let answers: [Entry]
    package let authorities: [Entry]
    package let additionals: [Entry]
    package let options: Options?

    /// Reads the message that `wire` holds.
    package init(_ wire: [UInt8]) throws(LDNSError) {
        let packet = try Packet.reading(wire)
        // SAFETY: everything is copied out of the packet, which lives to the end of `init`.
        let whole = unsafe packet.pointer
        id = unsafe ldns_pkt_id(whole)
        code = unsafe UInt8(truncatingIfNeeded: ldns_pkt_get_rcode(whole).rawValue)
        isResponse = unsafe ldns_pkt_qr(whole)
        isAuthoritative = unsafe ldns_pkt_aa(whole)
        isTruncated = unsafe ldns_pkt_tc(whole)
        questions = unsafe Self.entries(ldns_pkt_question(whole))
        answers = unsafe Self.entries(ldns_pkt_answer(whole))
        authorities = unsafe Self.entries(ldns_pkt_authority(whole))
        additionals = unsafe Self.entries(ldns_pkt_additional(whole))
        if unsafe ldns_pkt_edns(whole) {
            options = unsafe Options(
                udpByteCount: ldns_pkt_edns_udp_size(whole),
                extendedCode: ldns_pkt_edns_extended_rcode(whole),
                version: ldns_pkt_edns_version(whole),
                wantsSignatures: ldns_pkt_edns_do(whole)
            )
        } else {
            options = nil
        }
        _ = consume packet
    }

    /// Copies the records of one section.
    private static func entries(_ list: UnsafeMutablePointer<ldns_rr_list>?) -> [Entry] {
        // SAFETY: records are asked for below their count only.
        guard let list = unsafe list else { return [] }
        var entries: [Entry] = []
        for index in 0..<(unsafe ldns_rr_list_rr_count(list)) {
            guard let record = unsafe ldns_rr_list_rr(list, index),
                let text = unsafe ldns_rr2str(record)
            else { continue }
            defer { unsafe free(text) }
            let line = unsafe String(cString: text).prefix { $0 != "\n" }
            let isQuestion = unsafe ldns_rr_is_question(record)
            let fields = line.split(
                separator: "\t",
                maxSplits: isQuestion ? 3 : 4,
                omittingEmptySubsequences: false
            )
            // A question has no TTL; libldns leaves its field out.
            let count = isQuestion ? 3 : 4
            guard fields.count >= count else { continue }
            entries.append(
                Entry(
                    owner: String(fields[0]),
                    ttl: isQuestion ? 0 : UInt32(fields[1]) ?? 0,
                    recordClass: String(fields[count - 2]),
                    type: String(fields[count - 1].prefix { $0 != "\t" }),
                    data: fields.count > 4 ? String(fields[4]) : ""
                )
            )
        }
        return entries
    }
}

/// A message in libldns's form.
@safe private struct Packet: ~Copyable {
    let pointer: UnsafeMutablePointer<ldns_pkt>

    private init(_ pointer: UnsafeMutablePointer<ldns_pkt>) { unsafe self.pointer = pointer }

    static func reading(_ wire: [UInt8]) throws(LDNSError) -> Packet {
        var made: UnsafeMutablePointer<ldns_pkt>?
        // SAFETY: libldns reads inside the count that it is given.
        let status = unsafe wire.withUnsafeBufferPointer { bytes in
            unsafe ldns_wire2pkt(&made, bytes.baseAddress, bytes.count)
        }
        guard status == LDNS_STATUS_OK, let made = unsafe made else {
            throw LDNSError(status: status)
        }
        return unsafe Packet(made)
    }

    deinit {
        // SAFETY: it was made in `reading`, and nobody else holds it.
        unsafe ldns_pkt_free(pointer)
    }
}

// SPDX-License-Identifier: Apache-2.0

/// The 12 bytes that begin every DNS message (RFC 1035 §4.1.1).
package struct Header: Hashable, Sendable {
    package static let byteCount = 12

    package var id: UInt16
    package var flags: Flags
    package var questionCount: UInt16
    package var answerCount: UInt16
    package var authorityCount: UInt16
    package var additionalCount: UInt16

    package init(
        id: UInt16,
        flags: Flags,
        questionCount: UInt16 = 0,
        answerCount: UInt16 = 0,
        authorityCount: UInt16 = 0,
        additionalCount: UInt16 = 0
    ) {
        self.id = id
        self.flags = flags
        self.questionCount = questionCount
        self.answerCount = answerCount
        self.authorityCount = authorityCount
        self.additionalCount = additionalCount
    }

    /// Reads the header at the start of `message`.
    package init(parsing message: Span<UInt8>) throws(WireError) {
        guard message.count >= Self.byteCount else { throw .truncated(offset: message.count) }
        // The one check above covers every fixed offset below.
        id = message.uint16(at: 0)
        flags = Flags(rawValue: message.uint16(at: 2))
        questionCount = message.uint16(at: 4)
        answerCount = message.uint16(at: 6)
        authorityCount = message.uint16(at: 8)
        additionalCount = message.uint16(at: 10)
    }
}

/// The second 16 bits of a header: what kind of message it is, and how it fared.
package struct Flags: OptionSet, Hashable, Sendable {
    package var rawValue: UInt16

    package init(rawValue: UInt16) { self.rawValue = rawValue }

    /// QR: a response, not a query.
    package static let response = Flags(rawValue: 0x8000)
    /// AA: the answer comes from the zone's own data.
    package static let authoritative = Flags(rawValue: 0x0400)
    /// TC: something that was needed did not fit.
    package static let truncated = Flags(rawValue: 0x0200)
    /// RD: the client wants the whole answer.
    package static let recursionDesired = Flags(rawValue: 0x0100)
    /// RA: the server can find whole answers.
    package static let recursionAvailable = Flags(rawValue: 0x0080)
    /// AD: the data was verified (RFC 4035 §3.2.3).
    package static let authenticData = Flags(rawValue: 0x0020)
    /// CD: the client verifies by itself (RFC 4035 §3.2.2).
    package static let checkingDisabled = Flags(rawValue: 0x0010)

    /// RD and CD: what a response repeats of its query (RFC 1035 §4.1.1, RFC 4035 §3.2.2).
    ///
    /// Written as bits, because a literal of several flags would be put together at each use.
    package static let repeated = Flags(rawValue: 0x0110)
    /// TC, RD, RA, AD and CD: what a refusal before any plugin repeats.
    package static let refused = Flags(rawValue: 0x03B0)

    /// QR, RA and AD: what a reply that is kept repeats of itself.
    package static let relayed = Flags(rawValue: 0x80A0)

    // By bits: those that are made for every OptionSet are not seen through from elsewhere.

    /// Whether all of `other` are set.
    package func contains(_ other: Flags) -> Bool { rawValue & other.rawValue == other.rawValue }

    /// Those that both have.
    package func intersection(_ other: Flags) -> Flags {
        Flags(rawValue: rawValue & other.rawValue)
    }

    /// Sets all of `other`.
    package mutating func formUnion(_ other: Flags) { rawValue |= other.rawValue }

    /// The flags alone, with opcode and response code 0.
    package var withoutCode: Flags { Flags(rawValue: rawValue & 0x87F0) }

    /// What the message asks for.
    package var opcode: Opcode {
        get { Opcode(rawValue: UInt8(truncatingIfNeeded: rawValue >> 11) & 0x0F) }
        set { rawValue = rawValue & ~0x7800 | UInt16(newValue.rawValue & 0x0F) << 11 }
    }

    /// The lower four bits of the response code.
    package var code: UInt8 {
        get { UInt8(truncatingIfNeeded: rawValue) & 0x0F }
        set { rawValue = rawValue & ~0x000F | UInt16(newValue & 0x0F) }
    }
}

/// What a message asks for (RFC 1035 §4.1.1).
package struct Opcode: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// By number: the one that is made for every RawRepresentable is not seen through from elsewhere.
    @inlinable package static func == (left: Opcode, right: Opcode) -> Bool {
        left.rawValue == right.rawValue
    }

    package static let query = Opcode(rawValue: 0)
    package static let status = Opcode(rawValue: 2)
    package static let notify = Opcode(rawValue: 4)
    package static let update = Opcode(rawValue: 5)
}

// SPDX-License-Identifier: Apache-2.0

import Wire

/// Tells the reply to a question from everything else that may arrive in its place (RFC 5452 §9.1).
enum ReplyCheck {
    /// What a message is to a question.
    enum Finding {
        /// The reply: it has the question byte for byte, or none where it needs none.
        case reply
        /// The reply but for the case of letters in the question's name.
        case changedCase
        /// Anything else.
        case stranger
    }

    /// The codes that some servers send as a header and nothing else, without the question.
    private static let bareCodes: [ResponseCode] = [
        .formatError, .serverFailure, .notImplemented, .refused,
    ]

    /// What `reply` is to `question`, which has its one question first, its name uncompressed.
    ///
    /// A refusal may come without the question: it brings no data, so there is nothing to be
    /// deceived with.
    static func judge(_ reply: Span<UInt8>, to question: Span<UInt8>) -> Finding {
        guard reply.count >= Header.byteCount, question.count >= Header.byteCount,
            reply.uint16(at: 0) == question.uint16(at: 0)
        else { return .stranger }
        let flags = Flags(rawValue: reply.uint16(at: 2))
        guard flags.contains(.response),
            flags.opcode == Flags(rawValue: question.uint16(at: 2)).opcode
        else { return .stranger }
        switch reply.uint16(at: 4) {
        case 0:
            let isBare = reply.count == Header.byteCount
            return isBare && bareCodes.contains(where: { $0.rawValue == UInt16(flags.code) })
                ? .reply : .stranger
        case 1: return compareQuestions(reply, question)
        default: return .stranger
        }
    }

    /// Compares the first question of each.
    ///
    /// Letters stand at the same places once all other bytes are equal, since the length of a label
    /// is below every letter.
    private static func compareQuestions(
        _ reply: Span<UInt8>,
        _ question: Span<UInt8>
    ) -> Finding {
        guard let nameEnd = CaseMixing.nameEnd(of: question), nameEnd + 4 <= reply.count,
            reply.uint32(at: nameEnd) == question.uint32(at: nameEnd)
        else { return .stranger }
        let name = Header.byteCount..<nameEnd
        // What nearly every reply has: the very same bytes.
        if reply.extracting(name).hasSameBytes(as: question.extracting(name)) { return .reply }
        for index in name where reply[index] != question[index] {
            guard CaseMixing.isLetter(question[index]),
                reply[index] == question[index] ^ CaseMixing.caseBit
            else { return .stranger }
        }
        return .changedCase
    }
}

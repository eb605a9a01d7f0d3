// SPDX-License-Identifier: Apache-2.0

import Wire

/// Tells the reply to a question from everything else that may arrive in its place (RFC 5452 §9.1).
enum ReplyCheck {
    /// Whether `reply` is a response with the id and the one question of `question`.
    ///
    /// Names are compared without their case, since some servers do not keep it.
    static func isReply(_ reply: Span<UInt8>, to question: Span<UInt8>) -> Bool {
        guard let asked = try? Header(parsing: question), let header = try? Header(parsing: reply),
            header.id == asked.id, header.flags.contains(.response),
            header.flags.opcode == asked.flags.opcode, header.questionCount == 1,
            let askedName = try? QueryName(parsing: question, at: Header.byteCount),
            let name = try? QueryName(parsing: reply, at: Header.byteCount),
            name.byteCount == askedName.byteCount,
            name.suffix(fromLabel: 0, equals: askedName.lowercasedBytes)
        else { return false }
        let end = Header.byteCount + name.byteCount
        guard end + 4 <= reply.count, end + 4 <= question.count else { return false }
        return reply.uint32(at: end) == question.uint32(at: end)
    }
}

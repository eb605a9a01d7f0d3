// SPDX-License-Identifier: Apache-2.0

import Wire

/// Tells the reply to a question from everything else that may arrive in its place (RFC 5452 §9.1).
enum ReplyCheck {
    /// The codes that some servers send as a header and nothing else, without the question.
    private static let bareCodes: [UInt8] = [
        UInt8(truncatingIfNeeded: ResponseCode.formatError.rawValue),
        UInt8(truncatingIfNeeded: ResponseCode.serverFailure.rawValue),
        UInt8(truncatingIfNeeded: ResponseCode.notImplemented.rawValue),
        UInt8(truncatingIfNeeded: ResponseCode.refused.rawValue),
    ]

    /// Whether `reply` is a response with the id and the one question of `question`.
    ///
    /// Names are compared without their case, since some servers do not keep it. A refusal may come
    /// without the question: it brings no data, so there is nothing to be deceived with.
    static func isReply(_ reply: Span<UInt8>, to question: Span<UInt8>) -> Bool {
        guard let asked = try? Header(parsing: question), let header = try? Header(parsing: reply),
            header.id == asked.id, header.flags.contains(.response),
            header.flags.opcode == asked.flags.opcode
        else { return false }
        if header.questionCount == 0 {
            return reply.count == Header.byteCount && bareCodes.contains(header.flags.code)
        }
        guard header.questionCount == 1,
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

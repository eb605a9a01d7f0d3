// SPDX-License-Identifier: Apache-2.0

import Wire

/// Judges one answer; every function gives what is wrong with it, or nil.
struct Verdict {
    let asked: Asked
    /// The most bytes that the answer may have.
    let limit: Int

    /// Whether nothing may come back.
    static func mustBeSilent(_ asked: Asked) -> Bool {
        asked.fate == .silence || asked.client.port == 0
    }

    /// What is wrong with `reply`, of which each of `expected` would be right.
    func problem(with reply: [UInt8], expected: [Expected]) -> String? {
        if Self.mustBeSilent(asked) { return "it was answered, but nothing may come back" }
        guard reply.count <= limit else { return "it has \(reply.count) bytes of \(limit)" }
        guard let header = try? Header(parsing: reply.span) else { return "it has no header" }
        guard header.id == asked.id else { return "it has the id \(header.id)" }
        guard header.flags.contains(.response) else { return "it is no response" }
        switch asked.fate {
        case .silence: return nil
        case .header(let code): return headerProblem(reply, header, code)
        case .echo(let code): return echoProblem(reply, header, code)
        case .badVersion, .question: break
        }
        if let problem = questionProblem(reply, header) { return problem }
        guard let message = try? Message(parsing: reply.span) else { return "it cannot be parsed" }
        if let problem = optionsProblem(message) { return problem }
        if asked.fate == .badVersion {
            return message.code == .badVersion && message.answers.isEmpty
                ? nil : "BADVERS is wanted, \(message.code) came"
        }
        var first: String?
        for right in expected {
            guard let problem = problem(with: message, right, reply.count) else { return nil }
            first = first ?? problem
        }
        return first ?? "no answer would be right"
    }

    private func headerProblem(
        _ reply: [UInt8],
        _ header: Header,
        _ code: ResponseCode
    ) -> String? {
        reply.count == Header.byteCount && UInt16(header.flags.code) == code.rawValue
            && header.questionCount == 0
            ? nil : "a bare header with \(code) is wanted; \(reply.count) bytes came"
    }

    private func echoProblem(
        _ reply: [UInt8],
        _ header: Header,
        _ code: ResponseCode
    ) -> String? {
        let end = Header.byteCount + asked.questionByteCount
        return reply.count == end && UInt16(header.flags.code) == code.rawValue
            && reply[Header.byteCount..<end] == asked.bytes[Header.byteCount..<end]
            ? nil : "the question with \(code) is wanted; \(reply.count) bytes came"
    }

    /// The question comes back byte for byte, with the flags that go with it.
    private func questionProblem(_ reply: [UInt8], _ header: Header) -> String? {
        let end = Header.byteCount + asked.questionByteCount
        guard header.questionCount == 1, reply.count >= end,
            reply[Header.byteCount..<end] == asked.bytes[Header.byteCount..<end]
        else { return "its question is another one" }
        let kept: Flags = [.recursionDesired, .checkingDisabled]
        guard header.flags.intersection(kept) == asked.flags.intersection(kept),
            header.flags.opcode == asked.flags.opcode
        else { return "its flags do not go with the question" }
        return nil
    }

    /// OPT comes back to those who sent one, and to nobody else (RFC 6891 §6.1.1).
    private func optionsProblem(_ message: Message) -> String? {
        let found = message.additionals.filter { $0.type == .opt }
        guard found.count == (asked.udpByteCount == nil ? 0 : 1) else {
            return "it has \(found.count) OPT records"
        }
        guard let options = found.first else { return nil }
        guard options.owner == .root, options.ttl & 0x00FF_0000 == 0,
            (options.ttl & 0x8000 != 0) == asked.wantsSignatures, options.ttl & 0x7FFF == 0
        else { return "its OPT record is wrong: \(options)" }
        return nil
    }

    /// What tells `message` from one answer that would be right.
    private func problem(
        with message: Message,
        _ expected: Expected,
        _ byteCount: Int
    ) -> String? {
        guard message.code == expected.code else {
            return "\(expected.code) is wanted, \(message.code) came"
        }
        guard message.header.flags.contains(.authoritative) == expected.isAuthoritative else {
            return "AA is wrong"
        }
        let wanted = Set(expected.answers)
        let answers = message.answers.map { record in
            let fact = Fact(record).withoutAuthorityData
            return expected.mayBeKept ? fact.asFresh(as: wanted) : fact
        }
        guard Set(answers).count == answers.count else { return "a record came twice" }
        if let wrong = answers.first(where: { !wanted.contains($0) }) {
            return "\(wrong) is not true"
        }
        let denials = message.authorities
        guard denials.allSatisfy({ $0.type == .soa }), denials.count <= 1 else {
            return "its authority section is wrong"
        }
        if let denial = denials.first, Fact(denial).owner != expected.deniedBy ?? [] {
            return "its SOA record is that of \(denial.owner)"
        }
        let isShort =
            answers.count < wanted.count || (expected.deniedBy != nil && denials.isEmpty)
        guard message.header.flags.contains(.truncated) else {
            if isShort { return "records are missing, and TC is not set" }
            return additionalProblem(message, expected, byteCount)
        }
        if expected.mayBeCut { return nil }
        guard isShort else { return "TC is set, and nothing is missing" }
        // Another address of the name asked for would have taken so much.
        let hasRoom = expected.answers.allSatisfy {
            byteCount + 12 + $0.data.count <= limit && $0.owner == asked.lower
                && ($0.type == .a || $0.type == .aaaa)
        }
        return hasRoom && answers.count < wanted.count ? "it was cut, and there was room" : nil
    }

    private func additionalProblem(
        _ message: Message,
        _ expected: Expected,
        _ byteCount: Int
    ) -> String? {
        guard let wanted = expected.additionals else { return nil }
        let found = message.additionals.filter { $0.type != .opt }.map { Fact($0) }
        if let wrong = found.first(where: { !wanted.contains($0) }) {
            return "\(wrong) is not true"
        }
        if found.count < wanted.count, byteCount + 600 < limit {
            return "additional records are missing, and there was room"
        }
        return nil
    }
}

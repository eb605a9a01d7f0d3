// SPDX-License-Identifier: Apache-2.0

import Plugin
import Server
import Wire

/// The servers behind the server, each with its moods, and forgers on the way.
struct SimulatedUpstreams: Sendable {
    /// What comes of one exchange, and after how many nanoseconds.
    typealias News = [(delay: UInt64, news: ExchangeReply.News)]

    /// How many of so many questions in a row must stay without a reply in time for a server to think
    /// that it asks for too much.
    private static let rowCount = 100
    private static let manyLossCount = 22

    private var dice: Dice
    /// The names for which not every upstream did its best.
    private var faulted: Set<[UInt8]> = []
    /// Whether no reply came in time to each of the last questions.
    private var recent: [Bool] = []
    /// Whether so much got lost of so many questions that a server learns a limit from it, and beyond
    /// that refuses any name.
    private var isOverasked = false
    /// The names that were asked for.
    private var asked: Set<[UInt8]> = []
    private(set) var faults = FaultCounts()

    init(_ dice: Dice) { self.dice = dice }

    /// Whether a failure would be a right answer for `name`, in lower case.
    func isFaulted(_ name: [UInt8]) -> Bool { isOverasked || faulted.contains(name) }

    /// Notes that something stood in the way of every answer that was asked for until now.
    mutating func noteAll() { faulted.formUnion(asked) }

    /// Notes that something stood in the way of an answer for `name`.
    private mutating func note(_ name: [UInt8]) { faulted.insert(name) }

    /// Notes that no reply to a question for `name` comes in time.
    private mutating func noteLoss(_ name: [UInt8]) {
        note(name)
        if !recent.isEmpty { recent[recent.count - 1] = true }
        if recent.count(where: { $0 }) >= Self.manyLossCount { isOverasked = true }
    }

    /// What comes of an exchange.
    mutating func answer(_ exchange: Exchange, at now: Moment) -> News {
        let message = exchange.message
        guard let question = try? Message(parsing: message.span).questions.first else { return [] }
        let name = question.name.lowercased.bytes
        asked.insert(name)
        if recent.count == Self.rowCount { recent.removeFirst() }
        recent.append(false)
        let delay = UInt64(dice.number(1...25)) * 1_000_000 + 1
        let left = exchange.deadline.nanoseconds(since: now)
        // A wait that a jump of the clock has cut short.
        if left <= delay { note(name) }
        let reply = reply(to: exchange, question)
        switch dice.below(100) {
        case 0..<55: return [(delay, .message(reply))]
        case 55..<63:
            faults.lost += 1
            noteLoss(name)
            return []
        case 63..<69:
            faults.delayed += 1
            noteLoss(name)
            return [(UInt64(dice.number(100...4_000)) * 1_000_000, .message(reply))]
        case 69..<73:
            faults.failed += 1
            note(name)
            return [(dice.chance(50) ? 0 : delay, .failure("connection refused"))]
        case 73..<76:
            faults.failed += 1
            note(name)
            return [(delay, .message(failing(reply)))]
        case 76..<79:
            faults.failed += 1
            // The right id and question, and then nonsense.
            note(name)
            return [(delay, .message(broken(reply, name)))]
        case 79..<84:
            faults.duplicated += 1
            return [(delay, .message(reply)), (delay + 900_000, .message(reply))]
        default:
            var news: News = []
            for _ in 0..<dice.number(1...4) {
                faults.forged += 1
                let early = UInt64(dice.below(Int(delay)))
                news.append((early + 1, .message(forgery(of: exchange, question))))
            }
            return news + [(delay, .message(reply))]
        }
    }

    /// The right reply; over UDP a large one is cut to nothing.
    private func reply(to exchange: Exchange, _ question: Question) -> [UInt8] {
        let right = UpstreamTruth.answer(question.name.lowercased.bytes, question.type)
        var message = Self.message(exchange.message, question, right)
        if Self.lowersCase(exchange.upstream) {
            message.questions[0].name = question.name.lowercased
        }
        guard let bytes = try? message.encoded() else { return [] }
        guard exchange.transport == .udp, bytes.count > Self.byteCount(exchange.message) else {
            return bytes
        }
        message.answers = []
        message.header.flags.insert(.truncated)
        return (try? message.encoded()) ?? []
    }

    /// Whether an upstream repeats questions in lower case: every other one does.
    private static func lowersCase(_ upstream: Endpoint) -> Bool { upstream.address.low & 1 == 0 }

    /// The size that a question allows over UDP.
    private static func byteCount(_ question: [UInt8]) -> Int {
        guard let options = try? Message(parsing: question.span).options else { return 512 }
        return max(512, Int(options.recordClass.rawValue))
    }

    /// A message that says `right`.
    private static func message(
        _ asked: [UInt8],
        _ question: Question,
        _ right: Expected
    ) -> Message {
        let id = UInt16(asked[0]) << 8 | UInt16(asked[1])
        var flags: Flags = [.response, .recursionDesired, .recursionAvailable]
        flags.code = UInt8(truncatingIfNeeded: right.code.rawValue)
        var message = Message(header: Header(id: id, flags: flags))
        message.questions = [question]
        message.answers = right.answers.map {
            Record(owner: question.name, type: $0.type, ttl: $0.ttl, data: $0.data)
        }
        if let zone = right.deniedBy, let owner = try? Name(wire: zone.span) {
            // The minimum comes last.
            let data = [UInt8](repeating: 0, count: 21) + [60]
            message.authorities = [Record(owner: owner, type: .soa, ttl: 60, data: data)]
        }
        return message
    }

    /// The reply with SERVFAIL instead.
    private func failing(_ reply: [UInt8]) -> [UInt8] {
        guard var message = try? Message(parsing: reply.span) else { return [] }
        message.answers = []
        message.authorities = []
        message.header.flags.remove(.truncated)
        message.header.flags.code = UInt8(truncatingIfNeeded: ResponseCode.serverFailure.rawValue)
        return (try? message.encoded()) ?? []
    }

    /// The reply, promising a record that is none.
    private func broken(_ reply: [UInt8], _ name: [UInt8]) -> [UInt8] {
        let end = Header.byteCount + name.count + 4
        var bytes = Array(reply.prefix(end)) + [0xC0, 0xFF, 0, 1]
        bytes[7] = 1
        return bytes
    }

    /// A reply of somebody who has not seen the question, or only a part of it.
    private mutating func forgery(of exchange: Exchange, _ question: Question) -> [UInt8] {
        let asked = exchange.message
        var question = question
        // Over TCP nobody but the upstream changes the case.
        let kind = dice.below(exchange.mixesCase && exchange.transport == .udp ? 6 : 5)
        if kind == 1 { question.name = (try? question.name.prepending([120])) ?? .root }
        if kind == 2 { question.type = question.type == .a ? .aaaa : .a }
        let lie = Expected(
            answers: [Fact(owner: question.name.bytes, UpstreamTruth.forged, ttl: 60)],
            isAuthoritative: false
        )
        var bytes = (try? Self.message(asked, question, lie).encoded()) ?? []
        switch kind {
        case 0: bytes[1] ^= UInt8(dice.number(1...255))
        case 3: bytes[2] &= 0x7F
        // The first letter in the other case; a name without letters needs another id.
        case 5:
            let letter = bytes.indices.dropFirst(Header.byteCount).prefix(question.name.bytes.count)
                .first { (0x61...0x7A).contains(bytes[$0] | 0x20) }
            if let letter { bytes[letter] ^= 0x20 } else { bytes[1] ^= 1 }
        case 4:
            bytes = (0..<dice.below(80)).map { _ in UInt8(dice.below(256)) }
            // Chance must not find the id.
            if !bytes.isEmpty { bytes[0] = asked[0] ^ 0x55 }
        default: break
        }
        return bytes
    }
}

// SPDX-License-Identifier: Apache-2.0

import Plugin
import Server
import Wire

/// The servers behind the server: they answer what a scenario says, and keep what they were asked.
final class ScenarioUpstreams {
    /// How long an upstream takes to answer, in milliseconds.
    private static let usualMilliseconds: UInt64 = 10

    private var answers: [UpstreamAnswer] = []
    private var asked: [String] = []
    /// Questions that the scenario has no answer for.
    private(set) var unforeseen: [String] = []
    /// What answers everything, where no scenario does.
    private let script: ((Message) throws -> Message)?

    /// `script`: what answers everything; nil where a scenario says it.
    init(_ script: ((Message) throws -> Message)? = nil) { self.script = script }

    /// Answers so from now on; what comes later goes before.
    func add(_ answer: UpstreamAnswer) { answers.insert(answer, at: 0) }

    /// What was asked since the last time, a line each.
    func takeAsked() -> [String] {
        defer { asked = [] }
        return asked
    }

    /// The questions without an answer since the last time.
    func takeUnforeseen() -> [String] {
        defer { unforeseen = [] }
        return unforeseen
    }

    /// What comes of an exchange, each with how long it takes in milliseconds.
    func answers(_ exchange: Exchange) -> [(after: UInt64, news: ExchangeReply.News)] {
        guard let message = try? Message(parsing: exchange.message.span),
            let question = message.questions.first
        else {
            unforeseen.append("a message without a question")
            return []
        }
        // A look for loops: nothing comes back, and no scenario knows its name.
        if question.type == .hinfo, question.name.labels.prefix(2).map(\.count) == [16, 16] {
            return []
        }
        let upstream = exchange.upstream
        let place = upstream.port == 53 ? "\(upstream.address)" : "\(upstream)"
        // Its letters are mixed, at random.
        let name = question.name.lowercased
        let isSecure = exchange.terms?.values.security != nil
        let transport = isSecure ? "tls" : exchange.transport.name
        let text = "\(place) \(transport) \(name) \(question.type)"
        asked.append(text)
        if let script {
            guard let bytes = try? script(message).encoded() else { return [] }
            return [(Self.usualMilliseconds, .message(bytes))]
        }
        let isOverTCP = exchange.transport == .tcp
        var came: [(UInt64, ExchangeReply.News)] = []
        // What was told last goes before; what is forged comes in the order in which it was told.
        var isAnswered = false
        for answer in answers
        where answer.upstream == upstream && answer.question.asksTheSame(as: question)
            && (answer.isOverTCP ?? isOverTCP) == isOverTCP
        {
            if case .forgery(let forgery, let reply) = answer.outcome {
                guard let bytes = try? reply.message(to: message, with: forgery) else { continue }
                came.insert((reply.after?.milliseconds ?? 1, .message(bytes)), at: 0)
            } else if !isAnswered {
                guard let answer = Self.answer(answer.outcome, to: message) else { continue }
                isAnswered = true
                came.append(contentsOf: answer)
            }
        }
        if !isAnswered { unforeseen.append(text) }
        return came
    }

    /// What comes of what was told last; nil where that is too large for a message.
    private static func answer(
        _ outcome: UpstreamAnswer.Outcome,
        to asked: Message
    ) -> [(UInt64, ExchangeReply.News)]? {
        switch outcome {
        case .silence, .forgery: return []
        case .refusal: return [(usualMilliseconds, .failure("connection refused"))]
        case .reply(let reply):
            guard let bytes = try? reply.message(to: asked) else { return nil }
            return [(reply.after?.milliseconds ?? usualMilliseconds, .message(bytes))]
        }
    }
}

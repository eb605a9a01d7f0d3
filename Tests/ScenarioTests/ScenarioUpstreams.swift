// SPDX-License-Identifier: Apache-2.0

import Plugin
import Server
import Wire

/// The servers behind the server: they answer what a scenario says, and keep what they were asked.
final class ScenarioUpstreams {
    private var answers: [UpstreamAnswer] = []
    private var asked: [String] = []
    /// Questions that the scenario has no answer for.
    private(set) var unforeseen: [String] = []

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

    /// What comes of an exchange; nil for nothing.
    func answer(_ exchange: Exchange) -> ExchangeReply.News? {
        guard let message = try? Message(parsing: exchange.message.span),
            let question = message.questions.first
        else {
            unforeseen.append("a message without a question")
            return nil
        }
        // A look for loops: nothing comes back, and no scenario knows its name.
        if question.type == .hinfo, question.name.labels.prefix(2).map(\.count) == [16, 16] {
            return nil
        }
        let upstream = exchange.upstream
        let place = upstream.port == 53 ? "\(upstream.address)" : "\(upstream)"
        // Its letters are mixed, at random.
        let name = question.name.lowercased
        let text = "\(place) \(exchange.transport.name) \(name) \(question.type)"
        asked.append(text)
        let isOverTCP = exchange.transport == .tcp
        let found = answers.first {
            $0.upstream == upstream && $0.question.asksTheSame(as: question)
                && ($0.isOverTCP ?? isOverTCP) == isOverTCP
        }
        switch found?.outcome {
        case .silence: return nil
        case .refusal: return .failure("connection refused")
        case .reply(let reply):
            guard let bytes = try? reply.message(to: message) else { return nil }
            return .message(bytes)
        case nil:
            unforeseen.append(text)
            return nil
        }
    }
}

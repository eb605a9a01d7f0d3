// SPDX-License-Identifier: Apache-2.0

import Wire

/// A text scenario: what a server is told and asked, and what it must answer.
struct Scenario: Sendable {
    /// The name of the file, for places.
    let file: String
    /// What it shows, in a sentence.
    let title: String
    let steps: [Step]

    /// One thing that happens, with the line of its heading.
    struct Step: Sendable {
        let line: Int
        let kind: Kind
    }

    /// What can happen.
    enum Kind: Sendable {
        /// A file is written whole.
        case file(path: String, text: String)
        case remove(path: String)
        /// From now on an upstream answers a question so.
        case upstream(UpstreamAnswer)
        case ask(ScenarioQuestion, ExpectedReply)
        /// The Corefile is read again; `isRefused`: and must be refused.
        case reload(isRefused: Bool)
        /// A command is given, and says this.
        case command([String], [NumberedLine])
        /// Time goes by, in milliseconds.
        case advance(milliseconds: UInt64)
        /// What must have been logged since the last such step.
        case log([NumberedLine])
        /// What upstreams must have been asked since the last such step.
        case exchanges([NumberedLine])
    }
}

/// A line of a scenario.
struct NumberedLine: Hashable, Sendable {
    /// From 1.
    let number: Int
    let text: String

    /// The words between blanks.
    var words: [String] { text.split { $0 == " " || $0 == "\t" }.map(String.init) }
}

/// What an upstream answers to one question.
struct UpstreamAnswer: Sendable {
    /// What comes back.
    enum Outcome: Sendable {
        case reply(ExpectedReply)
        /// Nothing.
        case silence
        /// An error of the network.
        case refusal
        /// What is no reply, though it comes in place of one: a reply with one thing wrong.
        case forgery(Forgery, ExpectedReply)
    }

    /// What is wrong with a forged reply.
    enum Forgery: String, CaseIterable, Sendable {
        /// Another id.
        case id
        /// The name of the question with its first letter changed.
        case name
        /// The name of the question in another case.
        case letters = "case"
        /// AAAA in place of A, or the like.
        case type
        case `class`
        case opcode
        /// QR is clear.
        case query
        /// The question is left out.
        case noQuestion = "no-question"
        /// The question comes twice.
        case twoQuestions = "two-questions"
        /// It ends in the middle of its question.
        case cut
    }

    let upstream: Endpoint
    /// The only transport that it holds for; nil for both.
    let isOverTCP: Bool?
    let question: Question
    let outcome: Outcome
}

/// A mistake in a scenario's text.
struct ScenarioMistake: Error, Hashable, CustomStringConvertible {
    let file: String
    let line: Int
    let text: String

    var description: String { "\(file):\(line): \(text)" }
}

/// What is wrong with one line, before its place is known.
struct LineMistake: Error, Hashable {
    let text: String

    init(_ text: String) { self.text = text }
}

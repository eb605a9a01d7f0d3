// SPDX-License-Identifier: Apache-2.0

import Server
import Wire

/// Goes through a scenario, and notes everything that does not go as it says.
struct ScenarioRun {
    private let file: String
    private let files = ScenarioFiles()
    private let upstreams = ScenarioUpstreams()
    private let log = NotedLog()
    private var server: ScenarioServer?
    private var nextID: UInt16 = 1
    /// `file:line: expected ..., got ...`.
    private var failures: [String] = []

    /// Everything that goes wrong in a scenario, each as `file:line: expected ..., got ...`.
    static func failures(of scenario: Scenario) -> [String] {
        var run = ScenarioRun(file: scenario.file)
        for step in scenario.steps {
            guard run.run(step) else { break }
        }
        let last = scenario.steps.last?.line ?? 1
        for line in run.log.take() where line.hasPrefix("[ERROR]") || line.hasPrefix("[WARN") {
            run.fail(last, "expected no more errors in the log, got \(line)")
        }
        return run.failures
    }

    private init(file: String) { self.file = file }

    private mutating func fail(_ line: Int, _ text: String) {
        failures.append("\(file):\(line): \(text)")
    }

    /// Does one step; false when the rest makes no sense.
    private mutating func run(_ step: Scenario.Step) -> Bool {
        switch step.kind {
        case .file(let path, let text):
            files.write(path, text)
            server?.notice(path)
            return true
        case .remove(let path):
            if !files.remove(path) { fail(step.line, "expected \(path), got no such file") }
            server?.notice(path)
            return true
        case .upstream(let answer):
            upstreams.add(answer)
            return true
        default: break
        }
        guard let server = startedServer(step.line) else { return false }
        switch step.kind {
        case .ask(let question, let expected): ask(question, expected, of: server)
        case .reload(let isRefused):
            if server.reload() == isRefused {
                let got = isRefused ? "a reload" : log.take().joined(separator: "; ")
                fail(step.line, "expected \(isRefused ? "a refusal" : "a reload"), got \(got)")
            }
        case .command(let words, let lines):
            compare(lines, server.give(words), "line", step.line)
        case .advance(let milliseconds): server.advance(milliseconds: milliseconds)
        case .log(let lines): compare(lines, log.take(), "log", step.line)
        case .exchanges(let lines): compare(lines, upstreams.takeAsked(), "exchange", step.line)
        case .file, .remove, .upstream: break
        }
        return true
    }

    /// The server, which starts when it is first needed.
    private mutating func startedServer(_ line: Int) -> ScenarioServer? {
        if let server { return server }
        do throws(StartMistake) {
            server = try ScenarioServer(files, upstreams: upstreams, log: log)
        } catch {
            fail(line, "expected a start, got \(error.lines.joined(separator: "; "))")
        }
        return server
    }

    private mutating func ask(
        _ question: ScenarioQuestion,
        _ expected: ExpectedReply,
        of server: ScenarioServer
    ) {
        let id = nextID
        nextID += 1
        let start = server.milliseconds
        let reply = server.ask(
            question.message(id: id),
            isOverTCP: question.isOverTCP,
            port: question.port
        )
        let differences = ReplyComparison.differences(
            of: reply,
            from: expected,
            asked: question,
            id: id
        )
        if let after = expected.after, server.milliseconds - start != after.milliseconds {
            let took = server.milliseconds - start
            fail(after.number, "expected an answer after \(after.milliseconds) ms, got \(took) ms")
        }
        for difference in differences { fail(difference.number, difference.text) }
        for question in upstreams.takeUnforeseen() {
            fail(expected.number, "expected an 'upstream' for every question, got \(question)")
        }
    }

    /// Compares lines one by one; `...` in an expected one stands for any text.
    private mutating func compare(
        _ expected: [NumberedLine],
        _ found: [String],
        _ what: String,
        _ line: Int
    ) {
        for (right, got) in zip(expected, found) where !Self.matches(right.text, got) {
            fail(right.number, "expected \(right.text), got \(got)")
        }
        for right in expected.dropFirst(found.count) {
            fail(right.number, "expected \(right.text), got no more \(what) lines")
        }
        for got in found.dropFirst(expected.count) {
            fail(expected.last?.number ?? line, "expected no more \(what) lines, got \(got)")
        }
    }

    /// Whether `text` is `pattern`, where `...` stands for any text.
    static func matches(_ pattern: String, _ text: String) -> Bool {
        var parts: [Substring] = []
        var rest = pattern[...]
        while let range = rest.firstRange(of: "...") {
            parts.append(rest[..<range.lowerBound])
            rest = rest[range.upperBound...]
        }
        guard !parts.isEmpty else { return pattern == text }
        guard text.hasPrefix(parts[0]) else { return false }
        var left = text.dropFirst(parts[0].count)
        for part in parts.dropFirst() where !part.isEmpty {
            guard let range = left.firstRange(of: part) else { return false }
            left = left[range.upperBound...]
        }
        return left.hasSuffix(rest)
    }
}

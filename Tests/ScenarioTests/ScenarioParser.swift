// SPDX-License-Identifier: Apache-2.0

import Wire

/// Reads the text of a scenario.
///
/// The text begins with lines `# ...`; the first of them is the title. Then come steps, each a
/// heading `=== WORD ...` and the lines up to the next heading:
///
///     === Corefile                     the Corefile
///     === file PATH                    any other file; both may come again, to change it
///     === remove PATH                  the file goes away
///     === upstream ADDRESS[:PORT] [+udp|+tcp] [+forged=WHAT] NAME [TYPE] [CLASS]
///                                      what this upstream answers, as below; or `drops` (nothing
///                                      comes back), or `refuses` (an error of the network);
///                                      with `+forged` what comes besides in its place, with
///                                      another id, name, ... (see `UpstreamAnswer.Forgery`)
///     === ask NAME [TYPE] [CLASS] [options]
///                                      a question, and the answer it must get
///     === reload [refused]             the Corefile is read again, and taken or refused
///     === command WORDS                a command, and what it says, errors last
///     === advance 3s                   time goes by (`ms`, `s`, `m`)
///     === log                          what was logged since the last `log`: every line, in order;
///                                      `...` stands for any text
///     === exchanges                    what upstreams were asked since the last `exchanges`:
///                                      `ADDRESS udp|tcp NAME TYPE` in order
///
/// The server starts at the first step that is none of the first four. From then on a change of a
/// file that it watches is seen at once; the Corefile is read at a `reload` only.
///
/// The options of `ask` are those of dig: `-x ADDRESS`, `-p PORT`, `+tcp`, `+edns[=VERSION]`,
/// `+bufsize=BYTES`, `+dnssec`, `+ednsopt=CODE[:HEXADECIMAL]`, `+norecurse`, `+adflag`, `+cdflag`,
/// `+opcode=NUMBER`, `+header-only` (no question), and `+questions=COUNT`. Unlike dig, no EDNS
/// without being asked.
///
/// An answer is its code and flags on one line, and then its records as dig prints them:
///
///     NOERROR aa                       flags of `aa tc ra ad cd`, all that are set; QR, and RD as
///                                      asked, go without saying; `-rd`: RD does not come back;
///                                      `header`: nothing but the header comes back;
///                                      `noedns`: no OPT comes back though one was sent
///     answer NAME TTL [CLASS] TYPE DATA
///     authority ...                    likewise
///     additional ...                   likewise; OPT is not counted
///     answers 28                       so many records, whatever they are (`authorities`,
///                                      `additionals`)
///     edns 1232 [do]                   what OPT says; without this line anything may be there
///     ede CODE [TEXT]                  the Extended DNS Error; without this line there is none
///     after TIME                       how long it takes; without this line an upstream takes
///                                      10 ms, what is forged 1 ms, and an answer any time
///
/// or `silence`. The sections must hold these records and no other, in any order. That the question
/// comes back byte for byte, that OPT comes back to those who sent one, and that a datagram is not
/// larger than the client allows, is looked at every time.
///
/// Empty lines and lines that begin with `#` count only inside files; at the end of a file, before
/// the next heading, they do not.
struct ScenarioParser {
    private let file: String
    private var title = ""
    private var steps: [Scenario.Step] = []

    /// The scenario of `text`; `file`: its name in places.
    static func parse(_ text: String, file: String) throws(ScenarioMistake) -> Scenario {
        var parser = ScenarioParser(file: file)
        try parser.read(text)
        return Scenario(file: file, title: parser.title, steps: parser.steps)
    }

    private init(file: String) { self.file = file }

    private func mistake(_ line: Int, _ text: String) -> ScenarioMistake {
        ScenarioMistake(file: file, line: line, text: text)
    }

    private mutating func read(_ text: String) throws(ScenarioMistake) {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
        var number = 0
        var preface: [NumberedLine] = []
        while let line = lines.first, !Self.isHeading(line) {
            number += 1
            preface.append(NumberedLine(number: number, text: String(line)))
            lines.removeFirst()
        }
        for line in preface where !line.text.isEmpty && !line.text.hasPrefix("#") {
            throw mistake(line.number, "text before the first step; begin the line with '#'")
        }
        guard let first = preface.first, first.text.hasPrefix("# ") else {
            throw mistake(1, "a scenario begins with '# ' and what it shows, in a sentence")
        }
        title = String(first.text.dropFirst(2))
        while let heading = lines.popFirst() {
            number += 1
            let start = NumberedLine(number: number, text: String(heading))
            var body: [NumberedLine] = []
            while let line = lines.first, !Self.isHeading(line) {
                number += 1
                body.append(NumberedLine(number: number, text: String(line)))
                lines.removeFirst()
            }
            try add(start, body)
        }
        guard !steps.isEmpty else { throw mistake(number, "a scenario without a step") }
    }

    private static func isHeading(_ line: Substring) -> Bool { line.hasPrefix("===") }

    /// Adds one step.
    private mutating func add(
        _ heading: NumberedLine,
        _ body: [NumberedLine]
    ) throws(ScenarioMistake) {
        let words = Array(heading.words.dropFirst())
        let lines = body.filter { !$0.words.isEmpty && !$0.text.hasPrefix("#") }
        let kind: Scenario.Kind
        switch words.first {
        case "Corefile" where words.count == 1:
            kind = .file(path: "Corefile", text: Self.text(body))
        case "file" where words.count == 2: kind = .file(path: words[1], text: Self.text(body))
        case "remove" where words.count == 2:
            kind = .remove(path: words[1])
            try expectNothing(lines)
        case "upstream": kind = .upstream(try upstream(heading, Array(words.dropFirst()), lines))
        case "ask":
            kind = .ask(try question(heading, Array(words.dropFirst())), try reply(heading, lines))
        case "reload" where words.count == 1 || words == ["reload", "refused"]:
            kind = .reload(isRefused: words.count == 2)
            try expectNothing(lines)
        case "advance" where words.count == 2:
            guard let milliseconds = Self.milliseconds(words[1]) else {
                throw mistake(heading.number, "'\(words[1])' is no time, as 250ms, 3s or 2m")
            }
            kind = .advance(milliseconds: milliseconds)
            try expectNothing(lines)
        case "command" where words.count > 1:
            kind = .command(Array(words.dropFirst()), lines)
        case "log" where words.count == 1: kind = .log(lines)
        case "exchanges" where words.count == 1: kind = .exchanges(lines)
        default:
            throw mistake(
                heading.number,
                "'\(heading.text)' is no step; there are 'Corefile', 'file PATH', 'remove PATH', "
                    + "'upstream ADDRESS NAME TYPE', 'ask NAME TYPE', 'reload [refused]', "
                    + "'command WORDS', 'advance TIME', 'log' and 'exchanges'"
            )
        }
        steps.append(Scenario.Step(line: heading.number, kind: kind))
    }

    private func expectNothing(_ lines: [NumberedLine]) throws(ScenarioMistake) {
        if let line = lines.first { throw mistake(line.number, "no line may stand here") }
    }

    /// The content of a file: without the empty lines and comments before the next heading.
    private static func text(_ body: [NumberedLine]) -> String {
        var body = body[...]
        while let last = body.last, last.words.isEmpty || last.text.hasPrefix("#") {
            body.removeLast()
        }
        return body.map { $0.text + "\n" }.joined()
    }

    /// The milliseconds of `250ms`, `3s` or `2m`; nil when it is none of these.
    static func milliseconds(_ text: String) -> UInt64? {
        let digits = text.prefix { $0.isNumber }
        guard let count = UInt64(digits), count <= 1_000_000 else { return nil }
        switch text.dropFirst(digits.count) {
        case "ms": return count
        case "s": return count * 1_000
        case "m": return count * 60_000
        default: return nil
        }
    }

    private func question(
        _ heading: NumberedLine,
        _ words: [String]
    ) throws(ScenarioMistake) -> ScenarioQuestion {
        do throws(LineMistake) {
            return try ScenarioQuestion(words)
        } catch {
            throw mistake(heading.number, error.text)
        }
    }

    private func reply(
        _ heading: NumberedLine,
        _ lines: [NumberedLine]
    ) throws(ScenarioMistake) -> ExpectedReply {
        guard let first = lines.first else {
            throw mistake(heading.number, "the answer is missing, as 'NOERROR aa' or 'silence'")
        }
        var reply = try onLine(first) { line throws(LineMistake) in try ExpectedReply(line) }
        for line in lines.dropFirst() {
            try onLine(line) { line throws(LineMistake) in try reply.add(line) }
        }
        return reply
    }

    /// Reads one line; a mistake gets its place.
    private func onLine<Value>(
        _ line: NumberedLine,
        _ body: (NumberedLine) throws(LineMistake) -> Value
    ) throws(ScenarioMistake) -> Value {
        do throws(LineMistake) {
            return try body(line)
        } catch {
            throw mistake(line.number, error.text)
        }
    }

    private func upstream(
        _ heading: NumberedLine,
        _ words: [String],
        _ lines: [NumberedLine]
    ) throws(ScenarioMistake) -> UpstreamAnswer {
        var words = words
        guard let address = words.first, let upstream = Self.endpoint(address) else {
            throw mistake(heading.number, "an upstream's address is wanted, as 192.0.2.53")
        }
        words.removeFirst()
        var isOverTCP: Bool?
        if let word = words.first, word == "+tcp" || word == "+udp" {
            isOverTCP = word == "+tcp"
            words.removeFirst()
        }
        var forgery: UpstreamAnswer.Forgery?
        if let word = words.first, word.hasPrefix("+forged=") {
            forgery = UpstreamAnswer.Forgery(rawValue: String(word.dropFirst(8)))
            guard forgery != nil else {
                let known = UpstreamAnswer.Forgery.allCases.map(\.rawValue)
                throw mistake(
                    heading.number,
                    "'\(word)' is none of \(known.joined(separator: ", "))"
                )
            }
            words.removeFirst()
        }
        let asked = try question(heading, words)
        let outcome: UpstreamAnswer.Outcome
        switch lines.first?.text {
        case _ where forgery != nil: outcome = .forgery(forgery ?? .id, try reply(heading, lines))
        case "drops" where lines.count == 1: outcome = .silence
        case "refuses" where lines.count == 1: outcome = .refusal
        default: outcome = .reply(try reply(heading, lines))
        }
        return UpstreamAnswer(
            upstream: upstream,
            isOverTCP: isOverTCP,
            question: asked.question,
            outcome: outcome
        )
    }

    /// An IPv4 address with or without a port, or an IPv6 address.
    private static func endpoint(_ text: String) -> Endpoint? {
        if let address = IPAddress(text) { return Endpoint(address, port: 53) }
        let parts = text.split(separator: ":")
        guard parts.count == 2, let address = IPAddress(parts[0]), let port = UInt16(parts[1])
        else { return nil }
        return Endpoint(address, port: port)
    }
}

// SPDX-License-Identifier: Apache-2.0

import Plugin
import Server
import Testing
import Wire

/// What is kept for one client is given to another only where an upstream would say the same.
///
/// The upstream of these tests answers by everything that an answer may depend on; a server with a
/// cache has to say what one without says.
@Suite struct CacheCrossingTests {
    /// A number that depends on every byte (FNV-1a).
    private static func digest(_ bytes: [UInt8]) -> UInt64 {
        bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    /// Answers by name, type, class, RD, CD, DO and options; that there is no such name is the same
    /// for every type (RFC 2308 §5).
    static func answer(_ asked: Message) throws -> Message {
        let question = asked.questions[0]
        let flags = asked.header.flags.intersection([.recursionDesired, .checkingDisabled])
        let options = asked.options
        var seen = question.name.lowercased.bytes
        for value in [question.recordClass.rawValue, flags.rawValue] {
            seen += [UInt8(value >> 8), UInt8(value & 0xFF)]
        }
        seen.append((options?.ttl ?? 0) & 0x8000 == 0 ? 0 : 1)
        seen += options?.data ?? []
        let isMissing = Self.digest(seen) >> 32 % 4 == 0
        if !isMissing { seen.append(UInt8(truncatingIfNeeded: question.type.rawValue)) }
        let digest = Self.digest(seen)
        let data = (0..<8).map { UInt8(truncatingIfNeeded: digest >> (8 * $0)) }
        var header = asked.header
        header.flags = [.response, .recursionAvailable]
        header.flags.formUnion(flags)
        if data[0] & 1 == 1 { header.flags.formUnion(.authenticData) }
        var message = Message(header: header)
        message.questions = asked.questions
        let text = Record(
            owner: question.name,
            type: question.type,
            recordClass: question.recordClass,
            ttl: 20,
            data: question.type == .a ? Array(data.prefix(4)) : [8] + data
        )
        switch isMissing ? 8 : data[1] % 8 {
        case 0: message.header.flags.code = UInt8(ResponseCode.serverFailure.rawValue)
        case 8:
            message.header.flags.code = UInt8(ResponseCode.nameError.rawValue)
            let names = try Name("ns.example.net.").bytes + Name("root.example.net.").bytes
            message.authorities = [
                Record(
                    owner: try Name("example.net."),
                    type: .soa,
                    ttl: 20,
                    data: names + data + data + [0, 0, 0, 20]
                )
            ]
        default: message.answers = [text]
        }
        return message
    }

    /// Some question, with some of what clients may say besides.
    private static func question(_ random: inout SplitMix) throws -> ScenarioQuestion {
        func draw(_ count: UInt64) -> Int { Int(random.next() % count) }
        var words = ["n\(draw(3)).example.net", ["A", "TXT"][draw(2)]]
        if draw(8) == 0 { words.append("CH") }
        for option in ["+tcp", "+cdflag", "+adflag"] where draw(4) == 0 { words.append(option) }
        if draw(8) == 0 { words.append("+norecurse") }
        let options = [
            [], [], [], ["+edns"], ["+edns"], ["+bufsize=4096"], ["+dnssec"],
            // A network, something unknown, and a cookie.
            ["+ednsopt=8:000118004C5808"], ["+ednsopt=65001:0\(draw(3))"],
            ["+ednsopt=10:0123456789abcdef"],
        ]
        return try ScenarioQuestion(words + options[draw(UInt64(options.count))])
    }

    private static func server(_ cache: String, _ upstreams: ScenarioUpstreams) throws
        -> ScenarioServer
    {
        let files = ScenarioFiles()
        files.write("Corefile", ". {\n  forward . 192.0.2.53\n  \(cache)\n}\n")
        return try ScenarioServer(files, upstreams: upstreams, log: NotedLog())
    }

    /// What an answer says, whatever its age: times to live, and that it was kept, left out.
    private static func content(_ bytes: [UInt8]?) throws -> Message {
        let bytes = try #require(bytes)
        var message = try Message(parsing: bytes.span)
        for index in message.answers.indices { message.answers[index].ttl = 0 }
        for index in message.authorities.indices { message.authorities[index].ttl = 0 }
        for index in message.additionals.indices where message.additionals[index].type == .opt {
            message.additionals[index].data = []
        }
        return message
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func saysWhatTheUpstreamWouldSay(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        let (kept, plain) = (ScenarioUpstreams(Self.answer), ScenarioUpstreams(Self.answer))
        let server = try Self.server("cache", kept)
        let model = try Self.server("", plain)
        var (keptCount, plainCount) = (0, 0)
        for step in 0..<200 as Range<UInt16> {
            let question = try Self.question(&random)
            let message = question.message(id: step)

            let found = server.ask(message, isOverTCP: question.isOverTCP, port: 53)
            let right = model.ask(message, isOverTCP: question.isOverTCP, port: 53)

            #expect(
                try Self.content(found) == Self.content(right),
                "seed \(seed), step \(step): \(question)"
            )
            keptCount += kept.takeAsked().count
            plainCount += plain.takeAsked().count
            if step % 10 == 9 {
                let pause = random.next() % 8_000
                server.advance(milliseconds: pause)
                model.advance(milliseconds: pause)
            }
        }

        #expect(plainCount >= 200)
        // Nothing would be shown if nothing were kept.
        #expect(keptCount < plainCount * 4 / 5, "\(keptCount) of \(plainCount)")
    }
}

// SPDX-License-Identifier: Apache-2.0

import LDNS
import Metrics
import Plugin
import Testing
import Wire

@testable import Plugins

@Suite struct ZoneAnswerTests {
    /// Every name of up to three labels, one that no zone has among them.
    private static let names: [[String]] = {
        let labels = ["a", "b", "c", "*", "x"]
        let one = labels.map { [$0] }
        let two = labels.flatMap { label in one.map { [label] + $0 } }
        let three = labels.flatMap { label in two.map { [label] + $0 } }
        return [[]] + one + two + three
    }()

    @Test("A random zone answers like a slow one that is right", arguments: 0..<30 as Range<UInt64>)
    func answersLikeTheSlowZone(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        let slow = SlowZone(&random)
        let plugin = try filePlugin(slow.text, origin: SlowZone.origin)

        for name in Self.names {
            for type in SlowZone.types {
                let question = "\(SlowZone.text(name)) \(type)"
                let found = try answered(plugin, question).filter { !$0.hasPrefix("+") }
                let expected = slow.answer(name, type)

                // Said once a seed, and only when it differs: there are 900 questions.
                if found != expected {
                    #expect(found == expected, "seed \(seed): \(question)\n\(slow.text)")
                    return
                }
            }
        }
    }

    @Test("libldns reads every answer of the sample zone as we mean it")
    func writesMessagesThatLibldnsReads() throws {
        let plugin = try filePlugin(FileTests.zone)
        let names = [
            "@", "www", "mail", "_sip._tcp", "x.wild", "leaf.tree", "x.sub", "none", "svc",
        ]
        for name in names {
            for type in [RecordType.a, .mx, .ns, .srv, .https, .any, .txt] {
                let owner = name == "@" ? "example.org" : "\(name).example.org"
                let query = try query(owner, type) { $0.transport = .tcp }
                var answer = Answer(counting: Registry().cells(forWorker: 0))
                let outcome = plugin.answer(query, into: &answer)
                guard outcome == .done else { continue }
                let expected = lines(outcome, query, answer)

                let inspected = try InspectedMessage(Self.write(&answer, query))

                var found = ["\(ResponseCode(rawValue: UInt16(inspected.code)))"]
                if inspected.isAuthoritative { found[0] += " aa" }
                found += inspected.answers.map { Self.text($0, "") }
                found += inspected.authorities.map { Self.text($0, "- ") }
                found += inspected.additionals.map { Self.text($0, "+ ") }
                #expect(found.map { $0.lowercased() } == expected.map { $0.lowercased() })
            }
        }
    }

    private static func text(_ entry: InspectedMessage.Entry, _ mark: String) -> String {
        "\(mark)\(entry.owner) \(entry.ttl) \(entry.type) \(entry.data)"
    }

    /// The message of an answer over TCP.
    private static func write(_ answer: inout Answer, _ query: borrowing Query) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 65_535)
        var table = NameTable()
        var writer = Writer(bytes.mutableSpan, limit: 65_535)
        answer.write(query, limits: AnswerLimits(), table: &table, into: &writer)
        let count = writer.count
        bytes.removeSubrange(count...)
        return bytes
    }
}

// SPDX-License-Identifier: Apache-2.0

import LDNS
import Plugin
import Testing
import Wire

@testable import Server

/// What libldns makes of the messages that we write.
@Suite struct CoreOracleTests {
    /// Records with names in every place, in more and more of them.
    private static func answering(_ count: Int) -> ScriptedPlugin {
        ScriptedPlugin(answering: { query, answer in
            answer.isAuthoritative = true
            for index in 0..<count {
                guard let target = try? Name("Pod-\(index).Sub.example."),
                    let zone = try? Name("example.")
                else { return .drop }
                answer.put([0, 1, 0, 2, 0, 53].span)
                let owner = answer.put(name: target.bytes.span)
                answer.append(.answer, .question, .srv, ttl: 30)
                answer.append(.additional, .placed(owner), IPAddress(v4: UInt32(index)), ttl: 7)
                answer.put(name: target.bytes.span)
                answer.put(name: zone.bytes.span)
                answer.put([UInt8](repeating: 1, count: 20).span)
                answer.append(.authority, .questionSuffix(label: 1), .soa, ttl: 5)
            }
            return .done
        })
    }

    private static func text(_ record: Record) -> String {
        "\(record.owner) \(record.ttl) \(record.recordClass) \(record.type)"
    }

    private func text(_ entry: InspectedMessage.Entry) -> String {
        "\(entry.owner) \(entry.ttl) \(entry.recordClass) \(entry.type)"
    }

    @Test(arguments: [0, 1, 2, 5, 20, 60, 200], [nil, 512, 1_232] as [UInt16?])
    func readsWhatWeRead(count: Int, size: UInt16?) throws {
        let bench = try Bench([("example.", [Self.answering(count)])])
        for transport in [Transport.udp, .tcp] {
            let question = try Bench.question("_dns._udp.X.example.", .srv, size: size)
            let bytes = bench.send(question, transport: transport)
            let ours = try Message(parsing: bytes.span)

            let theirs = try InspectedMessage(bytes)

            #expect(theirs.id == ours.header.id)
            #expect(theirs.isResponse && theirs.isAuthoritative)
            #expect(theirs.isTruncated == ours.header.flags.contains(.truncated))
            #expect(theirs.questions.map(\.owner) == ["_dns._udp.X.example."])
            #expect(theirs.answers.map(text) == ours.answers.map(Self.text))
            #expect(theirs.authorities.map(text) == ours.authorities.map(Self.text))
            let extras = ours.additionals.filter { $0.type != .opt }
            #expect(theirs.additionals.map(text) == extras.map(Self.text))
            #expect(theirs.options.map(\.udpByteCount) == size.map { _ in 1_232 })
            #expect(
                theirs.answers.map(\.data)
                    == ours.answers.indices.map { "1 2 53 Pod-\($0).Sub.example." }
            )
            for (index, soa) in theirs.authorities.enumerated() {
                #expect(soa.data.hasPrefix("Pod-\(index).Sub.example. example. 16843009 "))
            }
            if transport == .tcp { #expect(ours.answers.count == count) }
        }
    }

    @Test func readsARefusalWithItsReason() throws {
        let bench = try Bench([("example.", [])])

        let theirs = try InspectedMessage(
            bench.send(Bench.question("example.org.", size: 4_096))
        )

        #expect(theirs.code == 5)
        #expect(theirs.options?.udpByteCount == 1_232)
    }
}

// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing
import Wire

@testable import Plugins

@Suite struct HostLookupTests {
    private let first = Endpoint(IPAddress(v4: 0xC000_0201), port: 53)
    private let second = Endpoint(IPAddress(v4: 0xC000_0202), port: 53)

    private func lookup(_ types: [RecordType] = [.a]) throws -> HostLookup {
        HostLookup(name: try Name("dns.example.net."), resolvers: [first, second], types: types)
    }

    /// What is found where the resolvers do as the script says.
    private func found(
        _ types: [RecordType] = [.a],
        _ script: @escaping @Sendable (Exchange, Int) -> ScriptedDesk.Act
    ) async throws -> (findings: [HostLookup.Finding], desk: ScriptedDesk) {
        let desk = ScriptedDesk(script)
        return (await (try lookup(types)).run(desk), desk)
    }

    private func record(
        _ owner: String,
        _ type: RecordType,
        _ data: [UInt8],
        ttl: UInt32
    ) throws -> Record {
        Record(owner: try Name(owner), type: type, ttl: ttl, data: data)
    }

    @Test func asksForBothFamiliesSideBySideWithMixedCase() async throws {
        let (findings, desk) = try await found([.a, .aaaa]) { exchange, number in
            exchange.reply(.noError, number == 0 ? ["192.0.2.53"] : ["2001:db8::53"])
        }

        #expect(
            findings == [
                .addresses([IPAddress(v4: 0xC000_0235)], ttl: 60),
                .addresses([IPAddress(v6High: 0x2001_0DB8 << 32, low: 0x53)], ttl: 60),
            ]
        )
        #expect(desk.calls == ["udp 192.0.2.1", "udp 192.0.2.1"])
        #expect(desk.began == [1_000, 1_000])
        #expect(desk.asked.map(\.mixesCase) == [true, true])
        #expect(desk.openCount == 0)
    }

    @Test func asksTheNextResolverOnlyForWhatIsOpen() async throws {
        let (findings, desk) = try await found([.a, .aaaa]) { exchange, number in
            switch number {
            case 0: exchange.reply(.serverFailure)
            case 1: exchange.reply()
            default: exchange.reply(.noError, ["192.0.2.53"])
            }
        }

        #expect(findings == [.addresses([IPAddress(v4: 0xC000_0235)], ttl: 60), .nothing])
        #expect(desk.calls == ["udp 192.0.2.1", "udp 192.0.2.1", "udp 192.0.2.2"])
    }

    @Test func waitsASecondForEachResolver() async throws {
        let (findings, desk) = try await found { _, _ in .timeout }

        #expect(findings == [.failure("192.0.2.2:53: i/o timeout")])
        #expect(desk.began == [1_000, 2_000])
        #expect(desk.now == Moment(nanoseconds: 3_000_000_000))
        #expect(desk.openCount == 0)
    }

    @Test func asksOverTCPWhatWasCut() async throws {
        let (findings, desk) = try await found { exchange, _ in
            exchange.transport == .udp
                ? exchange.reply(.noError, ["192.0.2.99"], flags: .truncated)
                : exchange.reply(.noError, ["192.0.2.53"])
        }

        #expect(findings == [.addresses([IPAddress(v4: 0xC000_0235)], ttl: 60)])
        #expect(desk.calls == ["udp 192.0.2.1", "tcp 192.0.2.1"])
    }

    @Test func believesNoReplyInAnotherCase() async throws {
        let (findings, desk) = try await found { exchange, _ in
            exchange.transport == .udp
                ? .changedCase : exchange.reply(.noError, ["192.0.2.53"])
        }

        #expect(findings == [.addresses([IPAddress(v4: 0xC000_0235)], ttl: 60)])
        #expect(desk.calls == ["udp 192.0.2.1", "tcp 192.0.2.1"])
    }

    @Test(arguments: [
        (ScriptedDesk.Act.failure("refused"), "192.0.2.2:53: refused"),
        (.bytes([1, 2, 3]), "192.0.2.2:53: the reply is no message"),
    ])
    func saysWhyNobodyCouldSay(act: ScriptedDesk.Act, text: String) async throws {
        let (findings, desk) = try await found { _, _ in act }

        #expect(findings == [.failure(text)])
        #expect(desk.asked.count == 2)
    }

    @Test func believesThatANameIsMissing() async throws {
        let (findings, desk) = try await found { exchange, _ in exchange.reply(.nameError) }

        #expect(findings == [.nothing])
        #expect(desk.asked.count == 1)
    }

    /// Aliases from the name on, and an address behind the last; `cut`: so many, and one more.
    @Test(arguments: [
        (0, true), (1, true), (HostLookup.maximumAliasCount, true),
        (HostLookup.maximumAliasCount + 1, false),
    ])
    func followsSoManyAliases(count: Int, isFound: Bool) async throws {
        var records: [Record] = []
        for number in 0..<count {
            let owner = number == 0 ? "DNS.example.net." : "a\(number).example.net."
            let target = try Name("A\(number + 1).example.net.").bytes
            records.append(try record(owner, .cname, target, ttl: UInt32(100 - number)))
        }
        let last = count == 0 ? "dns.example.net." : "a\(count).example.net."
        records.append(try record(last, .a, [192, 0, 2, 53], ttl: 200))
        records.append(try record("other.example.net.", .a, [192, 0, 2, 66], ttl: 1))
        let answers = records

        let (findings, _) = try await found { exchange, _ in
            exchange.reply { $0.answers = answers.reversed() }
        }

        let ttl = count == 0 ? UInt32(200) : UInt32(101 - count)
        #expect(
            findings
                == [isFound ? .addresses([IPAddress(v4: 0xC000_0235)], ttl: ttl) : .nothing]
        )
    }

    @Test func endsWithAliasesInACircle() async throws {
        let answers = [
            try record("dns.example.net.", .cname, try Name("b.example.").bytes, ttl: 5),
            try record("b.example.", .cname, try Name("dns.example.net.").bytes, ttl: 5),
        ]

        let (findings, _) = try await found { exchange, _ in
            exchange.reply { $0.answers = answers }
        }

        #expect(findings == [.nothing])
    }

    @Test(arguments: [
        HostLookup.maximumAddressCount, HostLookup.maximumAddressCount + 1,
    ])
    func takesSoManyAddresses(count: Int) async throws {
        let texts = (0..<count).map { "192.0.2.\($0 + 1)" }

        let (findings, _) = try await found { exchange, _ in exchange.reply(.noError, texts) }

        guard case .addresses(let addresses, _) = findings[0] else {
            Issue.record("no addresses")
            return
        }
        #expect(addresses.map(\.description) == Array(texts.prefix(16)))
    }

    @Test func takesNoAddressThatIsNone() async throws {
        let (findings, _) = try await found { exchange, _ in
            exchange.reply(.noError, ["0.0.0.0", "192.0.2.53"])
        }

        #expect(findings == [.addresses([IPAddress(v4: 0xC000_0235)], ttl: 60)])
    }
}

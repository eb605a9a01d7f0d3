// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Plugins
import Testing
import Wire

@Suite struct ForwardTests {
    private let surroundings = Surroundings()

    private func make(_ text: String) throws -> Forward {
        try surroundings.make(Forward.self, text).0
    }

    @Test(arguments: [
        ("forward . 192.0.2.1", "www.example.org", Outcome.wait),
        ("forward Example.org 192.0.2.1", "www.EXAMPLE.org", .wait),
        ("forward example.org 192.0.2.1", "example.org", .wait),
        ("forward example.org 192.0.2.1", "org", .pass),
        ("forward example.org 192.0.2.1", "wexample.org", .pass),
        ("forward . 192.0.2.1 {\n  except a.org b.org\n}", "x.B.org", .pass),
        ("forward . 192.0.2.1 {\n  except a.org b.org\n}", "a.org", .pass),
        ("forward . 192.0.2.1 {\n  except a.org b.org\n}", "ba.org", .wait),
        ("forward a.org 192.0.2.1 {\n  except a.org\n}", "a.org", .wait),
        ("forward a.org 192.0.2.1 {\n  except a.org\n}", "x.a.org", .pass),
        ("forward . 192.0.2.1 {\n  except 192.0.2.0/24\n}", "5.2.0.192.in-addr.arpa", .pass),
        ("forward a 192.0.2.1\nforward b 192.0.2.1", "x.b", .wait),
    ])
    func takesTheNamesOfItsZones(text: String, name: String, outcome: Outcome) throws {
        #expect(ask(try make(text), try query(name)) == Answered(outcome: outcome))
    }

    @Test func passesNoNotificationOn() throws {
        let asked = try query("www.example.org") { $0.header.flags.opcode = .notify }

        let found = ask(try make("forward . 192.0.2.1"), asked)

        #expect(found == Answered(outcome: .done, code: .notImplemented))
    }

    @Test func saysAKeptCodeOfMoreThanFourBitsOnlyToWhoSentOptions() async throws {
        var setup = try surroundings.setup()
        _ = try Cache(parsing: try stanzas("cache"), setup: &setup)
        let plugin = try Forward(parsing: try stanzas("forward . 192.0.2.1"), setup: &setup)
        let desk = ScriptedDesk { exchange, _ in
            exchange.reply(ResponseCode(rawValue: 7)) { reply in
                reply.additionals = [
                    Record(owner: .root, type: .opt, ttl: 0x0100_0000, data: [])
                ]
            }
        }
        let asking = try query("a.example") { $0.options = ClientOptions(udpByteCount: 1_232) }

        let first = try await resume(plugin, asking.copied(), desk)
        let second = ask(plugin, asking)
        let third = ask(plugin, try query("a.example"))

        #expect(first.code.rawValue == 23)
        #expect(second.outcome == .done && second.code.rawValue == 23)
        #expect(third.outcome == .done && third.code == .serverFailure)
    }

    @Test func letsEveryClassEnterTheChain() throws {
        let (_, setup) = try surroundings.make(Forward.self, "forward . 192.0.2.1")

        #expect(setup.takesEveryClass)
    }

    @Test func relaysFlagsCodeAndSections() async throws {
        let owner = try Name("Ns.example")
        let desk = ScriptedDesk { exchange, _ in
            exchange.reply(
                .nameError,
                ["192.0.2.9"],
                flags: [.authoritative, .recursionAvailable, .authenticData]
            ) { reply in
                let record = { (type: RecordType, data: [UInt8]) in
                    Record(owner: owner, type: type, ttl: 7, data: data)
                }
                reply.authorities = [record(.ns, [1, 97, 0])]
                reply.additionals = [
                    record(.a, [192, 0, 2, 8]),
                    Record(owner: .root, type: .opt, ttl: 0, data: []),
                ]
            }
        }

        let plugin = try make("forward . 192.0.2.1")
        let found = try await resume(plugin, try query("A.example"), desk)

        #expect(found.answered.outcome == .done)
        #expect(found.code == .nameError)
        #expect(found.answers == ["A.example. 60 A 192.0.2.9"])
        #expect(found.answered.authorities == ["Ns.example. 7 NS a."])
        #expect(found.answered.additionals == ["Ns.example. 7 A 192.0.2.8"])
        #expect(found.flags == ["ra"])
        #expect(found.failure.isEmpty)
        #expect(desk.calls == ["udp 192.0.2.1"])
        // AD means something only to who asked for it (RFC 6840 §5.8).
        let asking = try query("A.example") { $0.header.flags.formUnion(.authenticData) }
        #expect(try await resume(plugin, asking, desk).flags == ["ra", "ad"])
    }

    @Test(arguments: [(true, ResponseCode.badVersion), (false, .serverFailure)])
    func relaysALongCodeOnlyToWhomItCanBeSaid(hasOptions: Bool, code: ResponseCode) async throws {
        let desk = ScriptedDesk { exchange, _ in
            exchange.reply { reply in
                reply.additionals = [Record(owner: .root, type: .opt, ttl: 1 << 24, data: [])]
            }
        }
        let asked = try query("a.example") {
            if hasOptions { $0.options = ClientOptions(udpByteCount: 1_232) }
        }

        #expect(try await resume(try make("forward . 192.0.2.1"), asked, desk).code == code)
    }

    @Test(arguments: [
        ("", Transport.udp, "udp"), ("", .tcp, "tcp"), ("force_tcp", .udp, "tcp"),
        ("prefer_udp", .tcp, "udp"), ("prefer_udp\n  force_tcp", .tcp, "tcp"),
    ])
    func asksOverTheTransportThatIsWanted(
        option: String,
        client: Transport,
        expected: String
    ) async throws {
        let plugin = try make("forward . 192.0.2.1 {\n  \(option)\n}")
        let desk = ScriptedDesk { exchange, _ in exchange.reply() }

        _ = try await resume(plugin, try query("a") { $0.transport = client }, desk)

        #expect(desk.calls == ["\(expected) 192.0.2.1"])
    }

    @Test func asksAgainOverTCPWhenTheReplyWasCut() async throws {
        let desk = ScriptedDesk { exchange, _ in
            exchange.transport == .udp
                ? exchange.reply(flags: .truncated) : exchange.reply(.noError, ["192.0.2.9"])
        }

        let found = try await resume(try make("forward . 192.0.2.1"), try query("a"), desk)

        #expect(desk.calls == ["udp 192.0.2.1", "tcp 192.0.2.1"])
        #expect(found.answers == ["a. 60 A 192.0.2.9"])
        #expect(found.flags == ["ra"])
    }

    /// RFC 2181 §9: what stands in a reply that was cut does not matter, nor where it was cut.
    @Test(arguments: [1, 5, 12])
    func asksAgainOverTCPWhenARecordWasCut(missing: Int) async throws {
        let desk = ScriptedDesk { exchange, _ in
            let flags: Flags = exchange.transport == .udp ? .truncated : []
            let act = exchange.reply(.noError, ["192.0.2.9"], flags: flags)
            guard exchange.transport == .udp, case .reply(let message, _) = act,
                let bytes = try? message.encoded()
            else { return act }
            return .bytes(Array(bytes.dropLast(missing)))
        }

        let found = try await resume(try make("forward . 192.0.2.1"), try query("a"), desk)

        #expect(desk.calls == ["udp 192.0.2.1", "tcp 192.0.2.1"])
        #expect(found.answers == ["a. 60 A 192.0.2.9"])
        #expect(!surroundings.page.contains("class=\"invalid\"} 1\n"))
    }

    /// It is not kept as if it were whole.
    @Test(arguments: [nil, "cache"])
    func relaysACutReplyWhenTCPFails(cache: String?) async throws {
        var setup = try surroundings.setup()
        if let cache { _ = try Cache(parsing: try stanzas(cache), setup: &setup) }
        let plugin = try Forward(parsing: try stanzas("forward . 192.0.2.1"), setup: &setup)
        let desk = ScriptedDesk { exchange, _ in
            exchange.transport == .udp
                ? exchange.reply(.noError, ["192.0.2.9"], flags: .truncated) : .timeout
        }

        let found = try await resume(plugin, try query("a"), desk)

        #expect(found.flags == ["tc"])
        #expect(found.answers == ["a. 60 A 192.0.2.9"])
        #expect(found.failure.isEmpty)
        #expect(ask(plugin, try query("a") { $0.received = desk.now }).outcome == .wait)
    }

    /// Nobody could ask for the rest of it.
    @Test(arguments: ["prefer_udp", "force_tcp"])
    func relaysNoCutReplyOverTCP(option: String) async throws {
        let desk = ScriptedDesk { exchange, count in
            option == "force_tcp" || exchange.transport == .udp
                ? exchange.reply(.noError, ["192.0.2.9"], flags: .truncated) : .timeout
        }
        let plugin = try make("forward . 192.0.2.1 {\n  \(option)\n}")

        let found = try await resume(plugin, try query("a") { $0.transport = .tcp }, desk)

        #expect(found.code == .serverFailure)
        #expect(found.flags == [])
        let reason = option == "force_tcp" ? "the reply was cut" : "i/o timeout"
        #expect(found.extendedError?.text == "read tcp 192.0.2.1:53: \(reason)")
    }

    /// It has not failed for a client that can ask for the rest.
    @Test(
        "A reply that was cut is no failure to be kept",
        arguments: ["", "forward b 192.0.2.2\n"]
    )
    func keepsNoFailureOfWhatWasCut(other: String) async throws {
        var setup = try surroundings.setup()
        _ = try Cache(parsing: try stanzas("cache"), setup: &setup)
        let stanzas = try stanzas(other + "forward . 192.0.2.1 {\n  prefer_udp\n}")
        let plugin = try Forward(parsing: stanzas, setup: &setup)
        let desk = ScriptedDesk { exchange, _ in
            exchange.transport == .udp
                ? exchange.reply(.noError, ["192.0.2.9"], flags: .truncated) : .failure("refused")
        }

        let found = try await resume(plugin, try query("a") { $0.transport = .tcp }, desk)

        #expect(found.code == .serverFailure)
        #expect(ask(plugin, try query("a") { $0.received = desk.now }).outcome == .wait)
    }

    /// The query's own time was short, as it came from another that was late.
    @Test(arguments: [(100, false), (2_000, true)] as [(UInt64, Bool)])
    func keepsNoFailureOfUpstreamsThatHadNoTime(milliseconds: UInt64, isKept: Bool) async throws {
        var setup = try surroundings.setup()
        _ = try Cache(parsing: try stanzas("cache"), setup: &setup)
        let plugin = try Forward(parsing: try stanzas("forward . 192.0.2.1"), setup: &setup)
        let desk = ScriptedDesk { _, _ in .timeout }
        let end = desk.now.adding(milliseconds: milliseconds)
        let asked = try query("a.example") { $0.received = end }
        let waiting = WaitingQuery(
            query: asked.copied(),
            message: try message(of: asked),
            deadline: end
        )
        var answer = Answer(counting: surroundings.metrics.cells(forWorker: 0))

        _ = await plugin.resume(waiting, into: &answer, desk: desk)

        #expect(answer.code == .serverFailure)
        #expect(ask(plugin, asked).outcome == (isKept ? .done : .wait))
    }

    @Test func refusesMoreQueriesThanItMayForwardAtATime() async throws {
        let plugin = try make("forward . 192.0.2.1 {\n  max_concurrent 1\n}")
        let asked = try query("a") { $0.type = .aaaa }
        let bytes = try message(of: asked)
        // While the first query waits, a second one comes.
        let cells = surroundings.metrics.cells(forWorker: 0)
        let desk = NestedDesk(plugin: plugin, query: asked, message: bytes, cells: cells)

        let first = try await desk.resume()
        let second = try #require(desk.inner)

        #expect(first == .noError)
        #expect(second.code == .refused)
        #expect(second.failure == "concurrent queries exceeded maximum 1")
        #expect(surroundings.page.contains("coredns_forward_max_concurrent_rejects_total 1\n"))
        // The places are free again.
        #expect(try await desk.resume() == .noError)
    }

    @Test(arguments: [
        ("next NXDOMAIN SERVFAIL", ResponseCode.nameError, 2),
        ("next NXDOMAIN SERVFAIL", .serverFailure, 2),
        ("next NXDOMAIN", .serverFailure, 1),
        ("next_on_nodata", .noError, 2),
        ("next_on_nodata", .nameError, 1),
    ])
    func goesOnWithTheNextStanzaOnACode(
        option: String,
        code: ResponseCode,
        calls: Int
    ) async throws {
        let plugin = try make(
            """
            forward . 192.0.2.1 {
              \(option)
            }
            forward example 192.0.2.2
            forward . 192.0.2.3
            """
        )
        let desk = ScriptedDesk { exchange, number in
            number == 0 ? exchange.reply(code) : exchange.reply(.noError, ["192.0.2.9"])
        }

        let found = try await resume(plugin, try query("a.org"), desk)

        #expect(desk.calls == Array(["udp 192.0.2.1", "udp 192.0.2.3"].prefix(calls)))
        #expect(found.code == (calls == 2 ? .noError : code))
    }

    @Test func countsNamesThatAreLeftOfASearchPath() async throws {
        let plugin = try make("forward . 192.0.2.1")
        let desk = ScriptedDesk { exchange, _ in exchange.reply(.nameError) }
        for name in ["www.example.org", "web.shop.svc.cluster.local.example.org"] {
            _ = try await PluginsTests.resume(
                plugin,
                try query(name),
                desk,
                cells: surroundings.metrics.cells(forWorker: 0)
            )
        }

        #expect(surroundings.page.contains("coredns_forward_leaked_names_total 1\n"))
    }

    @Test func keepsTheReplyWhenNoNextStanzaMatches() async throws {
        let plugin = try make("forward . 192.0.2.1 {\n  next NXDOMAIN\n}\nforward b 192.0.2.2")
        let desk = ScriptedDesk { exchange, _ in exchange.reply(.nameError) }

        #expect(try await resume(plugin, try query("a"), desk).code == .nameError)
        #expect(desk.calls.count == 1)
    }
}

// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Plugins
import Testing
import Wire

@Suite struct HostsTests {
    /// A file, and a block of two zones.
    private var surroundings: Surroundings {
        var surroundings = Surroundings()
        surroundings.zones = ["example.", "sub.example.", "2.0.192.in-addr.arpa."]
        surroundings.files.contents["/etc/hosts"] = """
            192.0.2.1 a.example A2.example # the first
            2001:db8::1 a.example
            192.0.2.9\ta.example
            2001:db8::2 six.example
            192.0.2.3 deep.down.example other.test
            192.0.2.4 *.wild.example named.wild.example
            192.0.2.5 x.sub.example
            """
        return surroundings
    }

    private func answer(
        _ name: String,
        _ type: RecordType,
        _ text: String = "hosts",
        change: (inout Query) -> Void = { _ in }
    ) throws -> Answered {
        let (plugin, _) = try surroundings.make(Hosts.self, text)
        return ask(plugin, try query(name, type, zone: ".", change))
    }

    /// A negative answer of `zone`: its SOA record with the serial of the tests' clock.
    private func negative(_ code: ResponseCode, _ zone: String) throws -> Answered {
        let name = try Name(zone)
        let mailbox = try name.prepending(Array("hostmaster".utf8))
        let numbers: [UInt32] = [1_700_000_000, 7_200, 1_800, 86_400, 60]
        var data = name.bytes + mailbox.bytes
        for number in numbers {
            for shift in [24, 16, 8, 0] as [UInt32] {
                data.append(UInt8(truncatingIfNeeded: number >> shift))
            }
        }
        let record = Record(owner: name, type: .soa, ttl: 60, data: data)
        return Answered(
            outcome: .done,
            code: code,
            isAuthoritative: true,
            authorities: [record.text]
        )
    }

    @Test(arguments: [
        ("a.example", RecordType.a, ["A 192.0.2.1", "A 192.0.2.9"]),
        ("A.Example", .aaaa, ["AAAA 2001:db8::1"]),
        ("a2.EXAMPLE", .a, ["A 192.0.2.1"]),
        ("x.sub.example", .a, ["A 192.0.2.5"]),
        ("q.wild.example", .a, ["A 192.0.2.4"]),
        ("*.wild.example", .a, ["A 192.0.2.4"]),
        ("named.wild.example", .a, ["A 192.0.2.4"]),
        ("1.2.0.192.in-addr.arpa", .ptr, ["PTR a.example.", "PTR a2.example."]),
        ("3.2.0.192.in-addr.arpa", .ptr, ["PTR deep.down.example.", "PTR other.test."]),
        ("4.2.0.192.in-addr.arpa", .ptr, ["PTR named.wild.example."]),
    ])
    func answersWhatItHolds(name: String, type: RecordType, data: [String]) throws {
        let found = try answer(name, type)

        #expect(found.outcome == .done)
        #expect(found.isAuthoritative)
        #expect(found.answers == data.map { "\(name). 3600 \($0)" })
        #expect(found.authorities.isEmpty)
    }

    @Test func answersReverseNamesOutsideItsZones() throws {
        let name = "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.B.d.0.1.0.0.2.ip6.arpa"

        #expect(try answer(name, .ptr).answers == ["\(name). 3600 PTR a.example."])
        #expect(try answer(name, .ptr, "hosts {\n  no_reverse\n}").outcome == .pass)
    }

    @Test(arguments: [
        ("none.example", RecordType.a, ResponseCode.nameError, "example"),
        ("x.y.wild.example", .a, .nameError, "example"),
        ("none.sub.example", .a, .nameError, "sub.example"),
        ("six.example", .a, .noError, "example"),
        ("a.example", .txt, .noError, "example"),
        ("a.example", .ptr, .noError, "example"),
        ("q.wild.example", .aaaa, .noError, "example"),
        ("down.example", .a, .noError, "example"),
        ("wild.example", .a, .noError, "example"),
        ("example", .soa, .noError, "example"),
        ("sub.example", .a, .noError, "sub.example"),
        ("1.2.0.192.in-addr.arpa", .a, .noError, "2.0.192.in-addr.arpa"),
    ])
    func deniesWithTheRecordOfTheZone(
        name: String,
        type: RecordType,
        code: ResponseCode,
        zone: String
    ) throws {
        #expect(try answer(name, type) == negative(code, zone))
    }

    @Test(arguments: [
        ("other.test", RecordType.a, "hosts"),
        ("8.2.0.192.in-addr.arpa", .mx, "hosts"),
        ("7.2.0.192.in-addr.arpa", .ptr, "hosts"),
        ("none.example", .a, "hosts {\n  fallthrough\n}"),
        ("down.example", .a, "hosts {\n  fallthrough\n}"),
        ("none.sub.example", .a, "hosts {\n  fallthrough sub.example\n}"),
        ("a.example", .txt, "hosts {\n  fallthrough\n  fallthrough_unsupported\n}"),
        ("a.example", .a, "hosts /etc/hosts b.example"),
    ])
    func leavesTheRestToTheNext(name: String, type: RecordType, text: String) throws {
        #expect(try answer(name, type, text) == Answered(outcome: .pass))
    }

    @Test(arguments: [
        ("none.example", RecordType.a, "hosts {\n  fallthrough sub.example\n}"),
        ("a.example", .txt, "hosts {\n  fallthrough\n}"),
        ("six.example", .a, "hosts {\n  fallthrough\n  fallthrough_unsupported\n}"),
        ("a.example", .txt, "hosts {\n  fallthrough sub.example\n  fallthrough_unsupported\n}"),
    ])
    func passesNothingElseOn(name: String, type: RecordType, text: String) throws {
        #expect(try answer(name, type, text).outcome == .done)
    }

    @Test func answersLinesOfTheCorefileAfterTheFile() throws {
        let text = """
            hosts {
              192.0.2.77 A.example new.example
              2001:db8::77%eth0 new.example
              ttl 60
            }
            """

        #expect(
            try answer("a.example", .a, text).answers == [
                "a.example. 60 A 192.0.2.1", "a.example. 60 A 192.0.2.9",
                "a.example. 60 A 192.0.2.77",
            ]
        )
        #expect(try answer("new.example", .aaaa, text).answers.count == 1)
    }

    @Test(arguments: [(Transport.udp, ["A"]), (.tcp, ["A", "AAAA"])])
    func answersAnyWithOneSetOverUDP(transport: Transport, types: [String]) throws {
        let found = try answer("a.example", .any) { $0.transport = transport }

        #expect(Set(found.answers.map { String($0.split(separator: " ")[2]) }) == Set(types))
    }

    @Test func leavesOtherClassesAlone() throws {
        #expect(try answer("a.example", .a) { $0.recordClass = .chaos }.outcome == .pass)
    }

    @Test func watchesItsFileUnlessToldNotTo() throws {
        let (_, usual) = try surroundings.make(Hosts.self, "hosts")
        let (_, still) = try surroundings.make(Hosts.self, "hosts h {\n  reload 0\n}")

        #expect(usual.watched == ["/etc/hosts"])
        #expect(still.watched.isEmpty)
    }

    @Test func showsHowManyNamesItServes() throws {
        let surroundings = surroundings
        let (_, setup) = try surroundings.make(Hosts.self, "hosts")
        for action in setup.whenServing { action() }

        #expect(surroundings.page.contains("coredns_hosts_entries{hostsfile=\"/etc/hosts\"} 7\n"))
        #expect(
            surroundings.page.contains("coredns_hosts_reload_timestamp_seconds 1700000000\n")
                || surroundings.page.contains("coredns_hosts_reload_timestamp_seconds 1.7e+09\n")
        )
    }

    @Test(arguments: [
        ("hosts {\n  ttl 0\n}", "2:7: '0' is no number from 1 to 65535"),
        ("hosts {\n  ttl 65536\n}", "2:7: '65536' is no number from 1 to 65535"),
        ("hosts {\n  no_reverse x\n}", "2:14: 'no_reverse' takes no argument"),
        ("hosts {\n  tll 60\n}", "2:3: unknown option 'tll'; try 'ttl'"),
        ("hosts {\n  192.0.2.1\n}", "2:3: '192.0.2.1' wants names"),
        ("hosts {\n  192.0.2.1 a..b\n}", "2:13: 'a..b' is no domain name"),
        ("hosts {\n  reload x\n}", "2:10: 'x' is no duration like '30s' or '250ms'"),
        (
            "hosts {\n  fallthrough_unsupported\n}",
            "1:1: 'fallthrough_unsupported' means nothing without 'fallthrough'"
        ),
    ])
    func refusesWhatItDoesNotKnow(text: String, expected: String) throws {
        #expect(try refusal(of: Hosts.self, text, in: surroundings) == "Corefile:" + expected)
    }
}

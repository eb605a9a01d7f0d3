// SPDX-License-Identifier: Apache-2.0

import Corefile
import Metrics
import Plugin
import Plugins
import Testing
import Wire

@Suite struct FileTests {
    /// A zone with something of everything.
    static let zone = """
        $TTL 300
        @ 600 IN SOA ns1 admin 7 2h 30m 2w 60
        @ NS ns1
        @ NS ns.example.net.
        ns1 A 192.0.2.1
        ns1 AAAA 2001:db8::1
        @ MX 10 mail
        @ MX 20 MAIL
        mail A 192.0.2.25
        www CNAME mail
        away CNAME www.example.net.
        one CNAME two
        two CNAME one
        self CNAME self
        dangling CNAME nothing
        notype CNAME txt
        txt TXT "a" "b c"
        a.b.c A 192.0.2.3
        *.wild A 192.0.2.4
        x.y.wild A 192.0.2.5
        *.wildalias CNAME mail
        *.wildmail MX 5 mail
        _sip._tcp SRV 1 2 5060 Mail
        svc HTTPS 1 . alpn=h2
        svc A 192.0.2.6
        alias HTTPS 0 svc
        sub NS ns.sub
        sub NS ns1
        sub NS ns.example.net.
        sub DS 1 8 2 00ff
        ns.sub A 192.0.2.7
        deep.sub A 192.0.2.8
        into CNAME host.sub
        tree DNAME forest
        leaf.forest A 192.0.2.9
        out DNAME example.net.
        """

    static let soa =
        "- example.org. 60 SOA ns1.example.org. admin.example.org. 7 7200 1800 1209600 60"
    static let servers = [
        "- example.org. 300 NS ns1.example.org.", "- example.org. 300 NS ns.example.net.",
    ]
    static let mailExchanger = "example.org. 300 MX 10 mail.example.org."

    @Test(
        arguments: [
            ("mail.example.org A", ["mail.example.org. 300 A 192.0.2.25"], []),
            (
                "example.org SOA",
                ["example.org. 600 SOA ns1.example.org. admin.example.org. 7 7200 1800 1209600 60"],
                []
            ),
            (
                "example.org MX",
                [
                    "example.org. 300 MX 10 mail.example.org.",
                    "example.org. 300 MX 20 mail.example.org.",
                ],
                ["+ mail.example.org. 300 A 192.0.2.25"]
            ),
            ("txt.example.org TXT", ["txt.example.org. 300 TXT \"a\" \"b c\""], []),
            (
                "_sip._tcp.example.org SRV",
                ["_sip._tcp.example.org. 300 SRV 1 2 5060 Mail.example.org."],
                ["+ Mail.example.org. 300 A 192.0.2.25"]
            ),
            (
                "svc.example.org HTTPS", ["svc.example.org. 300 HTTPS 1 . alpn=h2"],
                ["+ svc.example.org. 300 A 192.0.2.6"]
            ),
            (
                "alias.example.org HTTPS", ["alias.example.org. 300 HTTPS 0 svc.example.org."],
                ["+ svc.example.org. 300 A 192.0.2.6"]
            ),
            (
                "www.example.org A",
                [
                    "www.example.org. 300 CNAME mail.example.org.",
                    "mail.example.org. 300 A 192.0.2.25",
                ],
                []
            ),
            ("www.example.org CNAME", ["www.example.org. 300 CNAME mail.example.org."], []),
            ("q.wild.example.org A", ["q.wild.example.org. 300 A 192.0.2.4"], []),
            ("Q.r.wild.example.org A", ["Q.r.wild.example.org. 300 A 192.0.2.4"], []),
            ("*.wild.example.org A", ["*.wild.example.org. 300 A 192.0.2.4"], []),
            (
                "q.wildalias.example.org A",
                [
                    "q.wildalias.example.org. 300 CNAME mail.example.org.",
                    "mail.example.org. 300 A 192.0.2.25",
                ], []
            ),
            (
                "q.wildmail.example.org MX", ["q.wildmail.example.org. 300 MX 5 mail.example.org."],
                ["+ mail.example.org. 300 A 192.0.2.25"]
            ),
            (
                "leaf.tree.example.org A",
                [
                    "tree.example.org. 300 DNAME forest.example.org.",
                    "leaf.tree.example.org. 300 CNAME leaf.forest.example.org.",
                    "leaf.forest.example.org. 300 A 192.0.2.9",
                ], []
            ),
            ("tree.example.org DNAME", ["tree.example.org. 300 DNAME forest.example.org."], []),
            (
                "one.example.org A",
                [
                    "one.example.org. 300 CNAME two.example.org.",
                    "two.example.org. 300 CNAME one.example.org.",
                ], []
            ),
            ("self.example.org A", ["self.example.org. 300 CNAME self.example.org."], []),
        ] as [(String, [String], [String])]
    )
    func answersWithTheServersOfTheZone(
        question: String,
        answers: [String],
        additionals: [String]
    ) throws {
        let plugin = try filePlugin(Self.zone)

        let found = try answered(plugin, question)

        #expect(found == ["NOERROR aa"] + answers + Self.servers + additionals)
    }

    @Test func keepsTheCaseOfTheQuestion() throws {
        #expect(
            try answered(try filePlugin(Self.zone), "MAIL.Example.Org A") == [
                "NOERROR aa", "MAIL.Example.Org. 300 A 192.0.2.25",
                "- Example.Org. 300 NS ns1.example.org.", "- Example.Org. 300 NS ns.example.net.",
            ]
        )
    }

    @Test func answersTheServersWithTheirAddresses() throws {
        #expect(
            try answered(try filePlugin(Self.zone), "example.org NS") == [
                "NOERROR aa", "example.org. 300 NS ns1.example.org.",
                "example.org. 300 NS ns.example.net.", "+ ns1.example.org. 300 A 192.0.2.1",
                "+ ns1.example.org. 300 AAAA 2001:db8::1",
            ]
        )
    }

    @Test(
        "What exists without the type has no data, empty non-terminals too",
        arguments: [
            "mail.example.org AAAA", "b.c.example.org A", "c.example.org TXT",
            "wild.example.org A", "y.wild.example.org A", "q.wild.example.org AAAA",
            "_tcp.example.org SRV", "tree.example.org A", "mail.example.org DS",
            "example.org DS",
        ]
    )
    func hasNoData(question: String) throws {
        #expect(try answered(try filePlugin(Self.zone), question) == ["NOERROR aa", Self.soa])
    }

    @Test(
        "What does not exist is no name, and wildcards do not reach over names that exist",
        arguments: [
            "nothing.example.org A", "q.mail.example.org A", "q.y.wild.example.org A",
            "q.x.y.wild.example.org A", "q.b.c.example.org A", "q.*.wild.example.org A",
            "nothing.example.org ANY", "nothing.example.org DS",
        ]
    )
    func hasNoName(question: String) throws {
        #expect(try answered(try filePlugin(Self.zone), question) == ["NXDOMAIN aa", Self.soa])
    }

    @Test func endsAChainWithTheReason() throws {
        let plugin = try filePlugin(Self.zone)

        let missing = try answered(plugin, "dangling.example.org A")
        let typeless = try answered(plugin, "notype.example.org A")

        let chain = "dangling.example.org. 300 CNAME nothing.example.org."
        #expect(missing == ["NXDOMAIN aa", chain, Self.soa])
        let alias = "notype.example.org. 300 CNAME txt.example.org."
        #expect(typeless == ["NOERROR aa", alias, Self.soa])
    }

    @Test(
        "A name at or below a delegation leads to its servers",
        arguments: [
            "sub.example.org A", "sub.example.org NS", "sub.example.org ANY",
            "deep.sub.example.org A", "x.y.sub.example.org TXT", "deep.sub.example.org DS",
            "ns.sub.example.org A",
        ]
    )
    func refers(question: String) throws {
        let plugin = try filePlugin(Self.zone)
        let referral = [
            "NOERROR", "- sub.example.org. 300 NS ns.sub.example.org.",
            "- sub.example.org. 300 NS ns1.example.org.",
            "- sub.example.org. 300 NS ns.example.net.",
        ]
        let glue = [
            "+ ns.sub.example.org. 300 A 192.0.2.7", "+ ns1.example.org. 300 A 192.0.2.1",
            "+ ns1.example.org. 300 AAAA 2001:db8::1",
        ]

        let plain = try answered(plugin, question)
        let signed = try answered(plugin, question) {
            $0.options = ClientOptions(udpByteCount: 1_232, wantsSignatures: true)
        }

        #expect(plain == referral + glue)
        #expect(signed == referral + ["- sub.example.org. 300 DS 1 8 2 00ff"] + glue)
    }

    @Test func answersDSAboveTheDelegation() throws {
        #expect(
            try answered(try filePlugin(Self.zone), "sub.example.org DS")
                == ["NOERROR aa", "sub.example.org. 300 DS 1 8 2 00ff"] + Self.servers
        )
    }

    @Test func waitsForTargetsThatAreNotItsOwn() throws {
        let plugin = try filePlugin(Self.zone)

        #expect(try answered(plugin, "away.example.org A") == ["wait"])
        #expect(try answered(plugin, "into.example.org A") == ["wait"])
        #expect(try answered(plugin, "a.out.example.org A") == ["wait"])
        #expect(
            try answered(plugin, "away.example.org CNAME")
                == ["NOERROR aa", "away.example.org. 300 CNAME www.example.net."] + Self.servers
        )
    }

    @Test func answersANYWithOneSetOverUDPAndAllOverTCP() throws {
        let plugin = try filePlugin(Self.zone)

        let short = try answered(plugin, "ns1.example.org ANY")
        let long = try answered(plugin, "ns1.example.org ANY") { $0.transport = .tcp }

        #expect(short == ["NOERROR aa", "ns1.example.org. 300 A 192.0.2.1"])
        #expect(
            long == [
                "NOERROR aa", "ns1.example.org. 300 A 192.0.2.1",
                "ns1.example.org. 300 AAAA 2001:db8::1",
            ]
        )
    }

    @Test(arguments: [(23, "wait"), (24, "YXDOMAIN aa")])
    func saysThatADNAMEMakesANameTooLong(lastLabel: Int, code: String) throws {
        let label = String(repeating: "a", count: 63)
        // 192 bytes of labels, the last with its length, and 39 of the target make 255.
        let plugin = try filePlugin(Self.zone + "\nd DNAME a-longer-name-than-before.example.net.")
        let name = [label, label, label, String(repeating: "b", count: lastLabel)]
            .joined(separator: ".")

        let found = try answered(plugin, "\(name).d.example.org A")

        #expect(found.first == code)
    }

    @Test func followsEightNamesAndNoMore() throws {
        let chain = (0..<12).map { "c\($0) CNAME c\($0 + 1)" }.joined(separator: "\n")
        let plugin = try filePlugin("\(Self.zone)\n\(chain)\nc12 A 192.0.2.99")

        let cut = try answered(plugin, "c0.example.org A")
        let whole = try answered(plugin, "c4.example.org A")

        #expect(cut.filter { $0.contains("CNAME") }.count == 9)
        #expect(!cut.contains { $0.contains("192.0.2.99") })
        #expect(cut.first == "NOERROR aa")
        #expect(whole.filter { $0.contains("CNAME") }.count == 8)
        #expect(whole.contains("c12.example.org. 300 A 192.0.2.99"))
    }

    @Test func refusesTransfersAndNotifications() throws {
        let plugin = try filePlugin(Self.zone)

        #expect(try answered(plugin, "example.org AXFR") == ["REFUSED"])
        #expect(try answered(plugin, "example.org IXFR") == ["REFUSED"])
        #expect(
            try answered(plugin, "example.org SOA") { $0.header.flags.opcode = .notify }
                == ["REFUSED"]
        )
    }

    @Test(arguments: [(["file"], "REFUSED"), (["file", "forward"], "pass"), ([], "pass")])
    func refusesOtherNamesWhereNobodyComesNext(plugins: [String], outcome: String) throws {
        var surroundings = Surroundings()
        surroundings.plugins = plugins
        surroundings.files.contents["db"] = Self.zone
        let (plugin, _) = try surroundings.make(File.self, "file db example.org")

        #expect(try answered(plugin, "example.net A") == [outcome])
        #expect(try answered(plugin, "nothing.example.org A")[0] == "NXDOMAIN aa")
    }

    @Test func leavesOtherNamesToTheNext() throws {
        let plugin = try filePlugin(Self.zone)

        #expect(try answered(plugin, "example.net A") == ["pass"])
        #expect(try answered(plugin, "org A") == ["pass"])
        #expect(try answered(plugin, "example.net A") { $0.recordClass = .chaos } == ["pass"])
    }

    @Test func refusesItsNamesInOtherClasses() throws {
        let plugin = try filePlugin(Self.zone)

        #expect(try answered(plugin, "example.org SOA") { $0.recordClass = .chaos } == ["REFUSED"])
    }
}

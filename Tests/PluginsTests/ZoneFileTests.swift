// SPDX-License-Identifier: Apache-2.0

import Files
import Plugin
import Plugins
import Testing
import Wire

@Suite struct ZoneFileTests {
    /// An SOA, which every zone needs, and NS, so that nothing is warned of.
    static let head = "@ 60 SOA ns admin 1 2 3 4 5\n@ 60 NS ns.example.net.\n"

    /// The zone `example.org` from files in memory, the first called `db`.
    private func load(
        _ text: String,
        _ others: [String: String] = [:],
        limits: MasterLimits = MasterLimits()
    ) throws -> ZoneFile {
        var files = MemoryFiles()
        files.contents = others
        files.contents["db"] = text
        return ZoneFile("db", origin: try Name("example.org"), files: files, limits: limits)
    }

    private func mistakes(_ text: String, _ others: [String: String] = [:]) throws -> [String] {
        let file = try load(text, others)
        #expect((file.zone == nil) == file.reports.contains { !$0.isWarning })
        return file.reports.map(\.description)
    }

    @Test func loadsSerialZero() throws {
        let zone = try load("@ 60 SOA ns admin 0 2 3 4 5\n").zone

        #expect(zone?.serial == 0)
        #expect(zone?.recordCount == 1)
        #expect(zone?.negativeTTL == 5)
    }

    @Test(
        arguments: [
            (
                "a 60 A 192.0.2.1",
                [
                    "db:1:1: the zone example.org. has no SOA; '@ SOA ns.example. admin.example. 1 2h 30m "
                        + "2w 5m' is wanted"
                ]
            ),
            (
                "",
                [
                    "db:1:1: the zone example.org. has no SOA; '@ SOA ns.example. admin.example. 1 2h 30m "
                        + "2w 5m' is wanted"
                ]
            ),
            (head + "@ SOA ns admin 2 2 3 4 5", ["db:3:1: a second SOA; a zone has exactly one"]),
            (
                head + "a SOA ns admin 2 2 3 4 5",
                [
                    "db:3:1: SOA of a.example.org. inside the zone example.org.; only example.org. itself "
                        + "has one"
                ]
            ),
            (
                head + "a.example.net. A 192.0.2.1",
                [
                    "db:3:1: a.example.net. is not in the zone example.org.; move it to its own zone"
                ]
            ),
            (
                head + "a A 192.0.2.1\na CNAME b",
                ["db:4:1: CNAME of a.example.org., which has A records too; a CNAME stands alone"]
            ),
            (
                head + "a CNAME c\na CNAME b",
                ["db:4:1: a second CNAME of a.example.org.; a name has one at most"]
            ),
            (
                head + "a DNAME c\nb.a A 192.0.2.1",
                [
                    "db:4:1: b.a.example.org. lies below the DNAME of a.example.org., which stands for "
                        + "every name there"
                ]
            ),
            (
                head + "a NSEC3PARAM 1 0 0 -",
                [
                    "db:3:3: NSEC3PARAM is not supported; sign the zone with NSEC, or leave it unsigned"
                ]
            ),
            (head + "a CH A 192.0.2.1", ["db:3:3: class 'CH' is not served; only IN is"]),
            (head + "a AA 1", ["db:3:3: 'AA' is no record type, class or time to live; try 'A'"]),
            (head + "a A", ["db:3:3: A wants data behind it"]),
            (head + "a 60 IN", ["db:3:6: a record type is wanted behind 'IN'"]),
            (
                head + "a 2147483648 A 192.0.2.1",
                [
                    "db:3:3: '2147483648' is no time to live; seconds from 0 to 2147483647, or a duration "
                        + "like '1h30m', are wanted"
                ]
            ),
            (
                head + "a..b A 192.0.2.1",
                [
                    "db:3:1: 'a..b' has an empty label; one dot at most stands between two labels"
                ]
            ),
            (head + "a ANY x", ["db:3:3: ANY is no type of records in a zone (RFC 6895 §3.1)"]),
            (head + "a HTTPS 1 . port=99999", ["db:3:13: 'port=99999' is no port from 0 to 65535"]),
            (
                head + "a HTTPS 1 . mandatory=port",
                [
                    "db:3:9: data of HTTPS: key 3 is mandatory but absent"
                ]
            ),
            (head + "$ORIGN a.", ["db:3:1: unknown directive '$ORIGN'; try '$ORIGIN'"]),
            (head + "$ORIGIN", ["db:3:1: too few words; '$ORIGIN NAME' is wanted"]),
            (head + "$TTL 1 2", ["db:3:8: one word too many; '$TTL SECONDS' is wanted"]),
            (
                head + "$TTL x",
                [
                    "db:3:6: 'x' is no time to live; seconds from 0 to 2147483647, or a duration like "
                        + "'1h30m', are wanted"
                ]
            ),
            (head + "$INCLUDE other", ["db:3:10: cannot read other: no such file or folder"]),
            (
                head + "$GENERATE 3-1 a A 192.0.2.1",
                [
                    "db:3:11: '3-1' is no range like '1-254' or '0-100/5'"
                ]
            ),
            (
                head + "$GENERATE 0-65536 a A 192.0.2.1",
                [
                    "db:3:11: '0-65536' makes more than 65536 records"
                ]
            ),
            (
                head + "$GENERATE 1-2 a${x} A 192.0.2.1",
                [
                    "db:3:1: a '${OFFSET,WIDTH,BASE}' is wrong: offset and width are numbers, and the base "
                        + "one of d, o, x, X, n and N"
                ]
            ),
            (
                head + "a TYPE65280 \\# 2 00",
                [
                    "db:3:16: 2 bytes are announced, but 2 hexadecimal digits follow; two a byte are wanted"
                ]
            ),
            (head + "a A \\# 3 000000", ["db:3:8: data of A: the data does not fit its type"]),
            (head + "a NS \\# 2 C000", ["db:3:9: data of NS: the data does not fit its type"]),
            (
                " A 192.0.2.1",
                [
                    "db:1:2: the line begins with a space, but there is no record before it whose owner it "
                        + "could repeat"
                ]
            ),
            (
                "a A 192.0.2.1",
                [
                    "db:1:3: no time to live was said before; put '$TTL 3600' in front of the first record"
                ]
            ),
        ] as [(String, [String])]
    )
    func saysWhatIsWrongAndWhere(text: String, expected: [String]) throws {
        #expect(try mistakes(text) == expected)
    }

    @Test func saysEveryMistakeOfAFileUpToALimit() throws {
        let most = ZoneFile.maximumMistakeCount
        let bad = String(repeating: "a A x\n", count: most - 1)

        #expect(try mistakes(Self.head + bad + "a AAAA y").count == most)
        #expect(try mistakes(Self.head + bad + "a AAAA y\nb A x").count == most)
    }

    @Test func warnsOfWhatIsOddAndServesIt() throws {
        let file = try load("@ 60 SOA ns admin 0 2 3 4 5\na 60 A 192.0.2.1\na 30 A 192.0.2.2\n")

        #expect(file.zone != nil)
        #expect(
            file.reports == [
                Report(
                    "db:3:1: the records of a.example.org. A have different TTLs; the lowest is used "
                        + "for all (RFC 2181 §5.2)",
                    isWarning: true
                ),
                Report("db:1:1: the zone example.org. has no NS at its own name", isWarning: true),
            ]
        )
    }

    @Test func takesRecordsOnceEach() throws {
        let zone = try load(Self.head + "a A 192.0.2.1\nA A 192.0.2.1\na NS X.\na NS x.\n").zone

        #expect(zone?.recordCount == 4)
    }

    @Test func keepsASetAtItsLimitAndNoByteMore() throws {
        // 255 bytes and their lengths, and 12 beside them: 268 bytes a record.
        func zone(_ count: Int) -> String {
            let padding = String(repeating: "x", count: 251)
            let records = (0..<count).map { "a TXT \"\(1_000 + $0)\(padding)\"" }
            return Self.head + records.joined(separator: "\n")
        }
        let most = Zone.maximumSetByteCount / 268

        #expect(try mistakes(zone(most)).isEmpty)
        #expect(
            try mistakes(zone(most + 1)) == [
                "db:3:1: the records of a.example.org. TXT have more than 64000 bytes; no message "
                    + "can hold them"
            ]
        )
    }

    @Test func keepsTypesAtTheirLimitAndNoneMore() throws {
        func zone(_ count: Int) -> String {
            Self.head + (0..<count).map { "a TYPE\(1_000 + $0) \\# 0" }.joined(separator: "\n")
        }

        #expect(try mistakes(zone(Zone.maximumTypeCount)).isEmpty)
        #expect(
            try mistakes(zone(Zone.maximumTypeCount + 1))
                == ["db:3:1: a.example.org. has more than 256 types"]
        )
    }
}

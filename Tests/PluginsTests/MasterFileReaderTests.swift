// SPDX-License-Identifier: Apache-2.0

import Files
import LDNS
import Testing
import Wire

@testable import Plugins

@Suite struct MasterFileReaderTests {
    /// The records of a file as lines, mistakes among them.
    private func read(
        _ text: String,
        _ others: [String: String] = [:],
        limits: MasterLimits = MasterLimits()
    ) throws -> [String] {
        var files = MemoryFiles()
        files.contents = others
        files.contents["zones/db"] = text
        var reader = MasterFileReader(
            "zones/db",
            origin: try Name("example.org"),
            files: files,
            limits: limits
        )
        var lines: [String] = []
        while lines.count < 100 {
            do throws(ZoneMistake) {
                guard let record = try reader.next() else { return lines }
                lines.append(shown(record))
            } catch {
                lines.append(error.description)
            }
        }
        return lines
    }

    private func shown(_ record: MasterRecord) -> String {
        guard let owner = try? Name(wire: record.owner.span) else { return "?" }
        return line(
            Record(owner: owner, type: record.type, ttl: record.ttl, data: record.data)
        )
    }

    @Test func takesTTLAndClassInEitherOrderOrNotAtAll() throws {
        let text = """
            a 60 IN A 192.0.2.1
            a IN 61 A 192.0.2.1
            a 1m2s A 192.0.2.1
            a IN A 192.0.2.1
            $TTL 1h
            a A 192.0.2.1
              A 192.0.2.2
            """

        #expect(
            try read(text) == [
                "a.example.org. 60 A 192.0.2.1", "a.example.org. 61 A 192.0.2.1",
                "a.example.org. 62 A 192.0.2.1", "a.example.org. 62 A 192.0.2.1",
                "a.example.org. 3600 A 192.0.2.1", "a.example.org. 3600 A 192.0.2.2",
            ]
        )
    }

    @Test func takesTheMinimumOfTheSOAWithoutAnyTTL() throws {
        #expect(
            try read("@ SOA ns admin 1 2 3 4 5\na A 192.0.2.1") == [
                "example.org. 5 SOA ns.example.org. admin.example.org. 1 2 3 4 5",
                "a.example.org. 5 A 192.0.2.1",
            ]
        )
    }

    @Test func followsOrigins() throws {
        let text = """
            $TTL 1
            $ORIGIN sub
            a NS b
            $ORIGIN deep
            @ NS @
            $ORIGIN other.
            a NS b.
            """

        #expect(
            try read(text) == [
                "a.sub.example.org. 1 NS b.sub.example.org.",
                "deep.sub.example.org. 1 NS deep.sub.example.org.", "a.other. 1 NS b.",
            ]
        )
    }

    @Test func includesFilesBesideItAndComesBackUnchanged() throws {
        let text = """
            $TTL 1
            a A 192.0.2.1
            $INCLUDE more/x sub
              A 192.0.2.2
            b NS b
            $INCLUDE /y
            """
        let others = [
            "zones/more/x": "$TTL 2\n A 192.0.2.3\nc NS c\n$ORIGIN z.\n$INCLUDE x2",
            "zones/more/x2": "d NS d", "/y": "e NS e",
        ]

        #expect(
            try read(text, others) == [
                "a.example.org. 1 A 192.0.2.1", "a.example.org. 2 A 192.0.2.3",
                "c.sub.example.org. 2 NS c.sub.example.org.", "d.z. 2 NS d.z.",
                "a.example.org. 1 A 192.0.2.2", "b.example.org. 1 NS b.example.org.",
                "e.example.org. 1 NS e.example.org.",
            ]
        )
    }

    @Test func generatesRecords() throws {
        let text = """
            $TTL 1
            $GENERATE 8-12/2 h${-8,2,x} 5 IN A 192.0.2.$
            $GENERATE 1-1 t TXT "a $ b" \\$
              A 192.0.2.1
            """

        #expect(
            try read(text) == [
                "h00.example.org. 5 A 192.0.2.8", "h02.example.org. 5 A 192.0.2.10",
                "h04.example.org. 5 A 192.0.2.12", "t.example.org. 1 TXT \"a 1 b\" \"$\"",
                "t.example.org. 1 A 192.0.2.1",
            ]
        )
    }

    @Test func saysTheMistakeOfAGeneratedRecordOnce() throws {
        #expect(
            try read("$TTL 1\n$GENERATE 250-260 h$ A 192.0.2.$\na A 192.0.2.1").count == 8
        )
    }

    @Test func goesOnBehindAMistake() throws {
        let lines = try read("$TTL 1\na A x\nb A 192.0.2.1\n")

        #expect(lines.count == 2)
        #expect(lines.first?.hasPrefix("zones/db:2:5: data of A: ") == true)
        #expect(lines.last == "b.example.org. 1 A 192.0.2.1")
    }

    @Test func includesAsDeepAsItMayAndNoDeeper() throws {
        var limits = MasterLimits()
        limits.maximumIncludeDepth = 2
        let others = [
            "zones/1": "$INCLUDE 2", "zones/2": "$TTL 1\na A 192.0.2.1\n$INCLUDE 3",
            "zones/3": "b 1 A 192.0.2.1",
        ]

        #expect(
            try read("$INCLUDE 1", others, limits: limits) == [
                "a.example.org. 1 A 192.0.2.1",
                "zones/2:3:10: '$INCLUDE' goes deeper than 2 files",
            ]
        )
        #expect(
            try read("$INCLUDE db").first
                == "zones/db:1:10: '$INCLUDE' goes deeper than 7 files"
        )
    }

    @Test func readsAsManyFilesAsItMayAndNoMore() throws {
        var limits = MasterLimits()
        limits.maximumFileCount = 3
        let others = ["zones/x": "a 1 A 192.0.2.1"]
        let record = "a.example.org. 1 A 192.0.2.1"

        #expect(
            try read("$INCLUDE x\n$INCLUDE x", others, limits: limits) == [record, record]
        )
        #expect(
            try read("$INCLUDE x\n$INCLUDE x\n$INCLUDE x", others, limits: limits)
                == [record, record, "zones/db:3:10: the zone has more than 3 files"]
        )
    }

    @Test func readsAsManyRecordsAsItMayAndNoMore() throws {
        var limits = MasterLimits()
        limits.maximumRecordCount = 2
        let text = "$TTL 1\n$GENERATE 1-2 a A 192.0.2.$\n"

        #expect(try read(text, limits: limits).count == 2)
        #expect(
            try read(text + "b A 192.0.2.1\nc A 192.0.2.1", limits: limits).last
                == "zones/db:3:1: the zone has more than 2 records"
        )
    }

    @Test func readsAsManyBytesAsItMayAndNoMore() throws {
        let text = "a 1 A 192.0.2.1"
        var limits = MasterLimits()
        limits.maximumFileByteCount = text.utf8.count
        limits.maximumByteCount = text.utf8.count
        let two = MasterLimits()

        #expect(try read(text, limits: limits).count == 1)
        #expect(
            try read(text + " ", limits: limits)
                == ["zones/db:1:1: cannot read zones/db: is larger than 15 bytes"]
        )
        limits.maximumFileByteCount = two.maximumFileByteCount
        #expect(
            try read(text + " ", limits: limits)
                == ["zones/db:1:1: zones/db: the files of the zone have more than 15 bytes"]
        )
    }

    @Test func refusesMoreTextThanLibldnsHasRoomFor() throws {
        let most = ParsedRecord.maximumTextByteCount
        let line = "a 1 A 192.0.2.1" + String(repeating: " x", count: most / 2)

        #expect(try read(line).first?.contains("longer than 65000 bytes of text") == true)
    }
}

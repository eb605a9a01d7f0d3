// SPDX-License-Identifier: Apache-2.0

import LDNS
import Metrics
import Plugin
import Testing
import Wire

@testable import Plugins

/// libldns judges what we made of data: read from a file, and written into a message.
@Suite struct MasterTextTests {
    /// A record of every type with a text of its own, data as a master file has it.
    static let records: [(type: String, data: String)] = [
        ("A", "192.0.2.1"), ("NS", "ns"), ("MD", "a"), ("MF", "a"), ("CNAME", "b"),
        ("SOA", "ns admin 1 2h 30m 2w 5m"), ("MB", "a"), ("MG", "a"), ("MR", "a"),
        ("PTR", "host.example.net."), ("HINFO", "\"PC\" linux"), ("MINFO", "a b"),
        ("MX", "10 mail"), ("TXT", "one \"two three\" \"\" \"\\\"\\\\\\040\\255;()\""),
        ("RP", "admin text"), ("AFSDB", "1 afs"), ("X25", "\"311061700956\""),
        ("ISDN", "\"150862028003217\" \"004\""), ("RT", "10 a"), ("PX", "10 a b"),
        ("GPOS", "-32.6882 116.8652 10.0"), ("KEY", "256 3 5 AQPSKmynfzW4kyBv015MUG2DeIQ3"),
        ("AAAA", "2001:db8::1"), ("LOC", "52 22 23.000 N 4 53 32.000 E -2m 0m 10000m 10m"),
        ("SRV", "1 2 5060 sip"), ("NAPTR", "100 50 \"s\" \"z3950+I2L\" \"\" _z3950"),
        ("KX", "10 a"), ("CERT", "PGP 0 0 AQPSKmynfzW4kyBv015MUG2DeIQ3"), ("DNAME", "other"),
        ("APL", "1:192.168.32.0/21 !1:192.168.38.0/28 2:ff00::/8"),
        ("DS", "60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118"),
        ("SSHFP", "2 1 123456789abcdef67890123456789abcdef67890"),
        ("IPSECKEY", "10 1 2 192.0.2.38 AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ=="),
        ("RRSIG", "A 5 3 86400 20301231000000 20201231000000 2642 @ AQPSKmynfzW4kyBv015MUG2DeIQ3"),
        ("NSEC", "host A MX RRSIG NSEC TYPE1234"),
        ("DNSKEY", "257 3 8 AQPSKmynfzW4kyBv015MUG2DeIQ3"), ("DHCID", "AAIBY2/AuCccgoJbsaxcQc9T"),
        ("TLSA", "3 1 1 0d6fce3b0d6fce3b0d6fce3b0d6fce3b0d6fce3b0d6fce3b0d6fce3b0d6fce3b"),
        ("SMIMEA", "3 1 1 0d6fce3b0d6fce3b0d6fce3b0d6fce3b0d6fce3b0d6fce3b0d6fce3b0d6fce3b"),
        ("HIP", "2 200100107B1A74DF365639CC39F1D578 AwEAAbdxyhNuSutc5EMzxTs9LBPCIkOFH8cI rvs"),
        ("CDS", "60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118"),
        ("CDNSKEY", "257 3 8 AQPSKmynfzW4kyBv015MUG2DeIQ3"), ("OPENPGPKEY", "mQENBFVHm5sBCAD8"),
        ("CSYNC", "66 3 A NS AAAA"),
        (
            "ZONEMD",
            "1 1 1 " + String(repeating: "0d6fce3b", count: 12)
        ),
        ("SVCB", "1 svc alpn=\"h2,h3\" port=53 ipv4hint=192.0.2.1 ipv6hint=2001:db8::1"),
        ("HTTPS", "0 svc.example.net."), ("HTTPS", "16 . mandatory=alpn alpn=h2 key667=hello"),
        ("SPF", "\"v=spf1 -all\""), ("NID", "10 0014:4fff:ff20:ee64"), ("L32", "10 10.1.2.0"),
        ("L64", "10 2001:0DB8:1140:1000"), ("LP", "10 l64"), ("EUI48", "00-00-5e-00-53-2a"),
        ("EUI64", "00-00-5e-ef-10-00-00-2a"), ("URI", "10 1 \"ftp://ftp.example.com/public\""),
        ("CAA", "0 issue ca.example.net"), ("CAA", "128 iodef \"mailto:a@example.net\""),
        ("RESINFO", "qnamemin exterr=15,16"), ("WALLET", "BTC \"bc1q\""),
        ("TYPE65280", "\\# 3 01 02 03"), ("TYPE65280", "\\# 0"), ("A", "\\# 4 C0000201"),
        ("DSYNC", "\\# 6 003B01146300"),
    ]

    /// The one record that a line of a master file makes.
    private func read(_ line: String) throws -> Record {
        var files = MemoryFiles()
        files.contents["db"] = line
        var reader = MasterFileReader("db", origin: try Name("example.org"), files: files)
        let record = try #require(try reader.next())
        return Record(
            owner: try Name(wire: record.owner.span),
            type: record.type,
            ttl: record.ttl,
            data: record.data
        )
    }

    @Test(arguments: records.indices)
    func readsTheDataOfEveryType(index: Int) throws {
        let (type, data) = Self.records[index]
        let record = try read("a 60 IN \(type) \(data)")

        // The young types have no text at libldns: theirs is that of RFC 3597, which we read too.
        let text = try ParsedRecord.decoding(type: record.type.rawValue, data: record.data).text
        let again = try read("a 60 IN TYPE\(record.type.rawValue) \(text)")
        #expect(again == record)
    }

    @Test(arguments: records.indices)
    func writesTheDataOfEveryTypeIntoAMessage(index: Int) throws {
        let (type, data) = Self.records[index]
        let record = try read("a 60 IN \(type) \(data)")
        var message = Message(header: Header(id: 1, flags: .response))
        message.questions = [Question(try Name("a.example.org"), record.type)]
        message.answers = [record]

        let inspected = try InspectedMessage(try message.encoded())

        let text = try ParsedRecord.decoding(type: record.type.rawValue, data: record.data).text
        #expect(inspected.answers.map(\.data) == [text])
        #expect(inspected.answers.map(\.owner) == ["a.example.org."])
    }

    @Test(
        "Data that is cut anywhere, or has a byte too many, never traps",
        arguments: records.indices
    )
    func takesDamagedDataWithoutATrap(index: Int) throws {
        let (type, data) = Self.records[index]
        let line = "a 60 IN \(type) \(data)"
        for count in 1..<line.utf8.count {
            let cut = String(decoding: line.utf8.prefix(count), as: UTF8.self)
            if let record = try? read(cut) { #expect(record.data.count <= 65_535) }
        }
        let whole = try read(line)
        for count in 0..<(whole.data.count + 1) {
            let bytes = (whole.data + [0]).prefix(count).map { byte in
                (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
            let general = "a 60 TYPE\(whole.type.rawValue) \\# \(count) \(bytes.joined())"
            if let record = try? read(general) { #expect(record.data.count == count) }
        }
    }

    @Test func keepsParenthesesAndSemicolonsOfStrings() throws {
        let record = try read("a 60 TXT \"(;)\" \\(\\;\\) \"é\" \"a\tb\"")

        #expect(
            record.data == [3, 0x28, 0x3B, 0x29, 3, 0x28, 0x3B, 0x29, 2, 0xC3, 0xA9, 3, 97, 9, 98]
        )
    }

    @Test func keepsEscapedDotsInNames() throws {
        #expect(try read("a 60 NS a\\.b\\046").data == [4, 97, 46, 98, 46] + Self.origin)
        #expect(try read("a 60 NS a\\.").data == [2, 97, 46] + Self.origin)
        #expect(try read("a 60 NS a\\\\.").data == [2, 97, 92, 0])
    }

    private static let origin: [UInt8] =
        [7] + Array("example".utf8) + [3] + Array("org".utf8) + [0]
}

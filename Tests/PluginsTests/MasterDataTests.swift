// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing
import Wire

@testable import Plugins

@Suite struct MasterDataTests {
    @Test(
        "Wrong data is told with what would be right",
        arguments: [
            ("A 192.0.2", "db:3:5: data of A: an IPv4 address such as 192.0.2.1 is wanted"),
            (
                "AAAA 192.0.2.1",
                "db:3:8: data of AAAA: an IPv6 address such as 2001:db8::1 is wanted"
            ),
            (
                "MX mail",
                "db:3:6: data of MX: a preference and a name such as 10 mail.example.org. is wanted"
            ),
            (
                "SRV 0 5 sip",
                "db:3:7: data of SRV: priority, weight, port and a name such as "
                    + "0 5 5060 sip.example.org. is wanted"
            ),
            ("LOC x", "db:3:7: data of LOC: "),
        ]
    )
    func saysWhatIsWanted(record: String, line: String) throws {
        let files = MemoryFiles(contents: ["db": ZoneFileTests.head + "a " + record])

        let file = ZoneFile("db", origin: try Name("example.org"), files: files)

        #expect(file.zone == nil)
        #expect(file.reports.first?.description.hasPrefix(line) == true, "\(file.reports)")
    }

    @Test(
        "Every example is right",
        arguments: [
            ("A", "192.0.2.1"), ("AAAA", "2001:db8::1"), ("CAA", "0 issue \"ca.example.net\""),
            ("CNAME", "www.example.org."), ("DNAME", "example.net."), ("HTTPS", "1 . alpn=h2"),
            ("MX", "10 mail.example.org."), ("NS", "ns1.example.org."),
            ("PTR", "host.example.org."), ("SRV", "0 5 5060 sip.example.org."),
            ("SVCB", "1 . alpn=h2"), ("TXT", "\"v=spf1 -all\""),
        ]
    )
    func givesExamplesThatParse(type: String, data: String) throws {
        let number = try #require(RecordType(type))
        let files = MemoryFiles(contents: ["db": ZoneFileTests.head + "a \(type) \(data)"])

        let file = ZoneFile("db", origin: try Name("example.org"), files: files)

        #expect(MasterData.wanted(for: number)?.hasSuffix(data) == true)
        #expect(file.zone != nil, "\(file.reports)")
    }
}

// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@Suite struct IPAddressTextTests {
    @Test(arguments: [
        "", ".", "1", "1.2", "1.2.3", "1.2.3.", ".1.2.3", "1..2.3", "1.2.3.4.", "1.2.3.4.5",
        "01.2.3.4", "1.2.3.00", "1.2.3.256", "1.2.3.1000", "1.2.3.-4", "1.2.3.+4", "1.2.3.4 ",
        " 1.2.3.4", "1.2.3.4/24", "0x1.2.3.4", "1.2.3.a", "１.2.3.4",
    ])
    func refusesWhatIsNoIPv4Address(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test(arguments: [
        ":", ":::", "::::", "1:", ":1", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7:8:", ":1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8",
        "1::2:3:4:5:6:7:8", "12345::", "::g", "::1%eth0", "::1.2.3", "::1.2.3.4.5",
        "1.2.3.4::", "::1.2.3.4:5", "1:2:3:4:5:6:7:1.2.3.4", "::01.2.3.4", "[::1]", "::1 ",
        "0000:0000:0000:0000:0000:0000:255.255.255.2555", "::-1", "::+1",
    ])
    func refusesWhatIsNoIPv6Address(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test(arguments: [
        ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"), ("10.0.0.1", "10.0.0.1"),
        ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("::1:2", "::1:2"), ("1:2::", "1:2::"),
        ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"), ("2001:DB8::AbCd", "2001:db8::abcd"),
        ("2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1"),
        ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"), ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
        ("1:0:0:2:0:0:0:3", "1:0:0:2::3"), ("1:0:0:2:3:0:0:4", "1::2:3:0:0:4"),
        ("1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"), ("1::2:3:4:5:6:7", "1:0:2:3:4:5:6:7"),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.1"), ("::FFFF:C000:201", "::ffff:192.0.2.1"),
        ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"), ("::192.0.2.1", "::c000:201"),
        ("0000:0000:0000:0000:0000:ffff:255.255.255.255", "::ffff:255.255.255.255"),
        ("0:0:0:0:0:0:0:0", "::"), ("0:0:1::", "0:0:1::"),
    ])
    func writesTheCanonicalForm(text: String, expected: String) throws {
        #expect(try #require(IPAddress(text)).description == expected)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func readsBackWhatItWrites(seed: UInt64) {
        var random = Seeded(seed)
        for _ in 0..<500 {
            // Zero groups are made common, since they are where the text form has its corners.
            var words: [UInt64] = [0, 0]
            for word in 0..<2 {
                for _ in 0..<4 {
                    let group = Bool.random(using: &random) ? 0 : UInt64(random.next() >> 48)
                    words[word] = words[word] << 16 | group
                }
            }
            let address = IPAddress(v6High: words[0], low: words[1])

            #expect(IPAddress(address.description) == address)
        }
    }
}

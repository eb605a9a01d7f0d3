// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@Suite struct IPAddressTests {
    private func address(_ text: String) throws -> IPAddress {
        try #require(IPAddress(text))
    }

    @Test(arguments: ["192.0.2.1", "2001:db8::1:2", "0.0.0.0", "::", "255.255.255.255"])
    func readsBackTheBytesItGives(text: String) throws {
        let address = try address(text)

        let bytes = (0..<address.byteCount).map { address.byte(at: $0) }

        #expect(IPAddress(bytes: bytes.span) == address)
        #expect(bytes.count * 8 == address.bitCount)
    }

    @Test(arguments: [-1, 4, 16, 100])
    func hasNoByteOutsideItself(index: Int) throws {
        #expect(try address("255.255.255.255").byte(at: index) == 0)
    }

    @Test(arguments: [-1, 16, 100])
    func hasNoByteOutsideItsSixteen(index: Int) throws {
        #expect(try address("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff").byte(at: index) == 0)
    }

    @Test(arguments: [0, 1, 3, 5, 15, 17])
    func takesFourOrSixteenBytesOnly(count: Int) {
        let bytes = [UInt8](repeating: 1, count: count)

        #expect(IPAddress(bytes: bytes.span) == nil)
    }

    @Test(arguments: [
        ("192.0.2.255", -1, "0.0.0.0"), ("192.0.2.255", 0, "0.0.0.0"),
        ("192.0.2.255", 1, "128.0.0.0"), ("192.0.2.255", 24, "192.0.2.0"),
        ("192.0.2.255", 25, "192.0.2.128"), ("192.0.2.255", 31, "192.0.2.254"),
        ("192.0.2.255", 32, "192.0.2.255"), ("192.0.2.255", 33, "192.0.2.255"),
        ("ffff::ffff", -1, "::"), ("ffff::ffff", 0, "::"), ("ffff::ffff", 1, "8000::"),
        ("1:2:3:ffff:ffff::", 63, "1:2:3:fffe::"), ("1:2:3:ffff:ffff::", 64, "1:2:3:ffff::"),
        ("1:2:3:ffff:ffff::", 65, "1:2:3:ffff:8000::"), ("::ffff:ffff", 127, "::ffff:fffe"),
        ("::ffff:ffff", 128, "::ffff:ffff"), ("::ffff:ffff", 129, "::ffff:ffff"),
    ])
    func masks(text: String, length: Int, expected: String) throws {
        #expect(try address(text).masked(to: length) == address(expected))
    }

    @Test(arguments: [
        ("10.1.2.3", "10.0.0.0", 8, true), ("11.1.2.3", "10.0.0.0", 8, false),
        ("10.1.2.3", "10.9.9.9", 8, true), ("10.1.2.3", "0.0.0.0", 0, true),
        ("10.1.2.3", "10.1.2.3", 32, true), ("10.1.2.3", "10.1.2.3", 33, false),
        ("10.1.2.3", "10.1.2.3", -1, false), ("::1", "0.0.0.0", 0, false),
        ("2001:db8::1", "2001:db8::", 32, true), ("2001:db9::1", "2001:db8::", 32, false),
        ("2001:db8::1", "2001:db8::2", 127, false), ("2001:db8::2", "2001:db8::3", 127, true),
        ("::ffff:10.1.2.3", "10.0.0.0", 8, false),
    ])
    func liesInsideANetwork(text: String, network: String, length: Int, expected: Bool) throws {
        #expect(try address(text).isInside(address(network), length: length) == expected)
    }

    @Test(arguments: [
        ("::ffff:192.0.2.1", "192.0.2.1"), ("::192.0.2.1", "::192.0.2.1"),
        ("::1:ffff:192.0.2.1", "::1:ffff:192.0.2.1"), ("192.0.2.1", "192.0.2.1"),
        ("1::ffff:192.0.2.1", "1::ffff:192.0.2.1"),
    ])
    func unmaps(text: String, expected: String) throws {
        #expect(try address(text).unmapped == address(expected))
    }

    @Test func keepsTheFamiliesApart() throws {
        #expect(try address("0.0.0.1") != address("::1"))
    }

    @Test(arguments: [
        ("127.0.0.1", true), ("127.255.0.1", true), ("128.0.0.1", false), ("::1", true),
        ("::2", false), ("1::1", false),
    ])
    func knowsLoopback(text: String, expected: Bool) throws {
        #expect(try address(text).isLoopback == expected)
    }

    @Test(arguments: [
        ("169.254.0.1", true), ("169.255.0.1", false), ("fe80::1", true), ("febf::1", true),
        ("fec0::1", false), ("fe7f::1", false),
    ])
    func knowsLinkLocal(text: String, expected: Bool) throws {
        #expect(try address(text).isLinkLocal == expected)
    }

    @Test(arguments: [("0.0.0.0", true), ("::", true), ("0.0.0.1", false), ("1::", false)])
    func knowsUnspecified(text: String, expected: Bool) throws {
        #expect(try address(text).isUnspecified == expected)
    }
}

// SPDX-License-Identifier: Apache-2.0

import Corefile
import Testing
import Wire

@testable import Plugins

@Suite struct PageAddressTests {
    private let place = Position(file: "Corefile", line: 1, column: 9)

    @Test(
        arguments: [
            (":8080", nil, 8_080), ("0.0.0.0:80", "0.0.0.0", 80), ("localhost:0", "127.0.0.1", 0),
            ("[2001:db8::1]:65535", "2001:db8::1", 65_535),
        ] as [(String, String?, UInt16)]
    )
    func readsAddressAndPort(text: String, address: String?, port: UInt16) throws {
        let found = try PageAddress(Word(text, at: place))

        #expect(found.address?.description == address)
        #expect(found.port == port)
    }

    @Test(arguments: ["", "8080", ":65536", ":x", "::1:80", "[1.2.3.4]:80", "host:80", "[::1]"])
    func refusesTheRest(text: String) {
        let error = #expect(throws: CorefileError.self) { try PageAddress(Word(text, at: place)) }

        #expect(error?.position == place)
    }
}

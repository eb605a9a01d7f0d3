// SPDX-License-Identifier: Apache-2.0

import LDNS
import Testing

@Suite struct InspectedMessageTests {
    /// An answer to `a. A`: one address, one NS in authority, its address, and OPT.
    static let wire: [UInt8] =
        [0x12, 0x34, 0x85, 0x03, 0, 1, 0, 1, 0, 1, 0, 2]
        + [1, 0x61, 0, 0, 1, 0, 1]
        + [0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1]
        + [0, 0, 2, 0, 1, 0, 0, 0, 61, 0, 2, 0xC0, 12]
        + [0xC0, 12, 0, 28, 0, 1, 0, 0, 0, 62, 0, 16] + [UInt8](repeating: 0, count: 15) + [1]
        + [0, 0, 41, 4, 208, 1, 0, 0x80, 0, 0, 0]

    @Test func readsEverySection() throws {
        let message = try InspectedMessage(Self.wire)

        #expect(message.id == 0x1234)
        #expect(message.code == 3)
        #expect(message.isResponse)
        #expect(message.isAuthoritative)
        #expect(!message.isTruncated)
        #expect(message.questions.map(\.description) == ["a. 0 IN A "])
        #expect(message.answers.map(\.description) == ["a. 60 IN A 192.0.2.1"])
        #expect(message.authorities.map(\.description) == [". 61 IN NS a."])
        #expect(message.additionals.map(\.description) == ["a. 62 IN AAAA ::1"])
        #expect(message.options?.udpByteCount == 1_232)
        #expect(message.options?.extendedCode == 1)
        #expect(message.options?.wantsSignatures == true)
    }

    @Test("A message cut anywhere in its records is refused", arguments: 0..<wire.count)
    func refusesACutMessage(length: Int) {
        #expect(throws: LDNSError.self) {
            _ = try InspectedMessage(Array(Self.wire.prefix(length)))
        }
    }
}

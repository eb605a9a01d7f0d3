// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@Suite struct ResponseCodeTests {
    @Test(
        arguments: [
            (0, "NOERROR"), (3, "NXDOMAIN"), (9, "NOTAUTH"), (12, "RCODE12"), (15, "RCODE15"),
            (16, "BADVERS"), (23, "BADCOOKIE"), (24, "RCODE24"), (4_095, "RCODE4095"),
        ] as [(UInt16, String)]
    )
    func prints(number: UInt16, text: String) {
        #expect(ResponseCode(rawValue: number).description == text)
    }

    @Test func keepsTwelveBits() {
        #expect(ResponseCode(rawValue: 0xFFFF).rawValue == 0x0FFF)
    }

    @Test(arguments: [("nxdomain", 3), ("BadVers", 16)] as [(String, UInt16)])
    func readsMnemonicsInAnyCase(text: String, number: UInt16) {
        #expect(ResponseCode(text)?.rawValue == number)
    }

    @Test(arguments: ["", "RCODE12", "NO"])
    func refusesOtherText(text: String) {
        #expect(ResponseCode(text) == nil)
    }
}

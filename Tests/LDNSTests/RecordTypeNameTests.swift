// SPDX-License-Identifier: Apache-2.0

import LDNS
import Testing

@Suite struct RecordTypeNameTests {
    @Test(
        arguments: [
            ("A", 1), ("aaaa", 28), ("TYPE65280", 65_280), ("type0", 0), ("HTTPS", 65),
            ("RESINFO", 261),
            ("Wallet", 262), ("DSYNC", 66), ("AMTRELAY", 260), ("NSEC3PARAM", 51),
            ("OPENPGPKEY", 61),
        ] as [(String, UInt16)]
    )
    func knowsTypesByTheirNames(name: String, number: UInt16) {
        #expect(RecordTypeName.number(of: name) == number)
    }

    @Test(arguments: ["", "B", "TYPE", "TYPE65536", "TYPE-1", "TYPE1x", "A\0", "A ", "IN", "é"])
    func knowsNoOthers(name: String) {
        #expect(RecordTypeName.number(of: name) == nil)
    }
}

// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@Suite struct RecordTypeTests {
    @Test func readsEveryTypeThatItPrints() {
        for number in UInt16(0)...UInt16.max {
            let type = RecordType(rawValue: number)

            #expect(RecordType(type.description) == type)
        }
    }

    @Test(
        arguments: [
            ("a", 1), ("Aaaa", 28), ("type28", 28), ("TYPE65535", 65_535), ("type0", 0),
            ("HTTPS", 65),
        ] as [(String, UInt16)]
    )
    func readsMnemonicsInAnyCase(text: String, number: UInt16) {
        #expect(RecordType(text)?.rawValue == number)
    }

    @Test(arguments: ["", "TYPE", "TYPE+1", "TYPE-1", "TYPE65536", "TYPE1 ", "TYPE１", "AA", "IN"])
    func refusesOtherText(text: String) {
        #expect(RecordType(text) == nil)
    }

    @Test(
        arguments: [
            (1, "IN"), (3, "CH"), (4, "HS"), (254, "NONE"), (255, "ANY"), (0, "CLASS0"),
            (2, "CLASS2"),
        ] as [(UInt16, String)]
    )
    func printsClasses(number: UInt16, text: String) {
        #expect(RecordClass(rawValue: number).description == text)
    }
}

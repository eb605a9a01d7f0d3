// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@Suite struct RecordLayoutTests {
    /// RFC 3597 §4: only the types of RFC 1035 may be written with pointers in their data.
    @Test func letsOnlyTheTypesOfTheFirstStandardBeCompressed() {
        let compressible = (UInt16(0)...UInt16.max).filter {
            RecordLayout(of: RecordType(rawValue: $0)).isCompressible
        }

        #expect(compressible == [2, 3, 4, 5, 6, 7, 8, 9, 12, 14, 15])
    }

    /// RFC 3597 §4: these may come with pointers in their data.
    @Test func findsTheNamesOfEveryTypeThatMayComeCompressed() {
        let named = (UInt16(0)...UInt16.max).filter {
            RecordLayout(of: RecordType(rawValue: $0)).nameCount > 0
        }

        #expect(
            named == [
                2, 3, 4, 5, 6, 7, 8, 9, 12, 14, 15, 17, 18, 21, 24, 26, 30, 33, 35, 36, 39, 46, 47,
            ]
        )
    }

    @Test func hasNothingBehindTheNamesOfCompressibleTypesButSOA() {
        for number in [2, 3, 4, 5, 7, 8, 9, 12, 14, 15] as [UInt16] {
            #expect(RecordLayout(of: RecordType(rawValue: number)).tail == .exactly(0))
        }
        #expect(RecordLayout(of: .soa).tail == .exactly(20))
    }
}

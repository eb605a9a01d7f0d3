// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@Suite struct SpanIntegersTests {
    private static let bytes: [UInt8] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 0xFF]

    @Test func readsBigEndianIntegersWhereverTheyStand() {
        let span = Self.bytes.span

        let values = (span.uint16(at: 8), span.uint32(at: 1), span.uint64(at: 1))

        #expect(values.0 == 0x08FF)
        #expect(values.1 == 0x0102_0304)
        #expect(values.2 == 0x0102_0304_0506_0708)
    }

    @Test func trapsPastTheEnd() async {
        await #expect(processExitsWith: .failure) {
            let bytes: [UInt8] = [1]
            _ = bytes.span.uint16(at: 0)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Testing
import XDP

@Suite struct KernelAnswerTests {
    @Test("A record is that of an address", arguments: [(15, false), (16, true), (17, false)])
    func takesA(count: Int, fits: Bool) {
        let record = [UInt8](repeating: 7, count: count)

        #expect((KernelAnswer(record: record, udpByteCount: 512, zone: 0) != nil) == fits)
    }

    @Test("A record is that of an address", arguments: [(27, false), (28, true), (29, false)])
    func takesAAAA(count: Int, fits: Bool) {
        let record = [UInt8](repeating: 7, count: count)

        #expect((KernelAnswer(record: record, udpByteCount: 512, zone: 0) != nil) == fits)
    }

    @Test func laysOutTheValue() throws {
        let record = (0..<16).map { UInt8($0) }

        let bytes = try #require(KernelAnswer(record: record, udpByteCount: 1_232, zone: 5)).bytes

        #expect(bytes.count == KernelAnswer.byteCount)
        #expect(bytes.prefix(10) == [5, 0, 0, 0, 16, 0, 0, 0, 0x04, 0xD0])
        #expect(Array(bytes[16..<32]) == record)
        #expect(bytes[32...].allSatisfy { $0 == 0 })
    }
}

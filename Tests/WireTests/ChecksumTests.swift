// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@Suite struct ChecksumTests {
    private func value(_ parts: [UInt8]...) -> UInt64 {
        var checksum = Checksum()
        for part in parts { checksum.add(part.span) }
        return checksum.value
    }

    @Test func dependsOnEveryByteAndOnTheParts() {
        #expect(value([1, 2, 3]) == value([1, 2, 3]))
        #expect(value([1, 2, 3]) != value([1, 2, 4]))
        #expect(value([1, 2], [3]) != value([1], [2, 3]))
        #expect(value([1], [2]) != value([2], [1]))
        #expect(value([1], []) != value([1]))
    }
}

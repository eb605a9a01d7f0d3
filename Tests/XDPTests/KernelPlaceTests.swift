// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire
import XDP

@Suite struct KernelPlaceTests {
    @Test func laysOutAnIPv4Place() {
        let place = KernelPlace(Endpoint(Frame.server4, port: 53), table: 7, firstTally: 0x0102)

        #expect(place.key.prefix(12) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF])
        #expect(place.key.suffix(8) == [192, 0, 2, 0x35, 0, 53, 0, 0])
        #expect(place.key.count == KernelPlace.keyByteCount)
        #expect(place.bytes == [7, 0, 0, 0, 2, 1, 0, 0])
    }

    @Test func laysOutAnIPv6Place() {
        let place = KernelPlace(Endpoint(Frame.server6, port: 5_353), table: 0, firstTally: 0)

        #expect(place.key.prefix(4) == [0x20, 0x01, 0x0D, 0xB8])
        #expect(place.key.suffix(5) == [0x35, 0x14, 0xE9, 0, 0])
        #expect(place.bytes.count == KernelPlace.byteCount)
    }
}

// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@Suite struct RecordPlacesTests {
    @Test(arguments: [0, 1, 4, 5, 40])
    func keepThePlacesInTheirOrder(count: Int) {
        let wanted = (0..<count).map { UInt16(truncatingIfNeeded: $0 * 9_001 + 65_000) }
        var places = RecordPlaces()
        for place in wanted { places.append(place) }

        #expect((0..<places.count).map { places[$0] } == wanted)
    }

    @Test func tellThoseApartThatDiffer() {
        var one = RecordPlaces()
        one.append(0)

        #expect(one != RecordPlaces())
    }
}

// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import bench

@Suite struct ApartmentTests {
    @Test(
        "The load and the worker have a processor each, as far as there are any",
        arguments: [
            ([3], 3, 3, [3]), ([0, 1], 0, 1, [0]), ([2, 4, 6], 2, 6, [4]),
            ([0, 1, 2, 3], 0, 3, [1, 2]),
        ]
    )
    func dividesTheProcessors(all: [Int], load: Int, worker: Int, rest: [Int]) {
        let apartment = Apartment(all)

        #expect(apartment.load == load)
        #expect(apartment.worker == worker)
        #expect(apartment.rest == rest)
    }
}

// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Commands

@Suite struct AgesTests {
    @Test(
        arguments: [
            (-5, "0s"), (0, "0s"), (119, "119s"), (120, "2m"), (125, "2m5s"), (599, "9m59s"),
            (600, "10m"), (10_799, "179m"), (10_800, "3h"), (11_400, "3h10m"), (28_800, "8h"),
            (172_799, "47h"), (172_800, "2d"), (176_400, "2d1h"), (691_200, "8d"),
            (63_071_999, "729d"), (63_072_000, "2y"), (63_158_400, "2y1d"), (252_288_000, "8y"),
        ] as [(Int64, String)]
    )
    func tellsThemAsKubectlDoes(seconds: Int64, text: String) {
        #expect(Ages.text(seconds) == text)
    }
}

// SPDX-License-Identifier: Apache-2.0

import Plugin
import Plugins
import Testing

@Suite struct BufsizeTests {
    @Test(arguments: [("bufsize", 1_232), ("bufsize 512", 512), ("bufsize 4096", 4_096)])
    func setsTheLargestAnswer(text: String, expected: UInt16) throws {
        let (_, setup) = try Surroundings().make(Bufsize.self, text)

        #expect(setup.limits.udpByteCount == expected)
    }

    @Test(arguments: ["511", "4097", "x", "-1", "+600", ""])
    func refusesSizesOutsideTheBounds(size: String) throws {
        let text = try refusal(of: Bufsize.self, "bufsize \"\(size)\"")

        #expect(text == "Corefile:1:9: '\(size)' is no number from 512 to 4096")
    }
}

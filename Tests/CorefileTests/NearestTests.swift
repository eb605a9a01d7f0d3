// SPDX-License-Identifier: Apache-2.0

import Corefile
import Testing

@Suite struct NearestTests {
    @Test(
        arguments: [
            ("ttll", "ttl"), ("ttl", "ttl"), ("TTL", "ttl"), ("falltrough", "fallthrough"),
            ("fallthroguh", "fallthrough"), ("podss", "pods"), ("xyzzy", nil), ("", nil),
            ("kubernetes.io", nil),
        ] as [(String, String?)]
    )
    func findsTheWordThatWasMeant(word: String, expected: String?) {
        #expect(Nearest.word(to: word, in: ["fallthrough", "ttl", "pods"]) == expected)
    }

    @Test func takesTheFirstOfTwoThatAreAsNear() {
        #expect(Nearest.word(to: "cat", in: ["dog", "car", "bat"]) == "car")
    }

    @Test func countsASwapAsOneChange() {
        #expect(Nearest.word(to: "lgo", in: ["leo", "log"]) == "leo")
        #expect(Nearest.word(to: "lgo", in: ["let", "log"]) == "log")
    }

    @Test func findsNothingAmongNone() {
        #expect(Nearest.word(to: "log", in: []) == nil)
    }

    @Test func limitsTheLength() {
        let longest = String(repeating: "x", count: Nearest.maximumByteCount)

        #expect(Nearest.word(to: longest, in: [longest + "y"]) == longest + "y")
        #expect(Nearest.word(to: longest + "x", in: [longest]) == nil)
    }
}

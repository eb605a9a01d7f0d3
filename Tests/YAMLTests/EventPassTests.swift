// SPDX-License-Identifier: Apache-2.0

import Testing
import YAML

@Suite struct EventPassTests {
    @Test(
        "Every event of every document counts, the stream's two included",
        arguments: [
            ("", 2), ("a", 5), ("a: [b, c]\n", 11), ("---\na\n---\nb\n", 8), ("a: *b\n", 8),
        ]
    )
    func countsEvents(text: String, count: Int) {
        #expect(EventPass.eventCount(Array(text.utf8)) == count)
    }

    @Test("A mistake is no count", arguments: ["a: [b", "a: b: c", "\u{1}"])
    func stopsAtMistakes(text: String) {
        #expect(EventPass.eventCount(Array(text.utf8)) == nil)
    }
}

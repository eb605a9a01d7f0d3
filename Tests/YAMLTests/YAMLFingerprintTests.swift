// SPDX-License-Identifier: Apache-2.0

import Testing
import YAML

@Suite struct YAMLFingerprintTests {
    /// Whether two values have the same fingerprint.
    private static func areAlike(_ first: String, _ second: String) throws -> Bool {
        var fingerprint = YAMLFingerprint()
        var reader = YAMLReader(Array("---\na: \(first)\n---\n# elsewhere\na: \(second)\n".utf8))
        let one = try #require(try reader.next()?.get()["a"])
        let isLikeNothing = fingerprint.take(one)
        #expect(!isLikeNothing)
        let other = try #require(try reader.next()?.get()["a"])
        return fingerprint.take(other)
    }

    @Test(
        "What says the same is alike",
        arguments: [
            "b", "", "[]", "{}", "[b, [c, {d: e}], 'f']", "{b: {c: 1}, d: [2]}", "|\n  b\n",
        ]
    )
    func findsAlike(text: String) throws {
        #expect(try Self.areAlike(text, text))
    }

    @Test(
        "Whatever differs is not alike",
        arguments: [
            ("b", "c"), ("b", "'b'"), ("1", "!!str 1"), ("[]", "{}"), ("[[], b]", "[[b]]"),
            ("[b, c]", "[bc]"), ("[b, c]", "[c, b]"), ("{b: c}", "{c: b}"), ("{b: c}", "[b, c]"),
            ("{b: {c: d}}", "{b: c, d: }"), ("[b]", "[b, b]"), ("", "''"),
        ]
    )
    func findsDifferent(first: String, second: String) throws {
        #expect(try !Self.areAlike(first, second))
    }

    @Test("A value that says too much is like nothing", arguments: [true, false])
    func limitsLength(isWithin: Bool) throws {
        // A scalar has five bytes in front of its text.
        let length = YAMLFingerprint.maximumByteCount - 5 + (isWithin ? 0 : 1)
        let text = String(repeating: "b", count: length)
        let items = Array(repeating: "b", count: YAMLFingerprint.maximumByteCount + 1)

        #expect(try Self.areAlike(text, text) == isWithin)
        let list = "[" + items.joined(separator: ",") + "]"
        #expect(try !Self.areAlike(list, list))
    }
}

// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Metrics

@Suite struct PageTests {
    @Test("Every byte survives in a label's value", arguments: 0...255)
    func escapesEveryByte(byte: Int) {
        let value = String(decoding: [UInt8(byte)], as: UTF8.self)

        let escaped = Page.escaped("a" + value + "z")

        #expect(!escaped.unicodeScalars.contains("\n"))
        #expect(Self.unescaped(escaped) == "a" + value + "z")
    }

    @Test("Any mix of bytes survives", arguments: UInt64(1)...4)
    func survivesAnyMixOfBytes(seed: UInt64) {
        var generator = Seeded(seed: seed)
        let nasty: [UInt8] = [0x0A, 0x0D, 0x22, 0x5C, 0x6E, 0x7B, 0x7D, 0xC3, 0xA9, 0xCC, 0x81]
        for _ in 0..<500 {
            let bytes = (0..<12).map { _ in nasty.randomElement(using: &generator) ?? 0 }
            let value = String(decoding: bytes, as: UTF8.self)
            let labels = Page.labels(["a"], [value])

            // One line, whose only bare quotes are the first and the last.
            #expect(!labels.utf8.contains(0x0A))
            #expect(Self.unescaped(String(labels.unicodeScalars.dropFirst(3).dropLast())) == value)
        }
    }

    @Test func escapesHelpButNotItsQuotes() {
        var page = Page()

        page.begin(.gauge("a", help: "one\\two\n\"three\""))

        #expect(
            String(decoding: page.bytes, as: UTF8.self) == """
                # HELP a one\\\\two\\n"three"
                # TYPE a gauge

                """
        )
    }

    @Test(
        "Nanoseconds are written as exact seconds",
        arguments: [
            (0, "0"), (1, "0.000000001"), (1_000_000_000, "1"), (1_500_000_000, "1.5"),
            (10_000_000_010, "10.00000001"), (UInt64.max, "18446744073.709551615"),
        ] as [(UInt64, String)]
    )
    func writesSeconds(value: UInt64, text: String) {
        #expect(Page.text(value, .nanoseconds) == text)
    }

    /// The value that a scraper reads; nil where an unescaped quote would end it early.
    static func unescaped(_ text: String) -> String? {
        var value = String.UnicodeScalarView()
        var scalars = text.unicodeScalars.makeIterator()
        while let scalar = scalars.next() {
            if scalar == "\"" { return nil }
            guard scalar == "\\" else {
                value.append(scalar)
                continue
            }
            switch scalars.next() {
            case "n": value.append("\n")
            case "\\": value.append("\\")
            case "\"": value.append("\"")
            default: return nil
            }
        }
        return String(value)
    }
}

// SPDX-License-Identifier: Apache-2.0

import Corefile
import Testing

@Suite struct PatternTests {
    @Test(
        arguments: [
            ("*", ["a", "a.conf", "b.conf", "c?d", "ä"]),
            ("*.conf", ["a.conf", "b.conf"]),
            ("?", ["a", "ä"]),
            ("[ab].conf", ["a.conf", "b.conf"]),
            ("[^a]*.conf", ["b.conf"]),
            ("[b-c]*", ["b.conf", "c?d"]),
            ("c\\?d", ["c?d"]),
            ("c[?]d", ["c?d"]),
            ("[\\?c]*", ["c?d"]),
            ("*o*f", ["a.conf", "b.conf"]),
            ("**a**", ["a", "a.conf"]),
            ("*x", []),
            ("[\\]]?", []),
        ] as [(String, [String])]
    )
    func findsTheNamesThatItCovers(pattern: String, expected: [String]) throws {
        var source = MemorySource()
        for name in ["a", "a.conf", "b.conf", "c?d", "ä"] { source.files["d/" + name] = name }

        let parsed = try corefile(".\nimport \"d/\(pattern)\"", source)

        #expect(parsed.importedFiles == expected.map { "d/" + $0 })
    }

    @Test(arguments: ["[", "[]", "[^]", "[a", "[a-", "[a-]", "[b-a]", "[\\]-]", "\\", "[\\"])
    func refusesWhatHasNoEnd(pattern: String) {
        let message = refusal(".\nimport x\(pattern)")

        #expect(message?.hasPrefix("Corefile:2:8: 'x\(pattern)' is no pattern") == true)
    }

    @Test("Many stars against a long name end soon", .timeLimit(.minutes(1)))
    func takesNoLongerThanTheProductOfTheLengths() throws {
        let name = String(repeating: "a", count: 255)
        let pattern = String(repeating: "a*", count: 100) + "b"

        let parsed = try corefile(
            ".\nimport \(pattern)",
            MemorySource(files: [name: "log"])
        )

        #expect(parsed.importedFiles.isEmpty)
    }
}

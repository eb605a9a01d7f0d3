// SPDX-License-Identifier: Apache-2.0

import Corefile
import Testing

@Suite struct SubstitutionTests {
    @Test(arguments: [
        ("{$ZONE}", "example.org"),
        ("{%ZONE%}", "example.org"),
        ("a.{$ZONE}:{%PORT%}", "a.example.org:53"),
        ("{$NONE}x", "x"),
        ("{$SPACE}", "a b"),
        ("{$NESTED}", "{$ZONE}"),
        ("{{$ZONE}}", "{example.org}"),
        ("{$}", "{$}"),
        ("{%%}", "{%%}"),
        ("{$ZONE", "{$ZONE"),
        ("{%ZONE}", "{%ZONE}"),
        ("{%A{%ZONE%}", ""),
        ("{", "{"),
        ("x{$", "x{$"),
        ("{$ZONE}{$", "example.org{$"),
        ("{args[0]}{args[]}{args[x]}{args[0]", "0{args[]}{args[x]}{args[0]"),
        ("{args[99999999999999999999]}", "{args[99999999999999999999]}"),
    ])
    func replacesVariables(text: String, expected: String) throws {
        let source = MemorySource(variables: [
            "ZONE": "example.org", "PORT": "53", "SPACE": "a b", "NESTED": "{$ZONE}",
        ])
        let snippet = "(s) {\n log {args[0]} \"\(text)\"\n}\n.\nimport s 0"

        #expect(try corefile(snippet, source).words.last?.text == expected)
    }

    @Test("Keys, names, arguments, options, imports: variables are replaced in all of them")
    func replacesVariablesEverywhere() throws {
        let source = MemorySource(
            files: ["x.conf": "log"],
            variables: ["X": "x"]
        )
        let text = "{$X} {\n {$X} {$X} {\n {$X} {$X}\n }\n import {$X}.conf\n}"

        #expect(try corefile(text, source).outline == ["x { x x { x x; }; log; }"])
    }

    @Test func keepsAValueOneWordThatIsNoBrace() throws {
        let source = MemorySource(variables: ["OPEN": "{", "CLOSE": "}", "HASH": "a # b"])

        let parsed = try corefile(". {\n log {$OPEN} {$CLOSE} {$HASH}\n}", source)

        #expect(parsed.words.map(\.text) == [".", "log", "{", "}", "a # b"])
    }

    @Test func limitsTheWordThatComesOut() throws {
        let half = String(repeating: "x", count: Corefile.maximumWordByteCount / 2)
        let source = MemorySource(variables: ["HALF": half])

        #expect(
            try corefile("{$HALF}{$HALF}", source).words.first?.text.utf8.count
                == Corefile.maximumWordByteCount
        )
        #expect(
            refusal("{$HALF}{$HALF}x", source)
                == "Corefile:1:1: a word longer than 16384 bytes; is a quote missing?"
        )
    }

    @Test(
        "Words full of references without an end take no longer than others",
        .timeLimit(.minutes(1)),
        arguments: ["{$", "{%", "{args[", "{args[0"]
    )
    func looksForAnEndOnce(opening: String) throws {
        // Looking anew at each opening would take some 4,000 million steps.
        let count = (Corefile.maximumWordByteCount - 1) / opening.utf8.count
        let word = String(repeating: opening, count: count)
        let words = [String](repeating: word, count: 64)

        #expect(try corefile(words.joined(separator: " ")).words.map(\.text) == words)
    }
}

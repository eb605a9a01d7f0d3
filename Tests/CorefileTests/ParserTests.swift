// SPDX-License-Identifier: Apache-2.0

import Corefile
import Testing

@Suite struct ParserTests {
    @Test(
        arguments: [
            ("", []),
            ("# nothing\n\n", []),
            (".", [". {  }"]),
            (".:53 {\n}", [".:53 {  }"]),
            (".:53\n{\n whoami\n}", [".:53 { whoami; }"]),
            (".:53 { whoami\n}", [".:53 { whoami; }"]),
            (".:53 whoami\n", [".:53 whoami {  }"]),
            ("a b\nwhoami\nlog all\n", ["a b { whoami; log all; }"]),
            ("a, b,\n c {\n}", ["a b c {  }"]),
            ("a , b {\n}", ["a b {  }"]),
            ("\"\" a {\n}", ["a {  }"]),
            ("\"a,\" b {\n}", ["a, b {  }"]),
            ("a {\n}\nb {\n}", ["a {  }", "b {  }"]),
            ("a {\n} b {\n}", ["a {  }", "b {  }"]),
            ("a {\n}\nb\nwhoami", ["a {  }", "b { whoami; }"]),
            (
                ". {\n cache 30 {\n  success 5 6\n  keepttl\n }\n}",
                [". { cache 30 { success 5 6; keepttl; }; }"]
            ),
            (". {\n cache { success 5\n }\n}", [". { cache { success 5; }; }"]),
            (". {\n cache { }\n errors {\n }\n}", [". { cache; errors; }"]),
            (
                ". {\n forward . 192.0.2.1\n forward . 192.0.2.2\n}",
                [". { forward . 192.0.2.1; forward . 192.0.2.2; }"]
            ),
            (". {\n \"whoami\"\n}", [". { whoami; }"]),
            (". {\n answer {{ .Name }} {x }y\n}", [". { answer {{ .Name }} {x }y; }"]),
        ] as [(String, [String])]
    )
    func readsServerBlocks(text: String, expected: [String]) throws {
        #expect(try corefile(text).outline == expected)
    }

    @Test func readsTheCorefileThatKubeadmWrites() throws {
        let text = """
            .:53 {
                errors
                health {
                   lameduck 5s
                }
                ready
                kubernetes cluster.local in-addr.arpa ip6.arpa {
                   pods insecure
                   fallthrough in-addr.arpa ip6.arpa
                   ttl 30
                }
                prometheus :9153
                forward . /etc/resolv.conf {
                   max_concurrent 1000
                }
                cache 30 {
                   disable success cluster.local
                   disable denial cluster.local
                }
                loop
                reload
                loadbalance
            }
            """

        let block = try #require(try corefile(text).blocks.first)

        #expect(
            block.stanzas.map(\.name.text) == [
                "errors", "health", "ready", "kubernetes", "prometheus", "forward", "cache",
                "loop", "reload", "loadbalance",
            ]
        )
        let kubernetes = block.stanzas[3]
        #expect(kubernetes.arguments.count == 3)
        #expect(kubernetes.options.map(\.name.text) == ["pods", "fallthrough", "ttl"])
        #expect(kubernetes.options[2].arguments[0].position.description == "Corefile:10:12")
    }

    @Test(arguments: [
        (". {\n whoami\n", "1:3: '{' is never closed; a '}' on a line of its own is wanted"),
        (". {\n cache {\n}", "1:3: '{' is never closed; a '}' on a line of its own is wanted"),
        (". {\n cache {\n", "2:8: '{' is never closed; a '}' on a line of its own is wanted"),
        ("(a) {\n b {\n}", "1:5: '{' is never closed; a '}' on a line of its own is wanted"),
        ("}", "1:1: '}' closes nothing; no '{' is open here"),
        ("a }", "1:3: '}' closes nothing; no '{' is open here"),
        (".\nwhoami\n}", "3:1: '}' closes nothing; no '{' is open here"),
        (". {\n whoami }", "2:9: '}' stands behind other words; it wants a line of its own"),
        (
            ". {\n cache {\n keepttl }\n}",
            "3:10: '}' stands behind other words; it wants a line of its own"
        ),
        (
            ". {\n cache\n {\n }\n}",
            "3:2: '{' begins a line; it belongs at the end of its directive's line"
        ),
        (
            ". {\n cache {\n {\n",
            "3:2: '{' begins a line; it belongs at the end of its directive's line"
        ),
        (
            ". {\n cache {\n a b {\n",
            "3:6: '{' behind the option 'a'; options have no blocks"
        ),
        (
            ". {\n cache {\n } log\n}",
            "3:4: 'log' stands behind '}'; it wants a line of its own"
        ),
        (".:53{\n}", "1:1: '.:53{' ends in '{'; a space is wanted before the brace"),
        (". {\n cache{\n}", "2:2: 'cache{' ends in '{'; a space is wanted before the brace"),
        ("{\n}", "1:1: '{' without a key; a zone like 'example.org' or '.' is wanted before it"),
        (
            "a, {\n}",
            "1:1: a comma with no key behind it; another zone is wanted, or no comma"
        ),
        ("a,", "1:1: a comma with no key behind it; another zone is wanted, or no comma"),
        (
            "\"\" {\n}",
            "1:1: every key of this server block is empty; "
                + "a zone like 'example.org' is wanted"
        ),
    ])
    func saysWhereTheFormIsWrong(text: String, expected: String) {
        #expect(refusal(text) == "Corefile:" + expected)
    }

    @Test func limitsServerBlocks() throws {
        let most = String(repeating: "a {\n}\n", count: Corefile.maximumBlockCount)

        #expect(try corefile(most).blocks.count == Corefile.maximumBlockCount)
        #expect(refusal(most + "b") == "Corefile:2049:1: more than 1024 server blocks")
    }

    // MARK: Snippets and imports

    @Test(arguments: [
        ("(s) {\n log\n}\n. {\n import s\n}", ". { log; }"),
        ("(s)\n{\n log\n}\n. {\n import s\n}", ". { log; }"),
        ("(s) { log\n}\n. {\n import s\n import s\n}", ". { log; log; }"),
        ("(s) {\n cache {\n keepttl\n }\n}\n. {\n import s\n}", ". { cache { keepttl; }; }"),
        ("(s) {\n keepttl\n}\n. {\n cache {\n import s\n }\n}", ". { cache { keepttl; }; }"),
        ("(s) {\n log\n}\n(t) {\n import s\n}\n. {\n import t\n}", ". { log; }"),
        ("(s) {\n . {\n log\n }\n}\nimport s", ". { log; }"),
        ("(s) {\n}\n. {\n import s\n log\n}", ". { log; }"),
        ("(k) {\n b\n}\na,\nimport k\n{\n log\n}", "a b { log; }"),
        ("(k) {\n b\n}\n(l) { import k\n}\na,\nimport l\n{\n log\n}", "a b { log; }"),
        ("(s) {\n keepttl\n}\n. {\n cache { import s\n }\n}", ". { cache { keepttl; }; }"),
        (
            "(s) {\n log {args[0]} x{args[1]}{args[0]}\n}\n. {\n import s a \"b c\"\n}",
            ". { log a xb ca; }"
        ),
        (
            "(s) {\n log {args[0]}\n}\n(t) {\n import s {args[1]}\n}\n. {\n import t a b\n}",
            ". { log b; }"
        ),
        (". {\n log {args[0]}\n}", ". { log {args[0]}; }"),
    ])
    func importsSnippets(text: String, expected: String) throws {
        #expect(try corefile(text).outline == [expected])
    }

    @Test func prefersASnippetToAFile() throws {
        let source = MemorySource(files: ["s": "file"])

        #expect(
            try corefile("(s) {\nsnippet\n}\n.\nimport s", source).outline == [". { snippet; }"]
        )
    }

    @Test func importsFilesRelativeToTheFileThatImports() throws {
        let source = MemorySource(files: [
            "/etc/apus/zones/a.conf": "import more/b.conf\n",
            "/etc/apus/zones/more/b.conf": "b.example {\n whoami\n}",
            "/absolute": "c.example {\n log\n}",
        ])

        let parsed = try Corefile(
            parsing: Array("import zones/a.conf\nimport /absolute\n".utf8),
            file: "/etc/apus/Corefile",
            source: source
        )

        #expect(parsed.outline == ["b.example { whoami; }", "c.example { log; }"])
        #expect(
            parsed.words[1].position.description == "/etc/apus/zones/more/b.conf:2:2"
        )
        #expect(
            parsed.importedFiles == [
                "/etc/apus/zones/a.conf", "/etc/apus/zones/more/b.conf", "/absolute",
            ]
        )
    }

    @Test func givesArgumentsToFiles() throws {
        let source = MemorySource(files: ["f": "forward . {args[0]}"])

        #expect(
            try corefile(".\nimport f 192.0.2.1", source).outline == [". { forward . 192.0.2.1; }"]
        )
    }

    @Test func importsTheMatchesOfAPatternInTheirOrder() throws {
        let source = MemorySource(files: [
            "d/b.conf": "log b", "d/a.conf": "log a", "d/B.conf": "log B", "d/c.txt": "log c",
        ])

        #expect(
            try corefile(".\nimport d/*.conf\nerrors", source).outline
                == [". { log B; log a; log b; errors; }"]
        )
    }

    @Test func readsAFileOnceThatIsImportedTwice() throws {
        let source = MemorySource(files: ["f": "log"])

        let parsed = try corefile("a {\nimport f\n}\nb {\nimport f\n}", source)

        #expect(parsed.outline == ["a { log; }", "b { log; }"])
        #expect(parsed.importedFiles == ["f"])
    }

    @Test(arguments: [
        (".\nimport d/*.conf", "Corefile:2:8: no file matches 'd/*.conf'"),
        (
            ".\nimport d/*",
            "Corefile:2:8: 'd/..data' is a folder and is skipped; a pattern imports files"
        ),
        (
            ".\nlog {$NONE}",
            "Corefile:2:5: the environment variable 'NONE' is not set; it counts as empty"
        ),
    ])
    func warnsOfWhatIsNotThere(text: String, warning: String) throws {
        let source = MemorySource(files: ["d/a": "whoami"], folders: ["d/..data"])

        #expect(try warnings(text, source) == [warning])
    }

    @Test(arguments: [
        ("import", "Corefile:1:1: 'import' wants a file, a pattern or a snippet"),
        ("import {$NONE}", "Corefile:1:8: 'import' wants a file, a pattern or a snippet"),
        (
            "import none",
            "Corefile:1:8: 'none' is no snippet defined above, and no such file exists"
        ),
        (
            "(common) {\n}\nimport comon",
            "Corefile:3:8: 'comon' is no snippet defined above, "
                + "and no such file exists; try 'common'"
        ),
        (
            "import folder",
            "Corefile:1:8: 'folder' cannot be imported: "
                + "it is a folder; 'folder/*' imports its files"
        ),
        (
            "import forbidden",
            "Corefile:1:8: 'forbidden' cannot be imported: may not be read"
        ),
        (
            "import d/[a",
            "Corefile:1:8: 'd/[a' is no pattern; "
                + "'*', '?' and '[a-z]' are, '\\' quotes them"
        ),
        ("import self", "self:1:8: 'self' imports itself"),
        ("import there", "back:1:8: 'there' imports itself"),
        ("import Corefile", "Corefile:1:8: 'Corefile' imports itself"),
        ("(s) {\n import s\n}\nimport s", "Corefile:2:9: '(s)' imports itself"),
        ("import broken", "broken:1:3: '{' is never closed; a '}' on a line of its own is wanted"),
        ("import s {\n", "Corefile:1:10: '{' behind the option 'import'; options have no blocks"),
        ("() {\n}", "Corefile:1:1: a snippet without a name; one is wanted between '(' and ')'"),
        (
            "(s) x {\n}",
            "Corefile:1:1: the snippet 's' has no block; a '{' is wanted behind its name"
        ),
        ("(s)", "Corefile:1:1: the snippet 's' has no block; a '{' is wanted behind its name"),
        (
            "(s) {\n}\n(s) {\n}",
            "Corefile:3:1: the snippet 's' exists already, from Corefile:1:1"
        ),
        (
            "(s) {\n log {args[1]}\n}\n.\nimport s a",
            "Corefile:2:6: '{args[1]}' wants argument 1 "
                + "of the import, counted from 0; 1 given"
        ),
        (
            "(s) {\n log {args[0]}\n}\n.\nimport s a b",
            "Corefile:5:12: 'b' is one argument too many; the snippet 's' uses 1"
        ),
    ])
    func saysWhereAnImportIsWrong(text: String, expected: String) {
        let source = MemorySource(
            files: [
                "self": "import self", "there": "import back", "back": "import there",
                "Corefile": "import Corefile", "broken": "a {",
            ],
            folders: ["folder"]
        )

        #expect(refusal(text, source) == expected)
    }

    @Test func limitsTheBytesOfImportedFiles() throws {
        let count = Corefile.maximumByteCount / Corefile.maximumFileByteCount
        let large = String(repeating: "#", count: Corefile.maximumFileByteCount)
        var source = MemorySource()
        for index in 0..<count { source.files["f\(index)"] = large }
        let most = (0..<count).map { "import f\($0)\n" }.joined()
        source.files["more"] = "#"

        #expect(try corefile(most, source).importedFiles.count == count)
        #expect(
            refusal(most + "import more", source)
                == "Corefile:17:8: more than 16777216 bytes of imported files"
        )
    }
}

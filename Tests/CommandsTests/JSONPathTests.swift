// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Commands

@Suite struct JSONPathTests {
    static let tree: Tree = [
        "kind": "List",
        "items": [
            [
                "name": "first", "port": 80, "ready": .boolean(true), "load": .number("0.5"),
                "labels": ["app": "a", "kubernetes.io/os": "linux"],
                "parts": [["n": 1], ["n": 2]],
            ],
            ["name": "second", "port": 443, "ready": .boolean(false), "parts": []],
            ["name": "third", "note": .null],
        ],
        "count": 3,
    ]

    private func written(_ template: String, isJSON: Bool = false) throws -> String {
        var writer = JSONPathWriter()
        try writer.write(JSONPath(template).parts, of: Self.tree, isJSON: isJSON)
        return writer.text
    }

    @Test(arguments: [
        ("", ""), ("plain text }", "plain text }"), ("{.kind}", "List"), ("{$.kind}", "List"),
        ("{ .kind } and {.count}", "List and 3"), ("{.nothing}", ""), ("{.kind.nothing}", ""),
        ("{.items[*].name}", "first second third"), ("{.items..name}", "first second third"),
        ("{.items[*]['name','port']}", "first second third 80 443"),
        ("{.items[0].labels.kubernetes\\.io/os}", "linux"),
        ("{.items[0].labels['kubernetes\\.io/os']}", "linux"),
        ("{.items[0]['labels']['kubernetes.io/os']}", "linux"),
        ("{.items[0].labels.*}", "a linux"),
        ("{.items[0].labels}", #"{"app":"a","kubernetes.io/os":"linux"}"#),
        ("{.items[0].parts}", #"[{"n":1},{"n":2}]"#), ("{.items[1].parts}", "[]"),
        ("{.items[-1].name}", "third"), ("{.items[0:2].name}", "first second"),
        ("{.items[:1].name}", "first"), ("{.items[1:].name}", "second third"),
        ("{.items[::2].name}", "first third"), ("{.items[-2:].name}", "second third"),
        ("{.items[1:1].name}", ""), ("{.items[0,2].name}", "first third"),
        ("{.items[ 0 , 2 ].name}", "first third"),
        ("{..n}", "1 2"), ("{.items[*].parts[*].n}", "1 2"),
        ("{.items[0].ready}{\"\\t\"}{.items[0].load}", "true\t0.5"),
        ("{\"a \\\"b\\\" \\\\ \\x41\\u00e9\"}{'it\\'s'}", "a \"b\" \\ A\u{E9}it's"),
        ("{['\\']}{.\u{0}}", ""), ("{3}{-1.5}{true}", "3-1.5true"), ("{@.kind}", "List"),
        ("{.items[2].note}", ""),
    ])
    func writesWhatPathsLeadTo(template: String, text: String) throws {
        #expect(try written(template) == text)
    }

    @Test(
        arguments: [
            ("@.name==\"second\"", "second"), ("@.name == 'second'", "second"),
            ("@.name!=\"second\"", "first third"), ("@.port>80", "second"),
            ("@.port>=80", "first second"),
            ("@.port<443", "first"), ("@.port<=443", "first second"), ("@.load==0.5", "first"),
            ("@.port==80.0", "first"), ("@.ready==true", "first"), ("@.ready!=true", "second"),
            ("@.labels", "first"), ("@.labels.app=='a'", "first"), ("@.name==')'", ""),
            ("'a'==@.labels.app", "first"), ("@.nothing", ""), ("@.parts[0].n==1", nil),
        ] as [(String, String?)]
    )
    func keepsWhatAFilterLetsThrough(filter: String, names: String?) throws {
        let template = "{.items[?(\(filter))].name}"
        guard let names else {
            // The second has no parts, and an index behind the end is a mistake.
            #expect(throws: JSONPathError.outOfBounds(index: 0, count: 0)) { try written(template) }
            return
        }

        #expect(try written(template) == names)
    }

    @Test(arguments: [
        ("{range .items[*]}{.name}={.port}{\"\\n\"}{end}.", "first=80\nsecond=443\nthird=\n."),
        ("{range .items[*]}[{range .parts[*]}{.n},{end}]{end}", "[1,2,][][]"),
        ("{range .nothing[*]}x{end}y", "y"), ("{range .items[*]}{.name} ", "first second third "),
        ("{range.items[0:2]}{@.port};{end}{.count}", "80;443;3"),
    ])
    func repeatsARange(template: String, text: String) throws {
        #expect(try written(template) == text)
    }

    @Test func writesEachPartAsAList() throws {
        #expect(try written("{.items[*].port}", isJSON: true) == "[\n    80,\n    443\n]\n")
        #expect(try written("{.nothing}", isJSON: true) == "[]\n")
        #expect(
            try written("{.items[0].parts}", isJSON: true) == """
                [
                    [
                        {
                            "n": 1
                        },
                        {
                            "n": 2
                        }
                    ]
                ]

                """
        )
    }

    @Test(
        arguments: [
            ("{", JSONPathError.unclosedAction), ("{.a", .unclosedAction),
            ("{.a\n}", .unclosedAction),
            ("{end}", .nothingToEnd), ("{range .a}{end}{end}", .nothingToEnd),
            ("{.a[}", .unterminatedArray), ("{.a[1}", .unterminatedArray),
            ("{.a[x]}", .badIndex("x")),
            ("{.a[]}", .badIndex("")), ("{.a[1:2:3:4]}", .badIndex("1:2:3:4")),
            ("{.a[99999999999999999999]}", .badIndex("99999999999999999999")),
            ("{.a[?(@.b}", .unterminatedFilter), ("{.a[?(@.b)}", .unclosedFilter),
            ("{.a[?(@.b=='c)]}", .unterminatedFilter),
            ("{.a[?(@.b=\"c\")]}", .unknownComparison("=")),
            ("{.a[?(@.b==)]}", .unknownComparison("==")), ("{.a[?(==1)]}", .unknownCharacter("=")),
            ("{.a[?(@.b[?(@.c)])]}", .unterminatedFilter), ("{....a}", .repeatedDescent),
            ("{\"a}", .unterminatedText), ("{\"a\\\"}", .unterminatedText),
            ("{\"\\q\"}", .badEscape("\"\\q\"")), ("{\"\\u12\"}", .badEscape("\"\\u12\"")),
            ("{\"\\ud800\"}", .badEscape("\"\\ud800\"")), ("{1.2.3}", .badNumber("1.2.3")),
            ("{-}", .badNumber("-")), ("{#}", .unknownCharacter("#")),
            ("{..*}", .unknownCharacter("*")),
            ("{nothing}", .unknownWord("nothing")), ("{.a nothing}", .unknownWord("nothing")),
            ("{.a range}", .misplacedRange), ("{.a\\", .unclosedAction),
            ("{'\\", .unterminatedText),
            ("{.a[?('\\", .unterminatedFilter),
        ]
    )
    func refusesWhatIsNoTemplate(template: String, error: JSONPathError) throws {
        #expect(throws: error) { try JSONPath(template) }
    }

    @Test(arguments: [
        ("{.kind[0]}", JSONPathError.noList("string")),
        ("{.items[3]}", .outOfBounds(index: 3, count: 3)),
        ("{.items[-4]}", .outOfBounds(index: -1, count: 3)),
        ("{.items[0:4]}", .outOfBounds(index: 3, count: 3)),
        (
            "{.items[-9223372036854775808:]}",
            .outOfBounds(index: -9_223_372_036_854_775_805, count: 3)
        ),
        (
            "{.items[:-9223372036854775808]}",
            .outOfBounds(index: -9_223_372_036_854_775_806, count: 3)
        ),
        (
            "{.items[0:9223372036854775807]}",
            .outOfBounds(index: 9_223_372_036_854_775_806, count: 3)
        ),
        ("{.items[2:1]}", .backwards(from: 2, to: 1)), ("{.items[0:2:0]}", .badStep),
        ("{.items[0:2:-1]}", .badStep), ("{.items[0][?(@.a)]}", .noList("map")),
        ("{.items[?(@.*==1)]}", .manyCompared), ("{.items[?(@.name==1)]}", .incomparable),
        ("{.items[?(@.ready<true)]}", .incomparable),
    ])
    func refusesWhatTheObjectsHaveNot(template: String, error: JSONPathError) throws {
        #expect(throws: error) { try written(template) }
    }

    @Test("Steps of any size lead somewhere")
    func takesLongSteps() throws {
        #expect(try written("{.items[0:3:9223372036854775807].name}") == "first")
    }

    @Test func boundsTheLength() throws {
        let long = String(repeating: "a", count: JSONPath.maximumByteCount)

        #expect(try JSONPath(long).parts == [.text(long)])
        #expect(throws: JSONPathError.long) { try JSONPath(long + "a") }
    }

    @Test(arguments: [JSONPath.maximumRangeDepth, JSONPath.maximumRangeDepth + 1])
    func boundsTheDepth(depth: Int) throws {
        let template = String(repeating: "{range @}", count: depth) + "x"

        if depth > JSONPath.maximumRangeDepth {
            #expect(throws: JSONPathError.deep) { try JSONPath(template) }
        } else {
            #expect(try written(template) == "x")
        }
    }

    @Test(
        "What is written is bounded, in values and in bytes: at the limit and one past it",
        arguments: [
            // The three items, their names, and two texts.
            ("{.items[0:2]['name']} {\"\"}{\"\"}", 8, .max, "first second ", nil),
            ("{.items[0:2]['name']} {\"\"}{\"\"}", 7, .max, "", .manyValues),
            ("{.items[0]['name']}", .max, 5, "first", nil),
            ("{.items[0]['name']}", .max, 4, "", .longText),
        ] as [(String, Int, Int, String, JSONPathError?)]
    )
    func boundsWhatIsWritten(
        template: String,
        maximumCount: Int,
        maximumByteCount: Int,
        text: String,
        mistake: JSONPathError?
    ) throws {
        let parts = try JSONPath(template).parts
        var writer = JSONPathWriter(
            maximumCount: maximumCount,
            maximumByteCount: maximumByteCount
        )
        var thrown: JSONPathError?
        do throws(JSONPathError) { try writer.write(parts, of: Self.tree) } catch { thrown = error }

        #expect(thrown == mistake)
        if mistake == nil { #expect(writer.text == text) }
    }

    @Test(
        "Texts count as what paths lead to, as do the spaces between",
        arguments: [
            ("{range .items[*]}ab{end}", 6), ("{.items[*].port}", 6), ("{.items[*].port}", 20),
        ]
    )
    func countsAllBytes(template: String, byteCount: Int) throws {
        let parts = try JSONPath(template).parts
        for maximumByteCount in [byteCount, byteCount - 1] {
            var writer = JSONPathWriter(maximumByteCount: maximumByteCount)
            do throws(JSONPathError) {
                try writer.write(parts, of: Self.tree, isJSON: byteCount == 20)
                #expect(maximumByteCount == byteCount)
                #expect(writer.text.utf8.count == byteCount)
            } catch {
                #expect(maximumByteCount < byteCount && error == .longText)
            }
        }
    }

    @Test("Random templates end in a text or in a mistake")
    func neverTraps() {
        let pieces = [
            "{", "}", "[", "]", "(", ")", "?", "@", "$", ".", "..", "*", "'", "\"", "\\", ":", ",",
            "-", "1", "9223372036854775807", "name", "items", "range ", "end", "==", "<", " ",
            "\n", "[?(", ")]", "true", "\u{E9}", "\u{0}",
        ]
        var seed: UInt64 = 0x1234_5678
        for _ in 0..<20_000 {
            var template = "{"
            for _ in 0..<12 {
                seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                template += pieces[Int((seed >> 33) % UInt64(pieces.count))]
            }
            guard let path = try? JSONPath(template) else { continue }
            var writer = JSONPathWriter(maximumCount: 10_000)
            try? writer.write(path.parts, of: Self.tree)
        }
    }
}

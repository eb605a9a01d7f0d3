// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing

@testable import Commands

@Suite struct FieldPathTests {
    @Test(arguments: [".a.b", "a.b", "{.a.b}", "{a.b}"])
    func bracesAndThePointMayBeLeftOut(text: String) throws {
        let path = try FieldPath(text)

        #expect(path.text == "{.a.b}")
        var writer = JSONPathWriter()
        let values = try path.values(in: ["a": ["b": 7]], &writer)
        let none = try path.values(in: ["a": 7], &writer)
        #expect(values == [7] && none == [])
    }

    @Test(arguments: ["", ".", "{}", "{.a}{.b}", "a}", "x{.a}"])
    func refusesWhatIsNoPath(text: String) {
        #expect(
            throws: CommandMistake(
                "error: unexpected path string, expected a 'name1.name2' or '.name1.name2' or "
                    + "'{name1.name2}' or '{.name1.name2}'"
            )
        ) { try FieldPath(text) }
    }

    @Test func saysWhatIsWrongInside() {
        #expect(throws: CommandMistake("error: error parsing jsonpath {.a[}, unterminated array")) {
            try FieldPath(".a[")
        }
    }

    @Test("Columns that are made up: many values, none, and those with parts")
    func showsColumns() throws {
        let columns =
            "NAME:.metadata.name,PORTS:.spec.ports[*].port,SELECTOR:{.spec.selector},"
            + "LIST:spec.ipFamilies,LABEL:.metadata.labels.team"
        let notes = SampleCluster.notes

        #expect(
            try notes.run("get svc web-svc my-external-service -o custom-columns=\(columns)").text
                == """
                NAME                  PORTS    SELECTOR       LIST     LABEL
                web-svc               80       map[app:web]   [IPv4]   web
                my-external-service   <none>   <none>         <none>   <none>

                """
        )
        #expect(
            try notes.run("get svc -n shop --no-headers -o=custom-columns=N:.metadata.name").text
                == "cache\n"
        )
        #expect(
            try notes.run("get svc -n none -o custom-columns=N:.metadata.name")
                == CommandOutput(text: "N\n")
        )
        #expect(
            try notes.run("get svc nobody -o custom-columns=N:.metadata.name").text == ""
        )
    }

    /// Carries out a `get` over the notes that may write or lead to so much.
    private func get(
        _ words: String,
        maximumByteCount: Int = CommandOutput.maximumByteCount,
        maximumCount: Int = JSONPathWriter.maximumCount
    ) throws -> CommandOutput {
        var command = try GetCommand(
            words.split(separator: " ").map(String.init),
            SampleCluster.notes.contents(),
            ObjectSources(SampleCluster.notes),
            wallSeconds: SampleCluster.wallSeconds,
            maximumByteCount: maximumByteCount,
            maximumCount: maximumCount
        )
        return try command.run()
    }

    @Test(
        "All cells of a table count together, and so does what it is sorted by",
        arguments: [
            ("svc -o custom-columns=N:.metadata.name", 10),
            ("svc -o custom-columns=N:.metadata.name,T:.spec.type", 20),
            ("svc -o custom-columns=N:.metadata.name --sort-by=.spec.type", 20),
        ]
    )
    func boundsTheValuesOfACommand(words: String, count: Int) throws {
        #expect(try get(words, maximumCount: count) == get(words))
        #expect(
            throws: CommandMistake("error: error executing jsonpath: \(JSONPathError.manyValues)")
        ) { try get(words, maximumCount: count - 1) }
    }

    @Test(
        "What a command writes is bounded, however many tables or objects it has",
        arguments: [
            "svc", "svc,ep -o wide", "svc -o custom-columns=N:.metadata.name", "svc -o yaml",
            "svc,ep -o json", "svc web-svc -o yaml", "svc,ep -o name",
        ]
    )
    func boundsTheTablesOfACommand(words: String) throws {
        let text = try get(words).text

        #expect(try get(words, maximumByteCount: text.utf8.count).text == text)
        #expect(throws: CommandMistake.long) {
            try get(words, maximumByteCount: text.utf8.count - 1)
        }
    }

    @Test("Lines that are watched are bounded like tables, and cells before they are lines")
    func boundsOtherOutput() throws {
        let byteCount = try get("svc").text.utf8.count
        let names = "svc --no-headers -o custom-columns=N:.metadata.name"

        #expect(try get("svc -w", maximumByteCount: byteCount).errand == .watch)
        #expect(throws: CommandMistake.long) {
            try get("svc -w", maximumByteCount: byteCount - 1)
        }
        // Four names of five have so many bytes.
        #expect(
            throws: CommandMistake("error: error executing jsonpath: \(JSONPathError.longText)")
        ) { try get(names, maximumByteCount: 30) }
    }

    @Test(arguments: [
        ("custom-columns", "custom-columns format specified but no custom columns given"),
        ("custom-columns=", "custom-columns format specified but no custom columns given"),
        (
            "custom-columns=A:.a,B",
            "unexpected custom-columns spec: B, expected <header>:<json-path-expr>"
        ),
        (
            "custom-columns=A:.spec.type[0]",
            "error executing jsonpath: string is not array or slice"
        ),
    ])
    func refusesWhatIsNoColumn(form: String, mistake: String) throws {
        #expect(
            try SampleCluster.notes.run("get svc -o \(form)") == .failure("error: " + mistake)
        )
    }
}

// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing

@testable import Commands

@Suite struct FieldPathTests {
    @Test(arguments: [".a.b", "a.b", "{.a.b}", "{a.b}"])
    func bracesAndThePointMayBeLeftOut(text: String) throws {
        let path = try FieldPath(text)

        #expect(path.text == "{.a.b}")
        #expect(try path.values(in: ["a": ["b": 7]]) == [7])
        #expect(try path.values(in: ["a": 7]) == [])
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

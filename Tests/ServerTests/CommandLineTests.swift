// SPDX-License-Identifier: Apache-2.0

import Server
import Testing

@Suite struct CommandLineTests {
    @Test func servesPort53OfTheWorkingFoldersCorefile() throws {
        let line = try CommandLine(parsing: [])

        #expect(line.task == .serve)
        #expect(line.corefile == nil)
        #expect(line.port == 53)
        #expect(!line.isQuiet)
    }

    @Test(
        "A flag takes one dash or two, its value behind it or behind an equals sign",
        arguments: [
            ["-conf", "C"], ["--conf", "C"], ["-conf=C"], ["--conf=C"],
        ]
    )
    func readsTheCorefile(arguments: [String]) throws {
        #expect(try CommandLine(parsing: arguments).corefile == "C")
    }

    @Test(
        "The port has two names",
        arguments: [
            ["-dns.port", "1053"], ["-p", "1053"], ["--dns.port=1053"], ["--p=1053"],
        ]
    )
    func readsThePort(arguments: [String]) throws {
        #expect(try CommandLine(parsing: arguments).port == 1_053)
    }

    @Test func readsTheRest() throws {
        let line = try CommandLine(parsing: ["-pidfile", "p", "-quiet", "-conf", "stdin"])

        #expect(line.pidfile == "p")
        #expect(line.isQuiet)
        #expect(line.corefile == "stdin")
        #expect(try CommandLine(parsing: ["-plugins"]).task == .plugins)
        #expect(try CommandLine(parsing: ["--version"]).task == .version)
        #expect(try CommandLine(parsing: ["-version=false"]).task == .serve)
        #expect(try CommandLine(parsing: ["-h"]).task == .help)
        #expect(try CommandLine(parsing: ["check", "-conf", "C"]).task == .check)
        #expect(try CommandLine(parsing: ["manual"]).task == .manual)
    }

    @Test("A command's own words are left as they are, wherever the flags of the program stand")
    func readsCommands() throws {
        let line = try CommandLine(
            parsing: ["get", "svc", "-conf", "C", "-n", "x", "--control=s", "-o=yaml"],
            verbs: ["get"]
        )

        #expect(line.task == .command(["get", "svc", "-n", "x", "-o=yaml"]))
        #expect(line.corefile == "C" && line.control == "s")
        #expect(throws: CommandLine.Mistake.self) {
            try CommandLine(parsing: ["get", "svc", "-conf"], verbs: ["get"])
        }
        #expect(throws: CommandLine.Mistake.self) {
            try CommandLine(parsing: ["describe"], verbs: ["get"])
        }
        #expect(try CommandLine(parsing: ["-control", "off"]).control == "off")
    }

    @Test(
        "What cannot be read ends with CoreDNS's exit codes",
        arguments: [
            (["-frobnicate"], 2), (["-conf"], 2), (["-p", "65536"], 2), (["-p", "-1"], 2),
            (["-p", "dns"], 2), (["-quiet=maybe"], 2), (["Corefile"], 1),
            (["-quiet", "x", "y"], 1),
        ] as [([String], Int32)]
    )
    func refuses(arguments: [String], code: Int32) {
        let mistake = #expect(throws: CommandLine.Mistake.self) {
            try CommandLine(parsing: arguments)
        }
        #expect(mistake?.code == code)
    }

    @Test func namesWhatIsTooMuch() {
        let mistake = #expect(throws: CommandLine.Mistake.self) {
            try CommandLine(parsing: ["-quiet", "x", "y"])
        }
        #expect(mistake?.text == "extra command line arguments: [x y]")
    }
}

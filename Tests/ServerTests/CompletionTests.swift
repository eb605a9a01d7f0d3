// SPDX-License-Identifier: Apache-2.0

import Corefile
import Foundation
import Plugin
import Plugins
import Posix
import Testing

@testable import Server

@Suite struct CompletionTests {
    /// Runs a script in bash, and gives what it says.
    private func bash(_ script: String) throws -> (output: String, code: Int32) {
        let path = FileManager.default.temporaryDirectory
            .appending(path: "apus-\(UUID().uuidString)").path()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let code = try Posix.Process.run([
            "/bin/bash", "-c", "exec > \"$1\" 2>&1\n" + script, "bash", path,
        ])
        return (try String(contentsOfFile: path, encoding: .utf8), code)
    }

    private let script = Completion.script(for: .bash, Plugins.all)

    /// What comes of pressing the key behind these words, which the shell has taken apart.
    private func complete(_ words: [String]) throws -> [String] {
        let quoted = words.map { "'\($0)'" }.joined(separator: " ")
        let run = """
            apus() {
                case "$*" in
                'get services -o name') echo service/web; echo service/web-2; echo service/db ;;
                'get svc -o name -n infra -conf cf') echo service/dns ;;
                'get namespaces -o name') echo namespace/default; echo namespace/infra ;;
                'get endpointslices -o name') echo endpointslice.discovery.k8s.io/web-x1 ;;
                'get pods -o name') echo 'pod/$(touch never)'; echo pod/web-0 ;;
                *) echo "asked: $*"; return 1 ;;
                esac
            }
            \(script)
            COMP_WORDS=(\(quoted))
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _apus
            printf '%s\\n' "${COMPREPLY[@]}"
            """
        return try bash(run).output.split(separator: "\n").map(String.init)
    }

    @Test func bashTakesTheScript() throws {
        let result = try bash("bash -n <<'END'\n\(script)\nEND\n")

        #expect(result.code == 0 && result.output == "", "\(result.output)")
    }

    @Test(
        arguments: [
            (["apus", "ex"], ["expose"]), (["apus", "c"], ["cache", "check", "completion"]),
            (["apus", "-c"], ["-conf", "-control"]), (["apus", "completion", "b"], ["bash"]),
            (["apus", "get", "se"], ["services"]), (["apus", "cache", ""], ["get", "flush"]),
            (["apus", "get", "services", ""], ["web", "web-2", "db"]),
            (["apus", "get", "services", "web", "d"], ["db"]),
            (["apus", "get", "-n", "infra", "svc", "-conf", "cf", ""], ["dns"]),
            (["apus", "get", "--namespace", "=", "infra", "se"], ["services"]),
            (["apus", "names", "we"], ["web", "web-2"]), (["apus", "get", "-n", "i"], ["infra"]),
            (["apus", "get", "--namespace", "=", "d"], ["default"]),
            (["apus", "get", "svc", "-o", "y"], ["yaml"]),
            (["apus", "upstreams", "-o", ""], ["wide", "json"]),
            (["apus", "expose", "service", "web", "--type", "=", "N"], ["NodePort"]),
            (["apus", "expose", "service", "web", "--ta"], ["--target-port"]),
            (["apus", "get", "endpointslices", ""], ["web-x1"]),
            // What is no name is left out: bash would run it.
            (["apus", "get", "pods", ""], ["web-0"]),
            // A file is meant.
            (["apus", "get", "-conf", ""], []),
        ] as [([String], [String])]
    )
    func bashCompletes(words: [String], expected: [String]) throws {
        #expect(try complete(words) == expected)
    }

    @Test(arguments: [Completion.Shell.zsh, .fish])
    func theOthersKnowTheSame(shell: Completion.Shell) throws {
        let script = Completion.script(for: shell, Plugins.all)

        for verb in CompletedVerb.all(of: Plugins.all) {
            #expect(script.contains(verb.name))
            for choice in verb.choices { #expect(script.contains(choice)) }
        }
        #expect(script.contains("2>/dev/null"), "names of objects are asked for")
        // Nothing is left that only a Swift string has.
        #expect(!script.contains("\\("))
    }

    /// The words of a command line, the last of which is begun, and what fits.
    private static let lines: [([String], [String])] = [
        (["apus", "ex"], ["expose"]), (["apus", "c"], ["cache", "check", "completion"]),
        (["apus", "completion", "b"], ["bash"]), (["apus", "get", "se"], ["services"]),
        (["apus", "cache", ""], ["flush", "get"]),
        (["apus", "get", "services", ""], ["db", "web", "web-2"]),
        (["apus", "get", "services", "web", "d"], ["db"]),
        (["apus", "get", "-n", "infra", "svc", "-conf", "cf", ""], ["dns"]),
        (["apus", "get", "--namespace=infra", "svc", ""], ["dns-2"]),
        (["apus", "names", "we"], ["web", "web-2"]), (["apus", "get", "-n", "i"], ["infra"]),
        (["apus", "get", "svc", "-o", "y"], ["yaml"]),
        (["apus", "upstreams", "-o", ""], ["json", "wide"]),
        (["apus", "expose", "service", "web", "--ta"], ["--target-port"]),
    ]

    /// What a shell finds at the end of command lines, each line's words sorted; nil where the
    /// shell is not installed.
    private func complete(
        with shell: String,
        _ prelude: String,
        _ command: ([String]) -> String
    ) throws -> [[String]]? {
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/\(shell)") else { return nil }
        let commands = Self.lines.map { command($0.0) + "\necho '=='" }.joined(separator: "\n")
        let file = FileManager.default.temporaryDirectory
            .appending(path: "apus-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        try (prelude + "\n" + commands + "\n").write(to: file, atomically: true, encoding: .utf8)
        // Neither what the user has set up, nor anything outside of the script.
        let flag = shell == "zsh" ? "-f" : "--no-config"
        let output = try bash("exec /usr/bin/\(shell) \(flag) '\(file.path())'").output
        let parts = output.split(separator: "==\n", omittingEmptySubsequences: false).dropLast()
        return zip(parts, Self.lines).map { part, line in
            let found = part.split(separator: "\n").map { $0.prefix { $0 != "\t" } }
            return found.map(String.init).filter { $0.hasPrefix(line.0.last ?? "") }.sorted()
        }
    }

    /// What the program says to who completes, in the language of zsh.
    private static let answers = """
        'get services -o name') echo service/web; echo service/web-2; echo service/db ;;
        'get svc -o name -n infra -conf cf') echo service/dns ;;
        'get svc -o name --namespace=infra') echo service/dns-2 ;;
        'get namespaces -o name') echo namespace/default; echo namespace/infra ;;
        """

    @Test func zshCompletes() throws {
        let prelude = """
            apus() {
                case "$*" in
                \(Self.answers)
                *) return 1 ;;
                esac
            }
            compdef() { : }
            compadd() { shift; print -l -- "$@" }
            source /dev/stdin <<'END'
            \(Completion.script(for: .zsh, Plugins.all))
            END
            """
        let found = try complete(with: "zsh", prelude) { words in
            "words=(\(words.map { "'\($0)'" }.joined(separator: " "))); CURRENT=$#words; _apus"
        }

        if let found { #expect(found == Self.lines.map(\.1)) }
    }

    @Test func fishCompletes() throws {
        let cases = Self.answers.split(separator: "\n").map { line in
            "case " + line.replacing(") echo", with: "\n echo").replacing(" ;;", with: "")
        }
        let prelude = """
            function apus
                switch "$argv"
                \(cases.joined(separator: "\n"))
                case '*'
                    return 1
                end
            end
            \(Completion.script(for: .fish, Plugins.all))
            """
        let found = try complete(with: "fish", prelude) { words in
            "complete -C '\(words.joined(separator: " "))'"
        }

        if let found { #expect(found == Self.lines.map(\.1)) }
    }

    @Test func zshHasTheWholeOfIt() {
        let verbs = [
            CompletedVerb(
                name: "get",
                choices: ["pods"],
                objects: .ofChosenKind,
                flags: [CompletedVerb.Flag(written: "-o", takesValue: true, values: ["yaml"])]
            )
        ]

        #expect(
            Completion.cases(verbs) + Completion.valueCases(verbs) == """
                    get)
                        choices='pods'
                        objects='*'
                        flags='-o -conf -control' ;;
                    completion) choices='bash zsh fish' ;;
                    'get -o') words='yaml' ;;

                """
        )
        #expect(
            Completion.fish(verbs).hasSuffix(
                """
                complete -c apus -n '__apus_is get 1' -a 'pods'
                complete -c apus -n '__apus_has get 2' -a '(__apus_objects (__apus_plain)[2])'
                complete -c apus -n '__apus_is get' -s o -x -a 'yaml'

                """
            )
        )
    }
}

@Suite struct CompletedVerbTests {
    /// A plugin with nothing but commands.
    private struct Commander: Plugin {
        static let manual = Manual(
            name: "commander",
            summary: "commands",
            commands: [
                Manual.Option(
                    "look KIND [-o wide|json]",
                    "with `-n NAMESPACE`, `-A` and `--dry-run=client -o yaml`, or - so they say",
                    choices: ["pods"],
                    objects: .ofChosenKind
                ),
                Manual.Option("keep get NAME", "one"),
                Manual.Option("keep flush NAME | --zone ZONE | --all", "`-o jsonpath=TEMPLATE`"),
            ],
            example: "commander"
        )

        init(parsing stanzas: [Stanza], setup: inout Setup) {}
    }

    @Test func readsTheManual() {
        typealias Flag = CompletedVerb.Flag
        #expect(
            CompletedVerb.all(of: [Commander.self]) == [
                CompletedVerb(
                    name: "look",
                    choices: ["pods"],
                    objects: .ofChosenKind,
                    flags: [
                        Flag(written: "-o", takesValue: true, values: ["wide", "json", "yaml"]),
                        Flag(written: "-n", takesValue: true), Flag(written: "-A"),
                        Flag(written: "--dry-run", takesValue: true, values: ["client"]),
                    ]
                ),
                CompletedVerb(
                    name: "keep",
                    choices: ["get", "flush"],
                    flags: [
                        Flag(written: "--zone", takesValue: true), Flag(written: "--all"),
                        Flag(written: "-o", takesValue: true, values: ["jsonpath="]),
                    ]
                ),
            ]
        )
    }
}

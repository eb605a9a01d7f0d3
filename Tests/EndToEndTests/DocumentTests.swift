// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Every command and Corefile of the documents is tried.
@Suite struct DocumentTests {
    /// One fenced block of a document.
    struct Fence: CustomTestStringConvertible {
        let document: String
        let line: Int
        let language: String
        let text: String

        var testDescription: String { "\(document):\(line) \(language)" }
    }

    /// The fenced blocks of the documents in one language.
    static func fences(_ language: String) -> [Fence] {
        ["README.md", "docs/plugins.md", "docs/ARCHITECTURE.md", "CONTRIBUTING.md"].flatMap {
            fences(in: $0).filter { $0.language == language }
        }
    }

    private static func fences(in document: String) -> [Fence] {
        let url = RunningServer.repository.appending(path: document)
        guard let text = try? String(contentsOf: url, encoding: .utf8) else { return [] }
        var fences: [Fence] = []
        var open: (line: Int, language: String, lines: [String])?
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false)
            .enumerated()
        {
            if line.hasPrefix("```"), let begun = open {
                let body = begun.lines.joined(separator: "\n") + "\n"
                fences.append(
                    Fence(
                        document: document,
                        line: begun.line,
                        language: begun.language,
                        text: body
                    )
                )
                open = nil
            } else if line.hasPrefix("```") {
                open = (number + 1, String(line.dropFirst(3)), [])
            } else {
                open?.lines.append(String(line))
            }
        }
        return fences
    }

    @Test func findsTheBlocks() {
        #expect(Self.fences("corefile").count >= 2)
        #expect(Self.fences("console").count >= 1)
        #expect(Self.fences("corefile-stanza").count >= 15)
    }

    @Test("A Corefile of the documents is sound", arguments: fences("corefile"))
    func parsesCorefiles(fence: Fence) throws {
        let output = try Self.check(fence.text)

        #expect(output == "", "\(fence.testDescription): \(output)")
    }

    @Test("The example of a plugin is sound", arguments: fences("corefile-stanza"))
    func parsesStanzas(fence: Fence) throws {
        let output = try Self.check("example.org {\n\(fence.text)}\n")
        // An example names files that only its reader has.
        let mistakes = output.split(separator: "\n").filter { !$0.contains("no such file") }

        #expect(mistakes.isEmpty, "\(fence.testDescription): \(output)")
    }

    /// What `apus check` says of a Corefile, in the folder of the repository.
    private static func check(_ corefile: String) throws -> String {
        let file = FileManager.default.temporaryDirectory
            .appending(path: "Corefile-\(UUID().uuidString)")
        try corefile.write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        return try RunningServer.run([
            "env", "--chdir=\(RunningServer.repository.path())", RunningServer.program.path(),
            "check", "-conf", file.path(),
        ])
    }

    @Test("What the documents show is what happens", arguments: fences("console"))
    func showsWhatHappens(fence: Fence) throws {
        let example = RunningServer.repository.appending(path: "Corefile.example")
        let server = try RunningServer(
            corefile: try String(contentsOf: example, encoding: .utf8),
            copying: "zones"
        )
        var lines = fence.text.split(separator: "\n").map(String.init)[...]
        while let command = lines.popFirst() {
            var expected: [String] = []
            while let line = lines.first, !line.hasPrefix("$ ") {
                expected.append(line)
                lines.removeFirst()
            }
            var shown = command.dropFirst(2).replacing("-p 1053", with: "-p \(server.port)")
            if shown.hasPrefix(Self.program) {
                shown += " -control '\(server.control)'"
                shown.replace(Self.program, with: RunningServer.program.path())
            }

            let output = try RunningServer.run(["sh", "-c", String(shown)])

            #expect(
                Self.lines(output) == Self.lines(expected.joined(separator: "\n")),
                "\(command)"
            )
        }
    }

    /// The program as documents call it.
    private static let program = ".build/whole/release/apus"

    /// The lines of a text, without its ages, which grow.
    private static func lines(_ text: String) -> [Substring] {
        text.replacing(#/\d+y(\d+d)?\x20*/#, with: "").split(separator: "\n")
    }
}

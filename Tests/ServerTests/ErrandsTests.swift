// SPDX-License-Identifier: Apache-2.0

import Foundation
import Plugin
import Posix
import Testing

@testable import Server

@Suite struct ErrandsTests {
    /// A folder of one test.
    private final class Folder {
        let path: String

        init() throws {
            let url = FileManager.default.temporaryDirectory
                .appending(path: "apus-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
            path = url.path()
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }

        var contents: [String] {
            ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
        }

        func text(_ name: String) throws -> String {
            try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8)
        }
    }

    private let folder: Folder
    private let never: ([String]) -> CommandOutput = { _ in .failure("asked again") }

    init() throws { folder = try Folder() }

    private func output(_ names: [String], in path: String? = nil) -> CommandOutput {
        let file = Errand.NewFile(folder: path ?? folder.path, names: names, text: "kind: A\n")
        return CommandOutput(text: "service/a exposed\n", errand: .write(file))
    }

    @Test func writesTheFirstNameThatIsFree() throws {
        let errands = Errands(environment: [:])
        var outputs: [CommandOutput] = []
        for _ in 0..<3 {
            outputs.append(
                errands.complete(output(["a.yaml", "b.yaml"]), of: ["expose"], give: never)
            )
        }

        #expect(outputs[0].text == "service/a exposed\n")
        #expect(outputs[0].errors == "written to \(folder.path)/a.yaml\n")
        #expect(outputs[1].errors == "written to \(folder.path)/b.yaml\n")
        #expect(
            outputs[2]
                == .failure(
                    "error: nothing is written: \(folder.path) has a.yaml and b.yaml already"
                )
        )
        #expect(folder.contents == ["a.yaml", "b.yaml"])
        #expect(try folder.text("a.yaml") == "kind: A\n")
    }

    @Test func saysWhyNothingIsWritten() {
        let output = Errands(environment: [:])
            .complete(output(["a.yaml"], in: "\(folder.path)/none"), of: ["expose"], give: never)

        #expect(output.code == 1 && output.text == "")
        #expect(output.errors.hasPrefix("error: nothing is written: open "), "\(output.errors)")
    }

    @Test(arguments: ["get", "edit", "frob"])
    func writesForNoOtherVerb(verb: String) {
        let output = Errands(environment: [:])
            .complete(output(["a.yaml"]), of: [verb], give: never)

        #expect(output.errors.hasPrefix("error: the server asks for something"))
        #expect(folder.contents == [])
    }

    @Test(arguments: [["../a.yaml"], ["a.sh"], []])
    func writesNothingBesideTheFolder(names: [String]) {
        let output = Errands(environment: [:])
            .complete(output(names), of: ["expose"], give: never)

        #expect(output.code == 1)
        #expect(folder.contents == [])
    }

    // MARK: Editing

    private func edit(
        _ script: String,
        give: ([String]) -> CommandOutput
    ) throws -> CommandOutput {
        let path = "\(folder.path)/a.yaml"
        try "kind: A\n".write(toFile: path, atomically: false, encoding: .utf8)
        let editor = "\(folder.path)/editor"
        try "#!/bin/sh\n\(script)\n".write(toFile: editor, atomically: false, encoding: .utf8)
        let place = Errand.WrittenPlace(path: path, line: 3, command: ["edit", "again"])
        return Errands(environment: ["EDITOR": "/bin/sh \(editor)"])
            .complete(CommandOutput(errand: .edit(place)), of: ["edit", "a", "b"], give: give)
    }

    @Test func hasAChangedFileChecked() throws {
        var given: [[String]] = []
        let output = try edit("echo 'more: 1' >> \"$1\"") { words in
            given.append(words)
            return CommandOutput(text: "service/a edited\n")
        }

        #expect(output == CommandOutput(text: "service/a edited\n"))
        #expect(given == [["edit", "again"]])
        #expect(try folder.text("a.yaml") == "kind: A\nmore: 1\n")
    }

    @Test func leavesAFileThatDidNotChange() throws {
        #expect(
            try edit("exit 0", give: never)
                == CommandOutput(text: "Edit cancelled, no changes made.\n")
        )
        let failed = try edit("exit 3", give: never)
        #expect(failed.code == 1 && failed.errors.hasSuffix("ended with code 3\n"))
    }

    @Test(
        arguments: [
            ([:], "vi", ["+3"]), (["EDITOR": "nano -w"], "nano -w", ["+3"]),
            (["EDITOR": "/usr/bin/vim"], "/usr/bin/vim", ["+3"]), (["EDITOR": ""], "vi", ["+3"]),
            (["EDITOR": "vi", "KUBE_EDITOR": "code --wait"], "code --wait", []),
            (["EDITOR": "sed -i s/a/b/"], "sed -i s/a/b/", []),
        ] as [([String: String], String, [String])]
    )
    func opensTheEditorThatIsWanted(
        environment: [String: String],
        editor: String,
        line: [String]
    ) {
        let place = Errand.WrittenPlace(path: "/m/a.yaml", line: 3, command: [])

        #expect(
            Errands.editor(environment, at: place)
                == ["/bin/sh", "-c", "\(editor) \"$@\"", editor] + line + ["/m/a.yaml"]
        )
    }
}

// SPDX-License-Identifier: Apache-2.0

import Files
import Plugin
import Posix

/// Does what the answer to a command asks of whoever gave it.
struct Errands {
    /// The editors that are told a line as `+LINE`.
    private static let lineEditors: Set<String> = [
        "vi", "vim", "nvim", "view", "ex", "nano", "rnano", "pico", "emacs", "emacsclient", "joe",
        "micro", "kak", "mcedit",
    ]

    /// The environment of the process.
    let environment: [String: String]
    /// Runs a program in front of the user, and gives its exit code.
    var run: ([String]) throws(SystemError) -> Int32 = { words throws(SystemError) in
        try Process.run(words)
    }

    /// Does the errand of an answer, if there is one; `give` gives another command.
    ///
    /// Only the verbs that people know to write do so.
    func complete(
        _ output: CommandOutput,
        of words: [String],
        give: ([String]) -> CommandOutput
    ) -> CommandOutput {
        guard let errand = output.errand else { return output }
        switch (errand, words.first) {
        case (.write(let file), "expose") where file.isSafe: return write(file, output)
        case (.edit(let place), "edit"): return edit(place, give: give)
        default:
            return .failure(
                "error: the server asks for something that this program does not do; use the program "
                    + "that serves"
            )
        }
    }

    private func write(_ file: Errand.NewFile, _ output: CommandOutput) -> CommandOutput {
        var output = output
        output.errand = nil
        for name in file.names {
            let path = "\(file.folder)/\(name)"
            do throws(SystemError) {
                guard try DiskFiles().create(path, with: Array(file.text.utf8)) else { continue }
                output.errors += "written to \(path)\n"
                return output
            } catch {
                return .failure("error: nothing is written: \(error)")
            }
        }
        let names = file.names.joined(separator: " and ")
        return .failure("error: nothing is written: \(file.folder) has \(names) already")
    }

    private func edit(
        _ place: Errand.WrittenPlace,
        give: ([String]) -> CommandOutput
    ) -> CommandOutput {
        let command = Self.editor(environment, at: place)
        do {
            let before = try DiskFiles().read(place.path)
            let code = try run(command)
            guard code == 0 else {
                return .failure("error: the editor '\(command[3])' ended with code \(code)")
            }
            guard try DiskFiles().read(place.path) != before else {
                return CommandOutput(text: "Edit cancelled, no changes made.\n")
            }
            return give(place.command)
        } catch {
            return .failure("error: \(error)")
        }
    }

    /// The command that opens an editor at a place: `KUBE_EDITOR`, `EDITOR`, or vi, as a shell
    /// understands it.
    static func editor(_ environment: [String: String], at place: Errand.WrittenPlace) -> [String] {
        let names = [environment["KUBE_EDITOR"], environment["EDITOR"]]
        let editor = names.compactMap { $0 }.first { !$0.isEmpty } ?? "vi"
        let program = editor.split(separator: " ").first?.split(separator: "/").last ?? ""
        let line = lineEditors.contains(String(program)) ? ["+\(place.line)"] : []
        return ["/bin/sh", "-c", "\(editor) \"$@\"", editor] + line + [place.path]
    }
}

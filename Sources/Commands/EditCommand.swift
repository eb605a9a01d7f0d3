// SPDX-License-Identifier: Apache-2.0

import Files
import Kubernetes
import Plugin
import YAML

/// `edit`: where an object is written, and whether its file is right afterwards.
///
/// The editor is opened by whoever gave the command; the second time the command only checks.
struct EditCommand {
    private static let usage = "edit service web"
    private static let flags = [
        CommandWords.Flag("namespace", "n"), CommandWords.Flag("edited-file"),
    ]

    private let words: CommandWords
    private let kind: WrittenKind
    private let name: String

    /// Reads the words behind the verb.
    init(_ words: [String]) throws(CommandMistake) {
        self.words = try CommandWords(words, knowing: Self.flags)
        (kind, name) = try WrittenKind.object(self.words.plain, usage: Self.usage)
    }

    /// Tells where the object is, or what is wrong with its file; `files`: where that is.
    func run(
        _ contents: ClusterContents,
        _ files: any FileSource
    ) throws(CommandMistake) -> CommandOutput {
        if let path = words.text("edited-file") { return try check(path, contents, files) }
        let namespace = words.text("namespace") ?? "default"
        let search = ObjectSearch(files, contents.paths)
        var place = search.find(kind, name, in: namespace).map { ($0.path, $0.position) }
        // Whoever edits a Pod that was made edits what it was made of.
        if place == nil, kind.kind == "Pod" {
            let made = MadePod(contents, named: name, in: namespace)
            place = made.map { ($0.item.file, $0.item.position) }
        }
        guard let (file, position) = place else {
            throw CommandMistake(
                "Error from server (NotFound): \(kind.qualified) \"\(name)\" not found"
            )
        }
        guard let path = try? files.realPath(of: file), path.hasPrefix("/") else {
            throw CommandMistake("error: \(file) cannot be found from here")
        }
        let command = ["edit", "\(kind.prefix)", name, "--edited-file", path]
        return CommandOutput(
            errand: .edit(
                Errand.WrittenPlace(path: path, line: position.line, command: command)
            )
        )
    }

    /// What is wrong with a file of the manifests.
    private func check(
        _ path: String,
        _ contents: ClusterContents,
        _ files: any FileSource
    ) throws(CommandMistake) -> CommandOutput {
        let known = contents.paths.first { $0 == path || (try? files.realPath(of: $0)) == path }
        guard let known else {
            throw CommandMistake("error: \(path) is none of the manifests that are served")
        }
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try files.read(known)
        } catch {
            throw CommandMistake("error: \(error)")
        }
        let mistakes = DecodedObject.all(in: bytes, of: path).flatMap(\.mistakes)
        var output = CommandOutput(errors: mistakes.map { "\($0)\n" }.joined())
        guard mistakes.allSatisfy(\.isWarning) else {
            output.code = 1
            return output
        }
        output.text = "\(kind.prefix)/\(name) edited\n"
        return output
    }
}

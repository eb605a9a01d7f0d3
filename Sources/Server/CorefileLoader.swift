// SPDX-License-Identifier: Apache-2.0

import Corefile
import Files
import Posix
import Wire

/// Why the server cannot start, or a reload is refused: one line a mistake.
package struct StartMistake: Error, Hashable, Sendable {
    package let lines: [String]

    package init(lines: [String]) { self.lines = lines }

    package init(_ line: String) { lines = [line] }
}

/// What a Corefile may reach for, from the files and the environment that were handed in.
private struct ImportSource: CorefileSource {
    let files: any FileSource
    let variables: [String: String]

    func read(_ path: String) throws(UnreadableFile) -> [UInt8] {
        do throws(FileError) {
            return try SettledFile(reading: path, from: files).bytes
        } catch {
            throw Self.reason(error)
        }
    }

    func names(inFolder path: String) throws(UnreadableFile) -> [String] {
        do throws(FileError) {
            return try files.list(path)
        } catch {
            throw Self.reason(error)
        }
    }

    func environment(_ name: String) -> String? { variables[name] }

    private static func reason(_ error: FileError) -> UnreadableFile {
        switch error.reason {
        case .missing: .missing
        case .isFolder: .isFolder
        default: .other(error.description)
        }
    }
}

/// A Corefile as it was read.
package struct LoadedCorefile: Sendable {
    package let blocks: [Block]
    /// A hash of what it means; equal for files that mean the same at the same places.
    let digest: UInt64
    /// What is doubtful but no mistake, each a line.
    let warnings: [String]
}

/// Where the Corefile comes from, each time anew: a file, standard input, or the built-in one.
package struct CorefileLoader: Sendable {
    private let path: String?
    private let input: [UInt8]?
    private let surroundings: Surroundings

    init(_ commandLine: CommandLine, _ surroundings: Surroundings) {
        self.surroundings = surroundings
        path = commandLine.corefile
        input =
            path == "stdin"
            ? Process.readInput(maximumByteCount: Corefile.maximumByteCount) ?? [] : nil
    }

    /// A loader of one file, which must be there.
    package init(path: String, in surroundings: Surroundings) {
        self.surroundings = surroundings
        self.path = path
        input = nil
    }

    /// Reads and parses it.
    package func load() throws(StartMistake) -> LoadedCorefile {
        let (bytes, name) = try read()
        do throws(CorefileError) {
            var corefile = try parse(bytes, name)
            if corefile.blocks.isEmpty { corefile = try parse(builtIn, "built-in Corefile") }
            return LoadedCorefile(
                blocks: corefile.blocks,
                digest: hashBytes(Array("\(corefile.blocks)".utf8).span),
                warnings: corefile.warnings.map(\.description)
            )
        } catch {
            throw StartMistake(error.description)
        }
    }

    private var builtIn: [UInt8] {
        let port = String(surroundings.defaultPort)
        return Array(".:\(port) {\n    whoami\n    log\n}\n".utf8)
    }

    private func parse(_ bytes: [UInt8], _ name: String) throws(CorefileError) -> Corefile {
        try Corefile(
            parsing: bytes,
            file: name,
            source: ImportSource(
                files: surroundings.files,
                variables: surroundings.environment
            )
        )
    }

    /// The bytes, and the name that positions carry.
    private func read() throws(StartMistake) -> ([UInt8], String) {
        if let input { return (input, "stdin") }
        let name = path ?? "Corefile"
        do throws(FileError) {
            return (try SettledFile(reading: name, from: surroundings.files).bytes, name)
        } catch {
            // Without -conf a missing file means the built-in one.
            if path == nil, error.reason == .missing { return ([], name) }
            throw StartMistake("loading the Corefile: \(error)")
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Posix

/// A program that a check needs and that is not part of this one.
enum Tool {
    /// It is not where programs are.
    struct Missing: Error, CustomStringConvertible {
        let name: String

        var description: String { "\(name) is not installed; scripts/setup tools does that" }
    }

    /// How long a tool may take, in milliseconds.
    private static let patienceMilliseconds = 120_000

    /// Where a program is.
    static func path(_ name: String) throws(Missing) -> String {
        for folder in Peer.programFolders {
            let path = "\(folder)/\(name)"
            if (try? DiskFiles().identity(of: path)) != nil { return path }
        }
        throw Missing(name: name)
    }

    /// Runs a tool to its end; what it says goes to the file `output`.
    static func run(_ command: [String], output: String) throws(SystemError) {
        let child = try ChildProcess(running: command, output: output, onProcessor: nil)
        let poll = try Poll()
        for _ in 0..<patienceMilliseconds where !child.hasEnded {
            _ = try poll.wait(milliseconds: 1)
        }
        guard child.hasEnded else {
            throw SystemError(call: command.joined(separator: " "), code: 110)
        }
    }

    /// What a tool has written.
    static func bytes(_ path: String) throws -> [UInt8] { try DiskFiles().read(path) }

    static func text(_ path: String) throws -> String {
        String(decoding: try bytes(path), as: UTF8.self)
    }
}

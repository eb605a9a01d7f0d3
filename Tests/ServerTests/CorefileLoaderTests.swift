// SPDX-License-Identifier: Apache-2.0

import Files
import Metrics
import Plugin
import Server
import Synchronization
import Testing

/// A disk on which the writer of some files goes on with every reading.
private final class WrittenDisk: FileSource {
    /// What each file holds, reading by reading; the last of it stays.
    private let phases: Mutex<[String: [String]]>

    init(_ phases: [String: [String]]) { self.phases = Mutex(phases) }

    func read(_ path: String) throws(FileError) -> [UInt8] {
        let text = phases.withLock { phases -> String? in
            guard let own = phases[path], let first = own.first else { return nil }
            if own.count > 1 { phases[path] = Array(own.dropFirst()) }
            return first
        }
        guard let text else { throw FileError(path: path, reason: .missing) }
        return Array(text.utf8)
    }

    func identity(of path: String) throws(FileError) -> FileIdentity {
        let found = phases.withLock { $0[path] }
        guard let found, let first = found.first else {
            throw FileError(path: path, reason: .missing)
        }
        return FileIdentity(
            device: 1,
            inode: 1,
            byteCount: first.utf8.count,
            modifiedNanoseconds: -Int64(found.count),
            isFolder: false
        )
    }

    func list(_ path: String) throws(FileError) -> [String] {
        throw FileError(path: path, reason: .missing)
    }
}

@Suite struct CorefileLoaderTests {
    private static let importing = "import zones\n"
    private static let whole = "a.test {\n    whoami\n}\nb.test {\n    whoami\n}\n"
    /// As long as it makes sense, and yet not all that is meant.
    private static let half = "a.test {\n    whoami\n}\n"

    private static func loader(_ phases: [String: [String]]) -> CorefileLoader {
        let surroundings = Surroundings(
            plugins: [],
            pluginsNotYet: [],
            files: WrittenDisk(phases),
            metrics: Registry(),
            log: SilentLog(),
            wallSeconds: { 1_700_000_000 }
        )
        return CorefileLoader(path: "Corefile", in: surroundings)
    }

    @Test(arguments: [
        ["Corefile": [half, whole]],
        ["Corefile": [importing], "zones": [half, whole]],
    ])
    func readsAFileAgainThatChangedWhileItWasRead(phases: [String: [String]]) throws {
        let loaded = try Self.loader(phases).load()

        #expect(loaded.blocks.count == 2)
    }

    @Test(arguments: [
        ["Corefile": [half, half + "#", half + "##", whole]],
        ["Corefile": [importing], "zones": [half, half + "#", half + "##", whole]],
    ])
    func refusesAFileThatDoesNotComeToRest(phases: [String: [String]]) {
        #expect(throws: StartMistake.self) { try Self.loader(phases).load() }
    }

    @Test func refusesAMissingFile() {
        #expect(throws: StartMistake.self) { try Self.loader([:]).load() }
    }
}

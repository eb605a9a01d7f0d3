// SPDX-License-Identifier: Apache-2.0

import Files
import Metrics
import Plugin
import Plugins
import Synchronization
import Testing
import Wire

/// Files in memory that count how often they are read, and whose versions can be told apart.
private final class CountedFiles: FileSource {
    private struct State {
        var contents: [String: (text: String, version: Int)] = [:]
        var version = 0
        var readings: [String] = []
        var isRestless = false
    }

    private let state = Mutex(State())

    func set(_ path: String, _ text: String?) {
        state.withLock { state in
            state.version += 1
            state.contents[path] = text.map { ($0, state.version) }
        }
    }

    /// Whether every look at a file finds it changed.
    func setRestless(_ isRestless: Bool) { state.withLock { $0.isRestless = isRestless } }

    /// The files that were read since this was asked last.
    func readings() -> [String] {
        state.withLock { state in
            let readings = state.readings
            state.readings = []
            return readings
        }
    }

    func read(_ path: String) throws(FileError) -> [UInt8] {
        let text: String? = state.withLock { state in
            state.readings.append(path)
            return state.contents[path]?.text
        }
        guard let text else { throw FileError(path: path, reason: .missing) }
        return Array(text.utf8)
    }

    func identity(of path: String) throws(FileError) -> FileIdentity {
        let found: (Int, Int)? = state.withLock { state in
            guard let file = state.contents[path] else { return nil }
            if state.isRestless { state.version += 1 }
            return (file.text.utf8.count, state.isRestless ? state.version : file.version)
        }
        guard let (byteCount, version) = found else {
            throw FileError(path: path, reason: .missing)
        }
        return FileIdentity(
            device: 1,
            inode: 1,
            byteCount: byteCount,
            modifiedNanoseconds: Int64(version),
            isFolder: false
        )
    }

    func list(_ path: String) throws(FileError) -> [String] { [] }
}

@Suite struct ZoneFileReloadTests {
    private let files = CountedFiles()

    /// The plugin made again after `setup`, as a reload makes it.
    private func make(after before: Setup?) throws -> (File, Setup) {
        var setup = Setup(
            servedZones: [ServedZone(try Name("example.org"), port: 53)],
            serverLabel: "dns://:53",
            files: files,
            metrics: Registry(),
            log: SilentLog(),
            previous: before?.kept ?? [:],
            wallSeconds: { 1_000 }
        )
        let plugin = try File(parsing: try stanzas("file db"), setup: &setup)
        return (plugin, setup)
    }

    private func address(_ plugin: File) throws -> String? {
        try answered(plugin, "a.example.org A").dropFirst().first
    }

    @Test func readsAgainOnlyWhatChanged() throws {
        files.set("db", ZoneFileTests.head + "a A 192.0.2.1\n$INCLUDE more")
        files.set("more", "b A 192.0.2.2")
        let (first, setup) = try make(after: nil)
        #expect(files.readings() == ["db", "more"])
        #expect(setup.watched == ["db", "more"])
        #expect(try address(first) == "a.example.org. 60 A 192.0.2.1")

        let (_, next) = try make(after: setup)
        #expect(files.readings().isEmpty)

        files.set("more", "a A 192.0.2.3")
        let (third, _) = try make(after: next)
        #expect(files.readings() == ["db", "more"])
        #expect(
            try answered(third, "a.example.org A").filter { $0.hasPrefix("a.") } == [
                "a.example.org. 60 A 192.0.2.1", "a.example.org. 60 A 192.0.2.3",
            ]
        )
    }

    @Test func keepsTheLastGoodFormAndSaysSoUntilItIsRight() throws {
        files.set("db", ZoneFileTests.head + "a A 192.0.2.1")
        let (_, good) = try make(after: nil)
        files.set("db", ZoneFileTests.head + "a A 192.0.2")

        var setup = good
        for _ in 0..<2 {
            let (plugin, next) = try make(after: setup)
            setup = next
            #expect(try address(plugin) == "a.example.org. 60 A 192.0.2.1")
            #expect(next.reports.count == 2)
            #expect(next.keptUnits.values.reduce(0, +) == 1)
            #expect(next.reports.first?.description.hasPrefix("db:3:5: data of A: ") == true)
            #expect(
                next.reports.last?.description
                    == "Corefile:1:6: the zone example.org. keeps its last good form"
            )
        }
        files.set("db", ZoneFileTests.head + "a A 192.0.2.2")
        let (plugin, last) = try make(after: setup)

        #expect(try address(plugin) == "a.example.org. 60 A 192.0.2.2")
        #expect(last.reports == [Report(soundAgain: "db")])
        #expect(last.keptUnits.values.reduce(0, +) == 0)
    }

    @Test func waitsForAFileThatIsMissingAtTheStart() throws {
        let (plugin, setup) = try make(after: nil)

        #expect(try answered(plugin, "a.example.org A") == ["SERVFAIL"])
        #expect(try answered(plugin, "example.net A") == ["pass"])
        #expect(setup.watched == ["db"])
        #expect(
            setup.reports.map(\.description) == [
                "db:1:1: cannot read db: no such file or folder",
                "Corefile:1:6: the zone example.org. is not served",
            ]
        )

        files.set("db", ZoneFileTests.head + "a A 192.0.2.1")
        let (later, _) = try make(after: setup)
        #expect(try address(later) == "a.example.org. 60 A 192.0.2.1")
    }

    @Test func asksForAnotherReadingOfAFileThatChangesMeanwhile() throws {
        files.set("db", ZoneFileTests.head + "a A 192.0.2.1")
        files.setRestless(true)

        let (plugin, setup) = try make(after: nil)
        files.setRestless(false)
        let (later, _) = try make(after: setup)

        #expect(setup.isUnsettled)
        #expect(try answered(plugin, "a.example.org A") == ["SERVFAIL"])
        #expect(try address(later) == "a.example.org. 60 A 192.0.2.1")
    }
}

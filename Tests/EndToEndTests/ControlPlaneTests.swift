// SPDX-License-Identifier: Apache-2.0

import Files
import Foundation
import Metrics
import Plugin
import Plugins
import Posix
import Synchronization
import Testing

@testable import Server

/// The disk, and what else happens while it is read.
private final class ObservedDisk: FileSource {
    private let disk = DiskFiles()
    private let action = Mutex<(@Sendable () -> Void)?>(nil)

    /// Has something done before the names in a folder are told.
    func beforeLists(_ action: @escaping @Sendable () -> Void) {
        self.action.withLock { $0 = action }
    }

    func read(_ path: String) throws(FileError) -> [UInt8] { try disk.read(path) }

    func identity(of path: String) throws(FileError) -> FileIdentity {
        try disk.identity(of: path)
    }

    func list(_ path: String) throws(FileError) -> [String] {
        action.withLock { $0 }?()
        return try disk.list(path)
    }

    func realPath(of path: String) throws(FileError) -> String { try disk.realPath(of: path) }
}

/// Numbers in the order in which they were noted.
private final class SeenCounts: Sendable {
    private let counts = Mutex<[Int]>([])

    func note(_ count: Int) { counts.withLock { $0.append(count) } }

    var all: [Int] { counts.withLock { $0 } }
}

/// The control plane without workers, of a Corefile whose manifests lie where a link leads.
///
/// Most tests are processes of their own, because signals concern all of a process.
@Suite struct ControlPlaneTests {
    /// The folder of one test: two editions of the manifests, and the link.
    private struct Stage {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "apus-\(UUID().uuidString)")
        let disk = ObservedDisk()

        init() throws {
            let manager = FileManager.default
            for (edition, address) in [("first", "10.96.1.1"), ("second", "10.96.1.2")] {
                let path = folder.appending(path: edition)
                try manager.createDirectory(at: path, withIntermediateDirectories: true)
                try Data(ManifestServerTests.service("one", address).utf8)
                    .write(to: path.appending(path: "one.yaml"))
            }
            let corefile = """
                . {
                    bind 127.0.0.1
                    kubernetes cluster.local {
                        manifests \(folder.appending(path: "now").path())
                    }
                }

                """
            try Data(corefile.utf8).write(to: folder.appending(path: "Corefile"))
            try show("first")
        }

        /// Has the link lead to an edition, in one step.
        func show(_ edition: String) throws {
            let (new, link) = (folder.appending(path: "new"), folder.appending(path: "now"))
            try FileManager.default.createSymbolicLink(
                at: new,
                withDestinationURL: folder.appending(path: edition)
            )
            guard unsafe rename(new.path(), link.path()) == 0 else {
                throw SystemError(call: "rename", code: errno)
            }
        }

        /// A control plane that has read the manifests and heard of all that happened before.
        func control() throws -> ControlPlane {
            let arguments = ["-conf", folder.appending(path: "Corefile").path(), "-dns.port", "0"]
            var control = try ControlPlane.start(
                try Server.CommandLine(parsing: arguments),
                surroundings: Surroundings(
                    plugins: Plugins.all,
                    pluginsNotYet: Plugins.notYet,
                    files: disk,
                    metrics: Registry(),
                    log: SilentLog(),
                    wallSeconds: { 1_700_000_000 },
                    defaultPort: 0
                ),
                signals: try Signals(),
                workerCount: 1
            )
            control.rebuild(control.corefile, control.gathering.begin())
            return control
        }

        func remove() throws { try FileManager.default.removeItem(at: folder) }
    }

    @Test func readsOnceWhatChangedBeforeASignal() async {
        await #expect(processExitsWith: .success) {
            let stage = try Stage()
            var control = try stage.control()
            let isQuiet = control.gathering.due == nil
            #expect(isQuiet)

            try stage.show("second")
            control.reload()

            let later = control.watcher.changes()
            #expect(later.isEmpty)
            let isTaken = control.gathering.due == nil && control.gathering.changes.isEmpty
            #expect(isTaken)
            try stage.remove()
        }
    }

    /// What the signal asked for was not to be had; what happened to files is taken without it.
    @Test func takesWhatChangedBesideACorefileThatIsRefused() async {
        await #expect(processExitsWith: .success) {
            let stage = try Stage()
            var control = try stage.control()

            try stage.show("second")
            let mistaken = Data(". {\n    kubernetes {\n        sorcery\n    }\n}\n".utf8)
            try mistaken.write(to: stage.folder.appending(path: "Corefile"))
            control.reload()

            let isKept = control.gathering.due != nil && !control.gathering.changes.isEmpty
            #expect(isKept)
            try stage.remove()
        }
    }

    /// A worker that nobody asks would hold what it serves until its next tick.
    @Test func tellsIdleWorkersWhatTookLongToMake() async {
        await #expect(processExitsWith: .success) {
            let stage = try Stage()
            var control = try stage.control()
            let orders = try WorkerOrders()
            control.orders = [orders]
            let poll = try Poll()
            try poll.add(orders.wakeup.number, .input, token: 0)

            try stage.show("second")
            stage.disk.beforeLists {
                Posix.Thread.rest(nanoseconds: Int(ControlPlane.largeMilliseconds) * 1_000_000)
            }
            try Self.takeChanges(&control)

            #expect(try poll.wait(milliseconds: 0) == 1)
            try stage.remove()
        }
    }

    @Test func letsGoOfWhatNobodyHoldsBeforeItMakesMore() async {
        await #expect(processExitsWith: .success) {
            let stage = try Stage()
            var control = try stage.control()
            let published = control.published
            var held: Published<Configuration>.View? = published.view()
            try stage.show("second")
            try Self.takeChanges(&control)
            #expect(held != nil && published.retiredCount == 1)

            held = nil
            let seen = SeenCounts()
            stage.disk.beforeLists { seen.note(published.retiredCount) }
            try stage.show("first")
            try Self.takeChanges(&control)

            #expect(Set(seen.all) == [0])
            try stage.remove()
        }
    }

    /// Takes what happened to files, as the main thread does when it is due.
    private static func takeChanges(_ control: inout ControlPlane) throws {
        control.gathering.note(control.watcher.changes(), ControlPlane.now)
        let changes = control.gathering.begin()
        try #require(changes.isComplete && !changes.isEmpty)
        let isTaken = control.rebuild(control.corefile, changes)
        #expect(isTaken)
    }

    @Test(arguments: [(19_999_999, false), (20_000_000, true)] as [(UInt64, Bool)])
    func countsAsLargeWhatTookLong(nanoseconds: UInt64, isLarge: Bool) {
        let start = Moment(nanoseconds: 1_000)
        let end = start.adding(nanoseconds: nanoseconds)

        #expect(ControlPlane.isLarge(from: start, end) == isLarge)
    }
}

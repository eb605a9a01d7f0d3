// SPDX-License-Identifier: Apache-2.0

import Files
import Foundation
import Metrics
import Plugin
import Plugins
import Posix
import Synchronization
import Testing
import Wire

@testable import Server

/// The disk, and what else happens while it is read.
private final class ObservedDisk: FileSource {
    private let disk = DiskFiles()
    private let action = Mutex<(@Sendable (_ path: String) -> Void)?>(nil)

    /// Has something done before a file is read or a folder listed.
    func beforeReading(_ action: @escaping @Sendable (_ path: String) -> Void) {
        self.action.withLock { $0 = action }
    }

    func read(_ path: String) throws(FileError) -> [UInt8] {
        action.withLock { $0 }?(path)
        return try disk.read(path)
    }

    func identity(of path: String) throws(FileError) -> FileIdentity {
        try disk.identity(of: path)
    }

    func list(_ path: String) throws(FileError) -> [String] {
        action.withLock { $0 }?(path)
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
    /// The folder of one test: three editions of the manifests, and the link.
    private struct Stage {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "apus-\(UUID().uuidString)")
        let disk = ObservedDisk()

        init() throws {
            let manager = FileManager.default
            for (number, edition) in ["first", "second", "third"].enumerated() {
                let path = folder.appending(path: edition)
                try manager.createDirectory(at: path, withIntermediateDirectories: true)
                for (place, name) in ["one", "two"].enumerated() {
                    try write(name, "10.96.\(place + 1).\(number + 1)", in: edition)
                }
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

        /// Writes a Service of an edition anew.
        func write(_ name: String, _ address: String, in edition: String) throws {
            let file = folder.appending(path: "\(edition)/\(name).yaml")
            try Data(ManifestServerTests.service(name, address).utf8).write(to: file)
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

            let lists = SeenCounts()
            stage.disk.beforeReading { path in if path.hasSuffix("/now") { lists.note(1) } }
            try stage.show("second")
            control.reload()

            #expect(lists.all == [1])
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
            stage.disk.beforeReading { _ in
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
            stage.disk.beforeReading { _ in seen.note(published.retiredCount) }
            try stage.show("first")
            try Self.takeChanges(&control)

            #expect(Set(seen.all) == [0])
            try stage.remove()
        }
    }

    @Test func makesItAgainWhenALinkWasTurnedMeanwhile() async {
        await #expect(processExitsWith: .success) {
            let stage = try Stage()
            var control = try stage.control()
            let turns = SeenCounts()
            stage.disk.beforeReading { path in
                guard path.hasSuffix("/two.yaml"), turns.all.isEmpty else { return }
                turns.note(1)
                #expect(throws: Never.self) { try stage.show("third") }
            }

            try stage.show("second")
            try Self.takeChanges(&control)

            #expect(turns.all == [1])
            let one = try Self.address(of: "one", control)
            let two = try Self.address(of: "two", control)
            #expect(one == [10, 96, 1, 3])
            #expect(two == [10, 96, 2, 3])
            let later = control.watcher.changes()
            #expect(later.isEmpty)
            try stage.remove()
        }
    }

    /// The turn was heard of while something was made that could not be served.
    @Test func losesNoTurnWhenTheCorefileIsRefusedAfterwards() async {
        await #expect(processExitsWith: .success) {
            let stage = try Stage()
            var control = try stage.control()
            let local = Endpoint(IPAddress(v4: 0x7F00_0001), port: 0)
            let taken = try UDPSocket(binding: local, sharingPort: false)
            let corefile = stage.folder.appending(path: "Corefile")
            let text = try String(contentsOf: corefile, encoding: .utf8)
            let next = text.replacing(". {", with: ".:\(taken.local.port) {")
            try Data(next.utf8).write(to: corefile)
            let turns = SeenCounts()
            stage.disk.beforeReading { path in
                guard path.hasSuffix("/two.yaml"), turns.all.isEmpty else { return }
                turns.note(1)
                #expect(throws: Never.self) { try stage.show("third") }
            }

            try stage.show("second")
            control.reload()

            #expect(turns.all == [1])
            let before = try Self.address(of: "one", control)
            #expect(before == [10, 96, 1, 1])
            let changes = control.gathering.begin()
            #expect(changes.haveTurns)
            control.rebuild(control.corefile, changes)
            let after = try Self.address(of: "one", control)
            #expect(after == [10, 96, 1, 3])
            try stage.remove()
        }
    }

    /// Each reading sees another turn; in the end what there is is served, and read again soon.
    @Test func goesOnWithALinkThatTurnsAndTurns() async {
        await #expect(processExitsWith: .success) {
            let stage = try Stage()
            var control = try stage.control()
            let turns = SeenCounts()
            stage.disk.beforeReading { path in
                guard path.hasSuffix("/now") else { return }
                turns.note(turns.all.count)
                let edition = turns.all.count % 2 == 0 ? "first" : "third"
                #expect(throws: Never.self) { try stage.show(edition) }
            }

            try stage.show("second")
            try Self.takeChanges(&control)

            #expect(turns.all.count == ControlPlane.maximumMakingCount)
            let later = control.watcher.changes()
            #expect(!later.isEmpty)
            try stage.remove()
        }
    }

    @Test func takesSoonWhatHappenedMeanwhileToAFile() async {
        await #expect(processExitsWith: .success) {
            let stage = try Stage()
            var control = try stage.control()
            let writes = SeenCounts()
            stage.disk.beforeReading { path in
                guard path.hasSuffix("/two.yaml"), writes.all.isEmpty else { return }
                writes.note(1)
                #expect(throws: Never.self) { try stage.write("one", "10.96.1.9", in: "second") }
            }

            try stage.show("second")
            try Self.takeChanges(&control)

            let before = try Self.address(of: "one", control)
            #expect(before == [10, 96, 1, 2])
            let isDue = control.gathering.due != nil
            #expect(isDue)
            control.rebuild(control.corefile, control.gathering.begin())
            let after = try Self.address(of: "one", control)
            #expect(after == [10, 96, 1, 9])
            try stage.remove()
        }
    }

    /// The address of a Service that a worker gives which begins now.
    private static func address(
        of name: String,
        _ control: borrowing ControlPlane
    ) throws -> [UInt8]? {
        var core = Core(
            index: 0,
            serving: control.published,
            counting: control.surroundings.metrics.cells(forWorker: 0),
            random: { 1 }
        )
        core.begin(at: ControlPlane.now)
        let arrival = Arrival(
            listener: 0,
            transport: .udp,
            client: Endpoint(IPAddress(v4: 0x7F00_0001), port: 1_024),
            local: Endpoint(IPAddress(v4: 0x7F00_0001), port: 53)
        )
        var message = Message(header: Header(id: 1, flags: .recursionDesired))
        message.questions = [Question(try Name("\(name).default.svc.cluster.local"), .a)]
        let query = try message.encoded()
        var buffer = [UInt8](repeating: 0, count: 512)
        var span = buffer.mutableSpan
        guard case .answered(let count) = core.receive(query.span, arrival, into: &span) else {
            return nil
        }
        return try Message(parsing: buffer.span.extracting(0..<count)).answers.first?.data
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

// SPDX-License-Identifier: Apache-2.0

import Posix
import Wire

/// Changes a cluster that a server has loaded, and measures until when and for how much the server
/// answers from the new state.
struct RegistryChanges {
    /// How many changes are looked at, one after the other.
    private static let changeCount = 100
    /// The space between two changes while nobody asks, in milliseconds.
    private static let spacingMilliseconds = 30
    /// The space between two looks where looking must not cost the server time, in nanoseconds.
    private static let lookNanoseconds: UInt64 = 2_000_000
    private static let streamRate = 1_000
    private static let streamCount = 3_000
    /// How long a server is looked at to tell whether it is at work, in milliseconds.
    private static let restMilliseconds = 200
    /// How long a change may take to be seen, in nanoseconds.
    private static let patienceNanoseconds: UInt64 = 120_000_000_000

    private let server: Server
    private let files: RegistryFiles
    private let group: ProcessGroup
    /// The newest version of any changing endpoint.
    private var version = RegistryFiles.lastEditionVersion

    init(server: Server, files: RegistryFiles) {
        self.server = server
        self.files = files
        group = ProcessGroup(of: server.child.identifier)
    }

    /// One endpoint after the other changes: first asked for all the time, which tells how long it
    /// takes, then left alone, which tells what it costs.
    mutating func oneAfterTheOther() throws -> RegistryMeasurement {
        let one = ChangingEndpoint(number: 0)
        var times: [UInt64] = []
        for _ in 0..<Self.changeCount {
            version += 1
            let start = Clock.monotonicNanoseconds()
            try files.write(one, version: version)
            try wait(for: one, version: version)
            times.append(Clock.monotonicNanoseconds() - start)
        }
        let processor = try cost { changes, _ in
            changes.version += 1
            try changes.files.write(one, version: changes.version)
        }
        try wait(for: one, version: version)
        var measured = measurement(processor: processor)
        measured.add(changes: times)
        return measured
    }

    /// The file of an endpoint is saved again and again, of which only a comment changes.
    mutating func nothingButText() throws -> RegistryMeasurement {
        let one = ChangingEndpoint(number: 0)
        let processor = try cost { changes, number in
            try changes.files.write(one, version: changes.version, remark: "# \(number)\n")
        }
        return measurement(processor: processor)
    }

    /// The same as one after the other, with a Service and its endpoints in a file of a hundred.
    mutating func inTheFirstFile() throws -> RegistryMeasurement {
        let look = try Look(Cluster.portName(of: 0), .srv)
        var times: [UInt64] = []
        for number in 1...Self.changeCount {
            let isChanged = number % 2 == 1
            let start = Clock.monotonicNanoseconds()
            try files.writeFirstFile(changed: isChanged)
            try wait(for: look, every: 0) { $0.hasSRVPort(of: isChanged) }
            times.append(Clock.monotonicNanoseconds() - start)
        }
        let processor = try cost { changes, number in
            try changes.files.writeFirstFile(changed: number % 2 == 1)
        }
        try wait(for: look, every: 0) { $0.hasSRVPort(of: false) }
        var measured = measurement(processor: processor)
        measured.add(changes: times)
        return measured
    }

    /// Many endpoints change each second; some are waited for meanwhile, in the end all.
    mutating func stream() throws -> RegistryMeasurement {
        try group.resetPeak()
        let before = group.processorTime.nanoseconds
        var (times, watched): ([UInt64], (version: Int, start: UInt64)?) = ([], nil)
        let first = version + 1
        let start = Clock.monotonicNanoseconds()
        var nextLook = start
        for begun in 0..<Self.streamCount {
            let due = start + UInt64(begun) * 1_000_000_000 / UInt64(Self.streamRate)
            var now = Clock.monotonicNanoseconds()
            repeat {
                if let one = watched, now >= nextLook {
                    if try isSeen(one.version, first: first) {
                        times.append(Clock.monotonicNanoseconds() - one.start)
                        watched = nil
                    }
                    nextLook = now + Self.lookNanoseconds
                }
                now = Clock.monotonicNanoseconds()
            } while now < due
            version += 1
            try files.write(Self.endpoint(of: version, first: first), version: version)
            if watched == nil { watched = (version, Clock.monotonicNanoseconds()) }
        }
        let end = Clock.monotonicNanoseconds()
        for late in version - ChangingEndpoint.count + 1...version {
            try wait(for: Self.endpoint(of: late, first: first), version: late)
        }
        // What a server cannot keep up with is seen after the last change.
        times.append(Clock.monotonicNanoseconds() - end)
        let spent = group.processorTime.nanoseconds - before
        var measured = measurement(
            processor: Double(spent) / 1e6 / Double(Self.streamCount),
            peak: group.peakByteCount
        )
        measured.add(changes: times)
        return measured
    }

    /// Another edition of every file is there at once, and the server is told to read all again.
    func reload(to edition: Cluster.Edition) throws -> RegistryMeasurement {
        _ = try files.prepare(edition)
        try settle()
        try group.resetPeak()
        let before = group.processorTime.nanoseconds
        let start = Clock.monotonicNanoseconds()
        try files.show(edition)
        try Process.send(.hangUp, to: server.child.identifier)
        try wait(for: edition)
        let elapsed = Clock.monotonicNanoseconds() - start
        let spent = group.processorTime.nanoseconds - before
        var measured = measurement(processor: Double(spent) / 1e6, peak: group.peakByteCount)
        measured.wall = Double(elapsed) / 1e6
        return measured
    }

    /// Waits until the changing endpoints have the addresses of an edition.
    func wait(for edition: Cluster.Edition) throws {
        let version = RegistryFiles.version(in: edition)
        for number in [0, ChangingEndpoint.count - 1] {
            let look = try Look(ChangingEndpoint(number: number).name, .a)
            let wanted = Cluster.changingAddress(of: version)
            try wait(for: look, every: Self.lookNanoseconds) { $0.hasAddress(wanted) }
        }
    }

    /// Waits until the server has done what it was told before, so that it counts for nothing else.
    private func settle() throws {
        let poll = try Poll()
        let start = Clock.monotonicNanoseconds()
        var before = group.processorTime.nanoseconds
        while true {
            _ = try poll.wait(milliseconds: Self.restMilliseconds)
            let now = group.processorTime.nanoseconds
            // A tenth of a processor: it has some work each second without any change.
            if now - before < UInt64(Self.restMilliseconds) * 100_000 { return }
            guard Clock.monotonicNanoseconds() - start < Self.patienceNanoseconds else {
                throw SystemError(call: "the server does not come to rest", code: 110)
            }
            before = now
        }
    }

    /// Which endpoint has a version, when each has the next one in turn.
    private static func endpoint(of version: Int, first: Int) -> ChangingEndpoint {
        ChangingEndpoint(number: (version - first) % ChangingEndpoint.count)
    }

    /// Whether an endpoint has that version, or a later one.
    private func isSeen(_ version: Int, first: Int) throws -> Bool {
        let look = try Look(Self.endpoint(of: version, first: first).name, .a)
        let data = try look.data(server)
        return stride(from: version, through: self.version, by: ChangingEndpoint.count).contains {
            data.hasAddress(Cluster.changingAddress(of: $0))
        }
    }

    private func wait(for one: ChangingEndpoint, version: Int) throws {
        let wanted = Cluster.changingAddress(of: version)
        try wait(for: try Look(one.name, .a), every: 0) { $0.hasAddress(wanted) }
    }

    private func wait(
        for look: Look,
        every nanoseconds: UInt64,
        until isSeen: (RecordData) -> Bool
    ) throws {
        let start = Clock.monotonicNanoseconds()
        let poll = try Poll()
        while try !isSeen(look.data(server)) {
            guard Clock.monotonicNanoseconds() - start < Self.patienceNanoseconds else {
                throw SystemError(call: "a change is not seen", code: 110)
            }
            if nanoseconds > 0 { _ = try poll.wait(milliseconds: Int(nanoseconds / 1_000_000)) }
        }
    }

    /// The processor time of one change in milliseconds, of many with nothing between them.
    private mutating func cost(
        _ change: (inout RegistryChanges, Int) throws -> Void
    ) throws -> Double {
        let poll = try Poll()
        let before = group.processorTime.nanoseconds
        for number in 1...Self.changeCount {
            try change(&self, number)
            _ = try poll.wait(milliseconds: Self.spacingMilliseconds)
        }
        let spent = group.processorTime.nanoseconds - before
        return Double(spent) / 1e6 / Double(Self.changeCount)
    }

    private func measurement(processor: Double, peak: Int? = nil) -> RegistryMeasurement {
        RegistryMeasurement(
            wall: nil,
            processor: processor,
            memory: Double(group.residentByteCount) / 1e6,
            peak: peak.map { Double($0) / 1e6 }
        )
    }
}

/// A question by which a change is seen.
struct Look {
    private let question: BenchQuestion

    init(_ name: String, _ type: RecordType) throws(WireError) {
        question = try BenchQuestion(asking: name, type)
    }

    /// What the first record of the answer holds; nothing when there is none.
    func data(_ server: Server) throws -> RecordData {
        guard let answer = try server.ask(question) else { return RecordData(bytes: []) }
        return RecordData(bytes: try Message(parsing: answer.span).answers.first?.data ?? [])
    }
}

/// The bytes of a record, as far as changes are told by them.
struct RecordData {
    let bytes: [UInt8]

    func hasAddress(_ address: IPAddress) -> Bool { IPAddress(bytes: bytes.span) == address }

    /// Whether it is an SRV record with the port of the changed form, or of the other one.
    func hasSRVPort(of isChanged: Bool) -> Bool {
        guard bytes.count > 6 else { return false }
        let port = Int(bytes[4]) << 8 | Int(bytes[5])
        return port == (isChanged ? Cluster.changedPort : Cluster.port)
    }
}

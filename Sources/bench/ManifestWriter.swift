// SPDX-License-Identifier: Apache-2.0

import Posix
import Synchronization
import Wire

/// What happens to the manifests while questions are asked.
enum ManifestChange: Equatable {
    case none
    /// So many files are saved each second, each with one changed endpoint.
    case saved(perSecond: Int)
    /// Every file is another at once, and the server is told to read them all again.
    case all(Cluster.Edition)

    var name: String {
        switch self {
        case .none: "quiet"
        case .saved(let rate): "\(rate)/s"
        case .all: "reload"
        }
    }
}

/// Changes manifests on a thread of its own, on processors of its own choosing, so that neither the
/// load nor a worker waits for it.
final class ManifestWriter: Sendable {
    /// How long a change may take to be seen, in nanoseconds.
    private static let patienceNanoseconds: UInt64 = 120_000_000_000
    /// The space between two looks for a change, in milliseconds.
    private static let lookMilliseconds = 2

    private let server: Server
    private let files: RegistryFiles
    private let processors: [Int]
    /// The version that was written last, over all rounds.
    private let version = Atomic<Int>(RegistryFiles.lastEditionVersion)
    private let isStopping = Atomic<Bool>(false)
    private let failure = Mutex<SystemError?>(nil)
    /// From when to when all files were changed, in nanoseconds; 0 while it is not over.
    private let begun = Atomic<UInt64>(0)
    private let ended = Atomic<UInt64>(0)

    init(server: Server, files: RegistryFiles, on processors: [Int]) {
        self.server = server
        self.files = files
        self.processors = processors
    }

    /// When the last change of all files was seen, or nil.
    var reload: (begun: UInt64, ended: UInt64)? {
        let end = ended.load(ordering: .acquiring)
        return end == 0 ? nil : (begun.load(ordering: .acquiring), end)
    }

    /// Changes manifests while `body` runs, and waits until what was written is seen.
    func change<Result>(
        _ change: ManifestChange,
        while body: () throws -> Result
    ) throws -> Result {
        isStopping.store(false, ordering: .releasing)
        ended.store(0, ordering: .releasing)
        let thread = try Thread(name: "manifests") {
            do throws(SystemError) {
                try Thread.stay(onProcessor: self.processors.first ?? 0)
                try self.run(change)
            } catch {
                self.failure.withLock { $0 = error }
            }
        }
        let result: Result
        do {
            result = try body()
        } catch {
            isStopping.store(true, ordering: .releasing)
            thread.join()
            throw error
        }
        isStopping.store(true, ordering: .releasing)
        thread.join()
        if let failed = failure.withLock({ $0 }) { throw failed }
        return result
    }

    private func run(_ change: ManifestChange) throws(SystemError) {
        switch change {
        case .none: return
        case .saved(let rate): try save(perSecond: rate)
        case .all(let edition): try replaceAll(by: edition)
        }
    }

    /// Saves one file after the other, at even times, until it is told to stop.
    private func save(perSecond rate: Int) throws(SystemError) {
        let poll = try Poll()
        let start = Clock.monotonicNanoseconds()
        var count: UInt64 = 0
        while !isStopping.load(ordering: .acquiring) {
            let due = start + count * 1_000_000_000 / UInt64(rate)
            let now = Clock.monotonicNanoseconds()
            if now < due { _ = try poll.wait(nanoseconds: Int(due - now)) }
            let newest = version.add(1, ordering: .relaxed).newValue
            let one = ChangingEndpoint(number: newest % ChangingEndpoint.count)
            try files.write(one, version: newest)
            count += 1
        }
        // The next round begins when the server has nothing left to do.
        let newest = version.load(ordering: .relaxed)
        try wait(for: ChangingEndpoint(number: newest % ChangingEndpoint.count), newest)
    }

    private func replaceAll(by edition: Cluster.Edition) throws(SystemError) {
        let version = try files.prepare(edition)
        begun.store(Clock.monotonicNanoseconds(), ordering: .releasing)
        try files.show(edition)
        try Process.send(.hangUp, to: server.child.identifier)
        try wait(for: ChangingEndpoint(number: 0), version)
        ended.store(Clock.monotonicNanoseconds(), ordering: .releasing)
    }

    private func wait(for one: ChangingEndpoint, _ version: Int) throws(SystemError) {
        let poll = try Poll()
        let wanted = Cluster.changingAddress(of: version)
        let start = Clock.monotonicNanoseconds()
        while (try? Look(one.name, .a).data(server).hasAddress(wanted)) != true {
            guard Clock.monotonicNanoseconds() - start < Self.patienceNanoseconds else {
                throw SystemError(call: "a change is not seen", code: 110)
            }
            _ = try poll.wait(milliseconds: Self.lookMilliseconds)
        }
    }
}

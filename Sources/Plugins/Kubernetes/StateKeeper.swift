// SPDX-License-Identifier: Apache-2.0

import Files
import Kubernetes
import Synchronization

/// Writes what Services are given into a file, before anybody can be told of it.
///
/// What is new is added at the end; when most of the file is out of date, or it is not as it was
/// left, it is written anew. It belongs to the control plane.
final class StateKeeper: Sendable {
    /// How many records may be out of date besides as many as count, before the file is written
    /// anew.
    static let maximumSurplusCount = 64

    /// What the lock guards.
    private struct State {
        /// The size of the file as it was left; nil when it has to be written anew.
        var byteCount: Int?
        /// The records in it.
        var recordCount: Int
        /// Whose records these are; nil for those of an earlier run.
        var registry: ObjectIdentifier?
        /// Whether there is a file at all.
        var exists: Bool
    }

    let path: String
    private let store: any FileStore
    private let state: Mutex<State>

    /// Goes on with a file as it was found.
    init(_ path: String, in store: any FileStore, found: AllocationState) {
        self.path = path
        self.store = store
        state = Mutex(
            State(
                byteCount: found.isSound ? found.byteCount : nil,
                recordCount: found.recordCount,
                registry: nil,
                exists: found.byteCount > 0
            )
        )
    }

    /// Notes that a registry was made of what the file holds.
    func adopt(_ registry: ClusterRegistry) { adopt(ObjectIdentifier(registry)) }

    func adopt(_ owner: ObjectIdentifier) { state.withLock { $0.registry = owner } }

    /// Writes what the file has not.
    ///
    /// - Throws: Why that is not possible; it is tried again the next time.
    func save(_ registry: ClusterRegistry) throws(FileError) {
        let hasSaved = try save(
            registry.unsavedRecords,
            of: ObjectIdentifier(registry),
            liveCount: registry.recordCount
        ) { registry.allRecords }
        if hasSaved { registry.hasSavedRecords() }
    }

    /// Writes `news` of somebody, or `all` where that does not do; whether anything was written.
    ///
    /// `liveCount`: how many records a file needs that has nothing out of date.
    func save(
        _ news: AllocationRecords,
        of owner: ObjectIdentifier,
        liveCount: Int,
        all: () -> AllocationRecords
    ) throws(FileError) -> Bool {
        try state.withLock { state throws(FileError) in
            if state.registry == owner, let byteCount = state.byteCount {
                guard news.count > 0 else { return false }
                let limit = 2 * liveCount + Self.maximumSurplusCount
                if state.recordCount + news.count <= limit,
                    try append(news, of: byteCount, &state)
                {
                    return true
                }
            }
            let all = all()
            // A server that gives nothing away needs no file.
            guard all.count > 0 || state.exists else { return false }
            state.byteCount = nil
            try store.keep(path, all.bytes)
            state = State(
                byteCount: all.bytes.count,
                recordCount: all.count,
                registry: owner,
                exists: true
            )
            return true
        }
    }

    /// Adds records at the end; false when the file is not as it was left.
    private func append(
        _ news: AllocationRecords,
        of byteCount: Int,
        _ state: inout State
    ) throws(FileError) -> Bool {
        // Whatever happens, nothing is added behind half a record.
        state.byteCount = nil
        do throws(FileError) {
            try store.append(news.bytes, to: path, of: byteCount)
        } catch {
            guard error.reason == .unsettled || error.reason == .missing else { throw error }
            return false
        }
        state.byteCount = byteCount + news.bytes.count
        state.recordCount += news.count
        return true
    }
}

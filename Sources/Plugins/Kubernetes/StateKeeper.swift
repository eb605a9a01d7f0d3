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
    /// How many bytes a file may have in any case before it is written anew because of its size.
    static let maximumSurplusByteCount = 1 << 20

    /// What the lock guards.
    private struct State {
        /// The size of the file as it was left; nil when it has to be written anew.
        var byteCount: Int?
        /// The records in it.
        var recordCount: Int
        /// The size of the file when it was last written whole.
        var wholeByteCount: Int
        /// Whose records these are; nil for those of an earlier run.
        var registry: ObjectIdentifier?
        /// How often that has noted that all is saved, when this file was.
        var savingCount = 0
        /// Whether there is a file at all.
        var exists: Bool
    }

    let path: String
    private let store: any FileStore
    /// The largest file that is written, in bytes.
    private let maximumByteCount: Int
    private let state: Mutex<State>

    /// Goes on with a file as it was found.
    init(
        _ path: String,
        in store: any FileStore,
        found: AllocationState,
        maximumByteCount: Int = AllocationState.maximumByteCount
    ) {
        self.path = path
        self.store = store
        self.maximumByteCount = maximumByteCount
        state = Mutex(
            State(
                byteCount: found.isSound ? found.byteCount : nil,
                recordCount: found.recordCount,
                wholeByteCount: found.byteCount,
                registry: nil,
                exists: found.byteCount > 0
            )
        )
    }

    /// Notes that a registry was made of what the file holds.
    func adopt(_ registry: ClusterRegistry) {
        adopt(ObjectIdentifier(registry))
        state.withLock { $0.savingCount = registry.savingCount }
    }

    func adopt(_ owner: ObjectIdentifier) { state.withLock { $0.registry = owner } }

    /// Writes what the file has not.
    ///
    /// - Throws: Why that is not possible; everything is written the next time.
    func save(_ registry: ClusterRegistry) throws(FileError) {
        // What was saved elsewhere is not in the news.
        state.withLock { state in
            if state.savingCount != registry.savingCount { state.byteCount = nil }
        }
        defer {
            let count = registry.hasSavedRecords()
            state.withLock { $0.savingCount = count }
        }
        try save(
            registry.unsavedRecords,
            of: ObjectIdentifier(registry),
            liveCount: registry.recordCount
        ) { $0 ? registry.allRecords : registry.recordsInUse }
    }

    /// Writes `news` of somebody, or `all` where that does not do.
    ///
    /// `liveCount`: how many records a file needs that has nothing out of date. `all`: everything,
    /// with what those had that are gone or without.
    func save(
        _ news: AllocationRecords,
        of owner: ObjectIdentifier,
        liveCount: Int,
        all: (_ withGone: Bool) -> AllocationRecords
    ) throws(FileError) {
        try state.withLock { state throws(FileError) in
            if state.registry == owner, let byteCount = state.byteCount {
                guard news.count > 0 else { return }
                if hasRoom(for: news, of: byteCount, liveCount: liveCount, state),
                    try append(news, of: byteCount, &state)
                {
                    return
                }
            }
            var records = all(true)
            if records.bytes.count > maximumByteCount { records = all(false) }
            // A server that gives nothing away needs no file.
            guard records.count > 0 || state.exists else { return }
            state.byteCount = nil
            if let mistake = Self.mistake(about: records, path, maximumByteCount) { throw mistake }
            try store.keep(path, records.bytes)
            state.byteCount = records.bytes.count
            state.wholeByteCount = records.bytes.count
            state.recordCount = records.count
            state.registry = owner
            state.exists = true
        }
    }

    /// Whether so much may be added that the file has not too much that is out of date.
    private func hasRoom(
        for news: AllocationRecords,
        of byteCount: Int,
        liveCount: Int,
        _ state: State
    ) -> Bool {
        let size = byteCount + news.bytes.count
        return state.recordCount + news.count <= 2 * liveCount + Self.maximumSurplusCount
            && size <= max(2 * state.wholeByteCount, Self.maximumSurplusByteCount)
            && size <= maximumByteCount
    }

    /// Why a file is not written that holds all of this; nil where it is small enough.
    static func mistake(
        about records: AllocationRecords,
        _ path: String,
        _ maximumByteCount: Int = AllocationState.maximumByteCount
    ) -> FileError? {
        guard records.bytes.count > maximumByteCount else { return nil }
        let text =
            "what is in use takes \(records.bytes.count) bytes, more than the "
            + "\(maximumByteCount) that a state file has"
        return FileError(path: path, reason: .other(text))
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

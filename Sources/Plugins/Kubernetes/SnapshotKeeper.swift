// SPDX-License-Identifier: Apache-2.0

import Files
import Kubernetes
import Plugin
import Synchronization

/// Writes the cluster that is served into a file, soon after the start, then at most once a minute
/// while it changes, and at the end.
final class SnapshotKeeper: Sendable {
    /// How long a file stays as it is, in milliseconds.
    static let minimumIntervalMilliseconds: UInt64 = 60_000

    /// What the file is to say.
    private struct Wanted {
        let cluster: Cluster
        let serial: UInt32
        let fingerprint: UInt64

        var mark: Mark { Mark(serial: serial, fingerprint: fingerprint) }
    }

    /// What tells one file from the next: the serial moves with every change of answers.
    private struct Mark: Equatable {
        let serial: UInt32
        let fingerprint: UInt64
    }

    /// What the lock guards.
    private struct State {
        /// What is to be written; nil when the file has it.
        var wanted: Wanted?
        /// What the file has.
        var written: Mark?
        /// When it was last written, or that was last tried.
        var triedAt: Moment?
        /// What was last said about a failure.
        var complaint: String?
    }

    private let path: String
    private let store: any FileStore
    private let log: any LogSink
    /// The largest file that is written, in bytes.
    private let maximumByteCount: Int
    private let state = Mutex(State())

    init(
        _ path: String,
        in store: any FileStore,
        log: any LogSink,
        maximumByteCount: Int = ClusterSnapshot.maximumByteCount
    ) {
        self.path = path
        self.store = store
        self.log = log
        self.maximumByteCount = maximumByteCount
    }

    /// Notes what is served now.
    func offer(_ edition: ClusterEdition, fingerprint: UInt64) {
        let next = Wanted(
            cluster: edition.cluster,
            serial: edition.serial,
            fingerprint: fingerprint
        )
        state.withLock { state in
            state.wanted = state.written == next.mark ? nil : next
        }
    }

    /// Writes what is to be written, when that is due.
    func run(_ now: Moment, isLast: Bool) {
        state.withLock { state in
            guard let wanted = state.wanted else { return }
            if !isLast, let last = state.triedAt,
                now < last.adding(milliseconds: Self.minimumIntervalMilliseconds)
            {
                return
            }
            state.triedAt = now
            do throws(FileError) {
                try write(wanted)
                state.written = wanted.mark
                state.wanted = nil
                state.complaint = nil
            } catch {
                let text = "the snapshot cannot be written: \(error)"
                if state.complaint != text { log.write(.warning, "plugin/kubernetes: \(text)") }
                state.complaint = text
            }
        }
    }

    /// Writes the file, unless nobody would read it for its size; the one before stays then.
    private func write(_ wanted: Wanted) throws(FileError) {
        var writer = SnapshotWriter(
            wanted.cluster,
            serial: wanted.serial,
            fingerprint: wanted.fingerprint
        )
        guard writer.byteCount <= maximumByteCount else {
            throw FileError(path: path, reason: .tooLarge(limit: maximumByteCount))
        }
        try store.replace(path) { writer.next() }
    }
}

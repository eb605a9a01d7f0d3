// SPDX-License-Identifier: Apache-2.0

import Corefile
import Files
import Plugin
import Synchronization
import Wire

/// Keeps the answers of a cache in a file: reads it once after the start, writes it now and then and
/// at the end, all on the control plane's thread.
final class CacheFileKeeper: Sendable {
    /// What the lock guards.
    private struct State {
        /// Whether the file was read, or is not to be.
        var hasLoaded: Bool
        /// When it was read, or last written, or that was last tried.
        var triedAt: Moment?
        /// What was last said about a failure.
        var complaint: String?
    }

    /// The cache of a configuration, and what tells it from others.
    struct Subject: Sendable {
        let cache: AnswerCache
        let settings: CacheSettings
        let fingerprint: UInt64
    }

    private let path: String
    private let files: any FileSource
    private let store: any FileStore
    private let log: any LogSink
    private let wallSeconds: @Sendable () -> Int64
    private let state: Mutex<State>

    /// `loads`: whether the file is to be read.
    init(
        _ path: String,
        files: any FileSource,
        store: any FileStore,
        log: any LogSink,
        wallSeconds: @escaping @Sendable () -> Int64,
        loads: Bool
    ) {
        self.path = path
        self.files = files
        self.store = store
        self.log = log
        self.wallSeconds = wallSeconds
        state = Mutex(State(hasLoaded: !loads))
    }

    /// Has a cache kept in the file that its settings name; a reload goes on with what was begun.
    ///
    /// `identity`: what tells the cache from others, whose answers it must not give.
    static func begin(
        _ cache: AnswerCache,
        _ settings: CacheSettings,
        madeFor identity: String,
        setup: inout Setup
    ) throws(CorefileError) {
        guard let file = settings.file else { return }
        let path = setup.resolve(file.path)
        let key = "cache: file \(path)"
        guard setup.held(key, as: (any Sendable).self) == nil else {
            throw CorefileError(
                at: file.position,
                "'\(file.path)' is the file of another 'cache' already"
            )
        }
        let store = setup.store
        let keeper =
            setup.previous(key, as: CacheFileKeeper.self)
            ?? store.map { store in
                CacheFileKeeper(
                    path,
                    files: setup.files,
                    store: store,
                    log: setup.log,
                    wallSeconds: setup.wallClock,
                    loads: setup.previous.isEmpty
                )
            }
        // What only checks a Corefile finds two of one path too.
        setup.kept[key] = keeper ?? path
        guard let keeper, !setup.isCheck else { return }
        let subject = Subject(
            cache: cache,
            settings: settings,
            fingerprint: hashBytes(Array(identity.utf8).span)
        )
        setup.chores.append(Chore { now, isLast in keeper.run(subject, now, isLast: isLast) })
    }

    /// Does what is due.
    func run(_ subject: Subject, _ now: Moment, isLast: Bool) {
        state.withLock { state in
            if !state.hasLoaded {
                state.hasLoaded = true
                state.triedAt = now
                load(subject, now)
            }
            let interval = subject.settings.file?.intervalMilliseconds ?? .max
            if !isLast, let last = state.triedAt, now < last.adding(milliseconds: interval) {
                return
            }
            state.triedAt = now
            do throws(FileError) {
                try write(subject, now)
                state.complaint = nil
            } catch {
                let text = "answers cannot be kept: \(error)"
                if state.complaint != text { log.write(.warning, "plugin/cache: \(text)") }
                state.complaint = text
            }
        }
    }

    private func write(_ subject: Subject, _ now: Moment) throws(FileError) {
        var writer = CacheFileWriter(
            subject.cache,
            at: now,
            wallSeconds: wallSeconds(),
            fingerprint: subject.fingerprint
        )
        try store.replace(path) { writer.next() }
    }

    /// Takes the answers of the file that are still of use.
    private func load(_ subject: Subject, _ now: Moment) {
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try files.read(path, maximumByteCount: CacheFile.maximumByteCount)
        } catch {
            // There is none before the first end.
            guard error.reason != .missing else { return }
            log.write(.warning, "plugin/cache: \(error); nothing is known at first")
            return
        }
        let wallSeconds = wallSeconds()
        var reader: CacheFileReader
        do throws(CacheFileError) {
            reader = try CacheFileReader(
                bytes,
                fingerprint: subject.fingerprint,
                wallSeconds: wallSeconds
            )
        } catch {
            log.write(.warning, "plugin/cache: \(path): \(error), and is not used")
            return
        }
        // Whole seconds on both sides: rather a second too old.
        let slept = UInt64(clamping: wallSeconds - reader.wallSeconds)
        var count = 0
        while let entry = reader.next() {
            let age = entry.ageMilliseconds / 1_000 + 1
            let (seconds, overflow) = age.addingReportingOverflow(slept + 1)
            let isKept = subject.cache.restore(
                entry,
                ageSeconds: overflow ? .max : seconds,
                subject.settings,
                at: now
            )
            if isKept { count += 1 }
        }
        log.write(
            .info,
            "plugin/cache: \(path): took \(count) of \(reader.answerCount) answers"
        )
    }
}

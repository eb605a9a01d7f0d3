// SPDX-License-Identifier: Apache-2.0

import Files
import Synchronization
import YAML

/// Reads the files that were found, as far as they are new or have changed.
struct ManifestReading<Source: FileSource, Force: Workforce>: Sendable {
    /// What the pieces of work give, by their numbers.
    private final class Results: Sendable {
        private let files: Mutex<[ManifestFile?]>

        init(_ files: [ManifestFile?]) { self.files = Mutex(files) }

        func set(_ file: ManifestFile?, at index: Int) { files.withLock { $0[index] = file } }
        var all: [ManifestFile?] { files.withLock { $0 } }
    }

    let source: Source
    let workforce: Force
    let limits: ManifestLimits
    /// The forms of documents in the files that were read before.
    let known: KnownForms
    /// The time, in seconds since 1970; nil to trust every identity.
    let wallSeconds: Int64?
    /// Whether a file that is being written is left for later.
    let waitsForWriters: Bool

    /// The files in the order in which they were found, without those that are gone again.
    ///
    /// Those that are new or have changed are read and decoded side by side. Only as many as work
    /// at a time are in memory as text.
    func files(
        _ found: ArraySlice<FoundFile>,
        _ before: inout ManifestHistory
    ) -> [ManifestFile] {
        var files: [ManifestFile?] = []
        var unread: [(index: Int, found: FoundFile, previous: ManifestFile?)] = []
        files.reserveCapacity(found.count)
        for found in found {
            let previous = before.file(found.path)
            let file = known(found, previous)
            if file == nil { unread.append((files.count, found, previous)) }
            files.append(file)
        }
        guard !unread.isEmpty else { return files.compactMap(\.self) }
        let results = Results(files)
        workforce.perform(unread.count) { [unread] number in
            let (index, found, previous) = unread[number]
            results.set(read(found, previous), at: index)
        }
        return results.all.compactMap(\.self)
    }

    /// A file: as it is known, or read when it is new or has changed; nil when it is gone again.
    func file(_ found: FoundFile, previous: ManifestFile?) -> ManifestFile? {
        known(found, previous) ?? read(found, previous)
    }

    /// A file that is as it is known.
    private func known(_ found: FoundFile, _ previous: ManifestFile?) -> ManifestFile? {
        let version = previous?.version?.current(
            found.path,
            found.identity,
            in: source,
            wallSeconds: wallSeconds
        )
        return version.flatMap { previous?.known(as: $0) }
    }

    /// A file that is new or has changed; nil when it is gone again.
    private func read(_ found: FoundFile, _ previous: ManifestFile?) -> ManifestFile? {
        do throws(FileError) {
            let settled = try SettledFile(
                reading: found.path,
                from: source,
                found: found.identity,
                maximumByteCount: limits.fileByteCount,
                waitsForWriters: waitsForWriters
            )
            return ManifestFile(
                path: found.path,
                version: FileVersion(of: settled, wallSeconds: wallSeconds),
                bytes: settled.bytes,
                previous: previous,
                knowing: known
            )
        } catch {
            // Gone since it was found: its objects go too.
            guard error.reason != .missing else { return nil }
            return ManifestFile(path: found.path, keeping: previous, because: error)
        }
    }
}

/// What the set before held, by path.
struct ManifestHistory {
    private var roots: [String: ManifestRoot] = [:]
    private let files: [ManifestFile]
    /// Where the next file that is asked for is likely to be.
    private var next = 0
    /// The numbers of all files; made when one is not where it was expected.
    private var numbers: [String: Int]?

    init(_ set: ManifestSet?) {
        for root in set?.roots ?? [] { roots[root.path] = root }
        files = set?.roots.flatMap(\.files) ?? []
    }

    func root(_ path: String) -> ManifestRoot? { roots[path] }

    /// The file of a path; cheap when files are asked for in the order of the set.
    mutating func file(_ path: String) -> ManifestFile? {
        if next < files.count, files[next].path == path {
            next += 1
            return files[next - 1]
        }
        if numbers == nil {
            numbers = [:]
            for (number, file) in files.enumerated() { numbers?[file.path] = number }
        }
        guard let number = numbers?[path] else { return nil }
        next = number + 1
        return files[number]
    }

    /// The files of a root that are `folder` or lie below it.
    func files(below folder: String, of root: String) -> [ManifestFile] {
        (roots[root]?.files ?? ManifestFiles()).filter {
            $0.path == folder || $0.path.hasPrefix(folder + "/")
        }
    }
}

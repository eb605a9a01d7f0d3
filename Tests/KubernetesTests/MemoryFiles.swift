// SPDX-License-Identifier: Apache-2.0

import Files
import Foundation
import Synchronization

/// Files in memory that a test can change, with folders, links to folders and faults.
final class MemoryFiles: FileSource {
    /// What lies at one path.
    private struct Entry {
        var bytes: [UInt8]
        var version: Int
    }

    private struct State {
        var files: [String: Entry] = [:]
        /// Where links to folders lead.
        var links: [String: String] = [:]
        var faults: [String: FileError.Reason] = [:]
        /// Those of files that can be looked at, but not read.
        var readingFaults: [String: FileError.Reason] = [:]
        var folderNumbers: [String: UInt64] = [:]
        var version = 0
        var reads: [String] = []
        var looks: [String] = []
        /// Whether the content of a file seems to change under every reading.
        var restless: Set<String> = []
        /// The files that somebody has open for writing.
        var open: Set<String> = []
    }

    private let state = Mutex(State())

    /// The paths that were read so far, in order.
    var reads: [String] { state.withLock { $0.reads } }

    /// The paths that were looked at so far, listed or read.
    var looks: [String] { state.withLock { $0.looks } }

    /// Forgets what was looked at.
    func forgetLooks() { state.withLock { $0.looks = [] } }

    init(_ files: [String: String] = [:]) {
        for (path, text) in files { self[path] = text }
    }

    /// The text of a file; nil removes it.
    subscript(path: String) -> String? {
        get { state.withLock { $0.files[path].map { String(decoding: $0.bytes, as: UTF8.self) } } }
        set { write(path, newValue.map { Array($0.utf8) }) }
    }

    func write(_ path: String, _ bytes: [UInt8]?) {
        state.withLock {
            $0.version += 1
            $0.files[path] = bytes.map { [version = $0.version] in
                Entry(bytes: $0, version: version)
            }
        }
    }

    /// Replaces a file without a trace in its identity, as within one tick of a coarse clock.
    func writeUnseen(_ path: String, _ text: String) {
        state.withLock { $0.files[path]?.bytes = Array(text.utf8) }
    }

    func link(_ path: String, to folder: String) { state.withLock { $0.links[path] = folder } }

    func fail(_ path: String, _ reason: FileError.Reason?) {
        state.withLock { $0.faults[path] = reason }
    }

    /// Lets only the reading of a file fail, not a look at it.
    func failReading(_ path: String, _ reason: FileError.Reason?) {
        state.withLock { $0.readingFaults[path] = reason }
    }

    func setRestless(_ path: String, _ isRestless: Bool) {
        state.withLock {
            if isRestless { $0.restless.insert(path) } else { $0.restless.remove(path) }
        }
    }

    func setBeingWritten(_ path: String, _ isOpen: Bool) {
        state.withLock {
            if isOpen { $0.open.insert(path) } else { $0.open.remove(path) }
        }
    }

    func isBeingWritten(_ path: String) -> Bool { state.withLock { $0.open.contains(path) } }

    func read(_ path: String) throws(FileError) -> [UInt8] {
        let resolved = resolve(path)
        state.withLock { $0.looks.append(path) }
        try checkFault(path)
        let fault = state.withLock { $0.readingFaults[path] }
        if let fault { throw FileError(path: path, reason: fault) }
        let bytes = state.withLock { state -> [UInt8]? in
            state.reads.append(path)
            if state.restless.contains(path) { state.files[resolved]?.version += 1 }
            return state.files[resolved]?.bytes
        }
        guard let bytes else { throw FileError(path: path, reason: .missing) }
        return bytes
    }

    func identity(of path: String) throws(FileError) -> FileIdentity {
        let resolved = resolve(path)
        state.withLock { $0.looks.append(path) }
        try checkFault(path)
        let found = state.withLock { state -> FileIdentity? in
            if let entry = state.files[resolved] {
                return FileIdentity(
                    device: 1,
                    inode: UInt64(entry.version),
                    byteCount: entry.bytes.count,
                    modifiedNanoseconds: Int64(entry.version),
                    isFolder: false,
                    isLink: resolved != path
                )
            }
            guard state.files.keys.contains(where: { $0.hasPrefix(resolved + "/") }) else {
                return nil
            }
            let number =
                state.folderNumbers[resolved] ?? UInt64(1_000_000 + state.folderNumbers.count)
            state.folderNumbers[resolved] = number
            return FileIdentity(
                device: 1,
                inode: number,
                byteCount: 0,
                modifiedNanoseconds: 0,
                isFolder: true
            )
        }
        guard let found else {
            throw FileError(path: path, reason: resolved == path ? .missing : .dangling)
        }
        return found
    }

    func list(_ path: String) throws(FileError) -> [String] {
        let resolved = resolve(path)
        state.withLock { $0.looks.append(path) }
        try checkFault(path)
        return state.withLock { state in
            let all = Array(state.files.keys) + Array(state.links.keys)
            let inside = all.filter { $0.hasPrefix(resolved + "/") }
            return Set(
                inside.compactMap { $0.dropFirst(resolved.count + 1).split(separator: "/").first }
            ).map(String.init).sorted(by: >)
        }
    }

    private func checkFault(_ path: String) throws(FileError) {
        let reason = state.withLock { $0.faults[path] }
        if let reason { throw FileError(path: path, reason: reason) }
    }

    /// The path with links followed, a few times at most.
    private func resolve(_ path: String) -> String {
        let links = state.withLock { $0.links }
        var path = path
        for _ in 0..<64 {
            let prefix = links.keys.filter { path == $0 || path.hasPrefix($0 + "/") }.max()
            guard let prefix, let target = links[prefix] else { return path }
            path = target + path.dropFirst(prefix.count)
        }
        return path
    }
}

/// The files of this repository, for tests that read what is shipped.
enum RepositoryFiles {
    /// The repository's root.
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The files with `suffix` in a folder of the repository, by name.
    static func contents(of folder: String, suffix: String = ".yaml") throws -> [String: String] {
        let place = root.appending(path: folder)
        var found: [String: String] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: place.path())
        where name.hasSuffix(suffix) {
            found[name] = try String(contentsOf: place.appending(path: name), encoding: .utf8)
        }
        return found
    }
}

// SPDX-License-Identifier: Apache-2.0

import Files
import Synchronization

/// A disk in memory, with links, and with writers that are caught in the middle of their work.
///
/// A file that is being written moves on by one phase with every reading, as if the writer had run
/// between the reading and the next look at the file.
final class SimulatedFiles: FileSource {
    /// One file: what it holds now, and what the writer will have put there after each phase.
    private struct File {
        var bytes: [UInt8]
        var version: Int64
        var phases: [[UInt8]] = []
    }

    /// What the lock guards; it is never contended.
    private struct State {
        var files: [String: File] = [:]
        /// Where links lead.
        var links: [String: String] = [:]
        var version: Int64 = 0
        /// How often a file was read that was being written.
        var tornCount = 0
        /// The files that were read while nobody wrote them, since `startWatching`.
        var readWhole: Set<String> = []
    }

    private let state = Mutex(State())

    init() {}

    // MARK: Written by the simulation

    /// Puts a file there whole, as a renaming does.
    func replace(_ path: String, _ text: String) {
        state.withLock { state in
            state.version += 1
            state.files[path] = File(bytes: Array(text.utf8), version: state.version)
        }
    }

    /// Begins to write a file in place; the last phase is what it shall hold.
    func beginWriting(_ path: String, _ phases: [[UInt8]]) {
        state.withLock { state in
            guard let first = phases.first else { return }
            state.version += 1
            var file = File(bytes: first, version: state.version)
            file.phases = Array(phases.dropFirst())
            state.files[path] = file
        }
    }

    /// Lets the writer of a file come to its end.
    func finishWriting(_ path: String) {
        state.withLock { state in
            guard var file = state.files[path], let last = file.phases.last else { return }
            state.version += 1
            file.bytes = last
            file.version = state.version
            file.phases = []
            state.files[path] = file
        }
    }

    /// Replaces the folder of a mounted ConfigMap in one step, as the kubelet does: the files lie in
    /// a folder of their own, and one link leads there.
    func mount(_ manifests: [WorldManifest], version: Int) {
        let folder = WorldCluster.Path.mounted
        for manifest in manifests {
            let name = String(manifest.path.dropFirst(folder.utf8.count + 1))
            replace("\(folder)/..v\(version)/\(name)", manifest.text())
            link("\(folder)/\(name)", to: "\(folder)/..data/\(name)")
        }
        link("\(folder)/..data", to: "\(folder)/..v\(version)")
        for manifest in manifests where version > 0 {
            let name = manifest.path.dropFirst(folder.utf8.count + 1)
            remove("\(folder)/..v\(version - 1)/\(name)")
        }
    }

    func remove(_ path: String) { state.withLock { $0.files[path] = nil } }

    /// Lets `path` lead to `target`, in one step.
    func link(_ path: String, to target: String) { state.withLock { $0.links[path] = target } }

    /// Forgets which files were read.
    func startWatching() { state.withLock { $0.readWhole.removeAll(keepingCapacity: true) } }

    /// Whether a file was read, since `startWatching`, while nobody was writing it.
    func wasReadWhole(_ path: String) -> Bool {
        state.withLock { $0.readWhole.contains(Self.resolve(path, $0.links)) }
    }

    func isBeingWritten(_ path: String) -> Bool {
        state.withLock { $0.files[Self.resolve(path, $0.links)]?.phases.isEmpty == false }
    }

    /// How often a file was read that was being written.
    var tornCount: Int { state.withLock { $0.tornCount } }

    // MARK: Read by the server

    func read(_ path: String) throws(FileError) -> [UInt8] {
        let bytes = state.withLock { state -> [UInt8]? in
            let place = Self.resolve(path, state.links)
            guard var file = state.files[place] else { return nil }
            let bytes = file.bytes
            if file.phases.isEmpty {
                state.readWhole.insert(place)
            } else {
                state.tornCount += 1
                state.version += 1
                file.bytes = file.phases.removeFirst()
                file.version = state.version
                state.files[place] = file
            }
            return bytes
        }
        guard let bytes else { throw FileError(path: path, reason: .missing) }
        return bytes
    }

    func identity(of path: String) throws(FileError) -> FileIdentity {
        let found = state.withLock { state -> FileIdentity? in
            let place = Self.resolve(path, state.links)
            if let file = state.files[place] {
                return FileIdentity(
                    device: 1,
                    inode: Self.number(of: place),
                    byteCount: file.bytes.count,
                    modifiedNanoseconds: file.version,
                    isFolder: false
                )
            }
            guard Self.isFolder(place, state) else { return nil }
            return FileIdentity(
                device: 1,
                inode: Self.number(of: place),
                byteCount: 0,
                modifiedNanoseconds: 0,
                isFolder: true
            )
        }
        guard let found else { throw FileError(path: path, reason: .missing) }
        return found
    }

    func list(_ path: String) throws(FileError) -> [String] {
        let names = state.withLock { state -> [String]? in
            let place = Self.resolve(path, state.links)
            guard Self.isFolder(place, state) else { return nil }
            let all = Array(state.files.keys) + Array(state.links.keys)
            let inside = all.filter { $0.hasPrefix(place + "/") }
            return Set(
                inside.compactMap {
                    $0.dropFirst(place.count + 1).split(separator: "/").first.map(String.init)
                }
            ).sorted()
        }
        guard let names else { throw FileError(path: path, reason: .missing) }
        return names
    }

    /// Whether something lies below `place`.
    private static func isFolder(_ place: String, _ state: borrowing State) -> Bool {
        state.files.keys.contains { $0.hasPrefix(place + "/") }
            || state.links.keys.contains { $0.hasPrefix(place + "/") }
    }

    /// A number for a path, the same in every run.
    private static func number(of path: String) -> UInt64 {
        path.utf8.reduce(14_695_981_039_346_656_037) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
    }

    /// The path with links followed.
    private static func resolve(_ path: String, _ links: [String: String]) -> String {
        guard !links.isEmpty else { return path }
        var path = path
        // LIMIT: links of links end after eight, as the simulation never makes more.
        for _ in 0..<8 {
            let found = links.keys.filter { path == $0 || path.hasPrefix($0 + "/") }
            guard let link = found.max(by: { $0.count < $1.count }), let target = links[link] else {
                return path
            }
            path = target + path.dropFirst(link.count)
        }
        return path
    }
}

// SPDX-License-Identifier: Apache-2.0

import Files
import Synchronization

/// The files of one scenario, in memory: whole at every moment, with a new version each time.
final class ScenarioFiles: FileSource {
    /// What the lock guards; it is never contended.
    private struct State {
        var files: [String: (bytes: [UInt8], version: Int64)] = [:]
        var version: Int64 = 0
    }

    private let state = Mutex(State())

    /// Puts a file there whole.
    func write(_ path: String, _ text: String) {
        state.withLock { state in
            state.version += 1
            state.files[path] = (Array(text.utf8), state.version)
        }
    }

    /// Takes a file away; false when there was none.
    func remove(_ path: String) -> Bool {
        state.withLock { $0.files.removeValue(forKey: path) != nil }
    }

    func read(_ path: String) throws(FileError) -> [UInt8] {
        guard let file = state.withLock({ $0.files[path] }) else {
            throw FileError(path: path, reason: isFolder(path) ? .isFolder : .missing)
        }
        return file.bytes
    }

    func identity(of path: String) throws(FileError) -> FileIdentity {
        let file = state.withLock { $0.files[path] }
        guard file != nil || isFolder(path) else { throw FileError(path: path, reason: .missing) }
        return FileIdentity(
            device: 1,
            inode: UInt64(truncatingIfNeeded: file?.version ?? 0),
            byteCount: file?.bytes.count ?? 0,
            modifiedNanoseconds: file?.version ?? 0,
            isFolder: file == nil
        )
    }

    func list(_ path: String) throws(FileError) -> [String] {
        guard isFolder(path) else { throw FileError(path: path, reason: .missing) }
        let names = state.withLock { $0.files.keys.filter { $0.hasPrefix(path + "/") } }
        return Set(
            names.compactMap {
                $0.dropFirst(path.count + 1).split(separator: "/").first.map(String.init)
            }
        ).sorted()
    }

    /// Whether something lies below `path`.
    private func isFolder(_ path: String) -> Bool {
        state.withLock { $0.files.keys.contains { $0.hasPrefix(path + "/") } }
    }
}

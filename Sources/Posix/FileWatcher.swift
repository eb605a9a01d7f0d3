// SPDX-License-Identifier: Apache-2.0

internal import CSystem
import Glibc

/// Tells which files and folders have changed (inotify).
package struct FileWatcher: ~Copyable {
    /// The most paths that are watched.
    package static let maximumWatchCount = 65_536
    /// Written and closed, moved in or out, made, deleted, or its attributes changed.
    private static let events: UInt32 = 0x8 | 0x40 | 0x80 | 0x100 | 0x200 | 0x400 | 0x800 | 0x4

    private let descriptor: Descriptor
    private var paths: [CInt: String] = [:]
    private var watches: [String: CInt] = [:]

    package init() throws(SystemError) {
        let flags = CInt(O_CLOEXEC) | CInt(O_NONBLOCK)
        descriptor = Descriptor(
            owning: CInt(try check("inotify_init1") { Int(inotify_init1(flags)) })
        )
    }

    /// The number to poll for input.
    package var number: CInt { descriptor.number }

    /// Watches exactly these paths from now on; those that cannot be watched come back.
    package mutating func watch(_ wanted: Set<String>) -> [String] {
        for (path, watch) in watches where !wanted.contains(path) { forget(path, watch) }
        var failed: [String] = []
        for path in wanted.sorted() {
            // Even a known path is asked for again: another file may be there now.
            let watch = unsafe inotify_add_watch(descriptor.number, path, Self.events)
            guard watch >= 0, watches.count < Self.maximumWatchCount else {
                failed.append(path)
                continue
            }
            if let old = watches[path], old != watch { forget(path, old) }
            paths[watch] = path
            watches[path] = watch
        }
        return failed
    }

    private mutating func forget(_ path: String, _ watch: CInt) {
        watches[path] = nil
        // Two paths may lead to one file, and share its watch.
        if let other = watches.first(where: { $0.value == watch })?.key {
            paths[watch] = other
            return
        }
        paths[watch] = nil
        inotify_rm_watch(descriptor.number, watch)
    }

    /// The paths on which something happened since the last call; empty when nothing did.
    ///
    /// When too much happened for the system to tell, every watched path comes back.
    package mutating func changes() -> Set<String> {
        var changed: Set<String> = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            // SAFETY: the system writes at most as many bytes as it is told.
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe read(descriptor.number, $0.baseAddress, $0.count)
            }
            guard count > 0 else { return changed }
            changed.formUnion(paths(in: buffer[..<count]))
        }
    }

    /// The paths that the system's records name.
    private mutating func paths(in records: ArraySlice<UInt8>) -> Set<String> {
        var changed: Set<String> = []
        var offset = 0
        while offset + 16 <= records.count {
            let watch = CInt(truncatingIfNeeded: Self.number(records, offset))
            let mask = Self.number(records, offset + 4)
            let length = Int(Self.number(records, offset + 12))
            // IN_Q_OVERFLOW: some events are lost.
            if mask & 0x4000 != 0 { changed.formUnion(watches.keys) }
            if let path = paths[watch] { changed.insert(path) }
            // IN_IGNORED: the watched thing is gone, and its watch with it.
            if mask & 0x8000 != 0, let path = paths.removeValue(forKey: watch),
                watches[path] == watch
            {
                watches[path] = nil
            }
            offset += 16 + length
        }
        return changed
    }

    /// The 32 bits at `offset`, in the order of this machine.
    private static func number(_ records: ArraySlice<UInt8>, _ offset: Int) -> UInt32 {
        (0..<4).reduce(UInt32(0)) {
            $0 | UInt32(records[records.startIndex + offset + $1]) << ($1 * 8)
        }
    }
}

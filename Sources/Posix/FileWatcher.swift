// SPDX-License-Identifier: Apache-2.0

internal import CSystem
import Files
import Glibc

/// Tells which files and folders have changed (inotify).
///
/// A path is watched to its end: in place, and at every folder and symbolic link on the way, so
/// that a file replaced by another, a link that was turned or a path that only now begins to exist
/// are changes like any other.
package struct FileWatcher: ~Copyable {
    /// The most files and folders that are watched at once; a path takes one for each of its steps.
    package static let maximumWatchCount = 1 << 18

    /// What is of interest at the end of a path: written and closed, moved, made, deleted, or its
    /// attributes changed.
    private static let endEvents = UInt32(
        IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_CREATE | IN_DELETE | IN_DELETE_SELF
            | IN_MOVE_SELF | IN_ATTRIB
    )
    /// What is of interest in a folder on the way, of the names that the path takes there.
    private static let wayEvents = UInt32(IN_MOVED_FROM | IN_MOVED_TO | IN_CREATE | IN_DELETE)

    /// What one watch is for.
    private struct Watch {
        /// The paths that end here.
        var ends: Set<String> = []
        /// The paths that pass through this folder, by the names that they take in it.
        var ways: [String: Set<String>] = [:]

        /// All paths of this watch.
        var all: Set<String> { ways.values.reduce(ends) { $0.union($1) } }
    }

    private let descriptor: Descriptor
    private var wanted: Set<String> = []
    /// Those of them that could not be watched to their end.
    private var unwatched: [String] = []
    private var watches: [CInt: Watch] = [:]
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)

    package init() throws(SystemError) {
        let flags = CInt(IN_CLOEXEC) | CInt(IN_NONBLOCK)
        descriptor = Descriptor(
            owning: CInt(try check("inotify_init1") { Int(inotify_init1(flags)) })
        )
    }

    /// The number to poll for input.
    package var number: CInt { descriptor.number }

    /// How many files and folders are watched.
    package var watchCount: Int { watches.count }

    /// Watches exactly these paths from now on; those that cannot be watched to their end come
    /// back.
    ///
    /// A path that does not exist is watched as far as it does.
    package mutating func watch(_ wanted: Set<String>) -> [String] {
        // What is watched follows the changes by itself.
        if wanted == self.wanted, unwatched.isEmpty { return [] }
        self.wanted = wanted
        arrange()
        return unwatched
    }

    /// What happened to the watched paths since the last call.
    ///
    /// They are watched on by where they lead now. When too much happened for the system to tell,
    /// every watched path comes back, and that some changes are not known.
    package mutating func changes() -> FileChanges {
        var changes = FileChanges()
        var isMoved = false
        while true {
            let number = descriptor.number
            // SAFETY: the system writes at most as many bytes as it is told.
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe read(number, $0.baseAddress, $0.count)
            }
            guard count > 0 else { break }
            for event in FileEvent.parse(buffer.span.extracting(0..<count))
            where note(event, in: &changes) {
                isMoved = true
            }
        }
        // Before anybody reads the files: what happens from here on is told the next time.
        if isMoved { arrange() }
        return changes
    }

    /// Notes what one record tells; true when a path may lead elsewhere from now on.
    private mutating func note(_ event: FileEvent, in changes: inout FileChanges) -> Bool {
        if event.isOverflow {
            changes.loseTrack()
            for path in wanted { changes.note(path) }
            return true
        }
        guard let watch = watches[event.watch] else { return false }
        if event.isEnd {
            watches[event.watch] = nil
            for path in watch.all { changes.note(path) }
            return true
        }
        let ways = watch.ways[event.name] ?? []
        for path in ways { changes.note(path) }
        // A folder tells what happened in it, and a file what happened to it.
        guard event.mask & Self.endEvents != 0 else { return !ways.isEmpty }
        for path in watch.ends {
            if event.name.isEmpty {
                changes.note(path, Self.sign(of: event, at: path))
            } else {
                let sign = Self.sign(of: event, at: "\(path)/\(event.name)")
                changes.note(event.name, in: path, sign)
            }
        }
        let isWritten = event.mask & UInt32(IN_CLOSE_WRITE) != 0
        return !ways.isEmpty || event.name.isEmpty && !isWritten
    }

    /// What a record tells of the file at a path.
    private static func sign(of event: FileEvent, at path: String) -> FileChanges.Sign {
        if event.mask & UInt32(IN_CLOSE_WRITE | IN_MOVED_TO) != 0 {
            var status = stat()
            let isThere = unsafe stat(path, &status) == 0
            return isThere && status.st_size == 0 ? .emptied : .whole
        }
        if event.mask & UInt32(IN_CREATE) != 0 { return .begun }
        return event.mask & UInt32(IN_DELETE | IN_MOVED_FROM) != 0 ? .gone : .other
    }

    // MARK: Arranging

    /// Sets every watch anew, and lets go of those that are not needed any more.
    private mutating func arrange() {
        var next: [CInt: Watch] = [:]
        var folders: [String: CInt] = [:]
        var failed: [String] = []
        for path in wanted.sorted() {
            let way = PathSteps(of: path, lookUp: Self.lookUp)
            for step in way.steps {
                // A folder that may not be listed cannot be watched; what is in it still can.
                let known = folders[step.folder]
                guard
                    let number = known
                        ?? add(step.folder, Self.wayEvents | UInt32(IN_ONLYDIR), next.count)
                else { continue }
                folders[step.folder] = number
                next[number, default: Watch()].ways[step.name, default: []].insert(path)
            }
            guard let end = way.end else { continue }
            if let number = add(end, Self.endEvents, next.count) {
                next[number, default: Watch()].ends.insert(path)
            } else {
                failed.append(path)
            }
        }
        for number in watches.keys where next[number] == nil {
            inotify_rm_watch(descriptor.number, number)
        }
        watches = next
        unwatched = failed
    }

    /// Watches one file or folder, besides what else it is watched for; nil when that fails.
    private borrowing func add(_ path: String, _ events: UInt32, _ count: Int) -> CInt? {
        guard count < Self.maximumWatchCount else { return nil }
        let events = events | UInt32(IN_MASK_ADD)
        let number = unsafe inotify_add_watch(descriptor.number, path, events)
        return number < 0 ? nil : number
    }

    /// What is under a path; a link's target is cut at the longest path that the system takes.
    private static func lookUp(_ path: String) -> PathSteps.Found {
        var target = [UInt8](repeating: 0, count: Int(PATH_MAX))
        // SAFETY: the system writes at most as many bytes as it is told.
        let count = unsafe target.withUnsafeMutableBufferPointer { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { bytes in
                guard let start = bytes.baseAddress else { return 0 }
                return unsafe readlink(path, start, bytes.count)
            }
        }
        // EINVAL: it is there, and no link.
        if count < 0 { return errno == EINVAL ? .something : .nothing }
        return .link(target: String(decoding: target.prefix(count), as: UTF8.self))
    }
}

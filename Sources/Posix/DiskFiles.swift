// SPDX-License-Identifier: Apache-2.0

internal import CSystem
import Files
import Glibc

/// The files of this machine.
///
/// A name that is no UTF-8 cannot be written in a path here; such a file is listed, and missing.
package struct DiskFiles: FileSource {
    /// The largest file that is read, in bytes, unless another limit is set.
    package static let maximumByteCount = 1 << 30
    /// The most names in one folder.
    package static let maximumNameCount = 1 << 20

    /// The largest file that this source reads, in bytes.
    private let maximumByteCount: Int

    package init(maximumByteCount: Int = Self.maximumByteCount) {
        self.maximumByteCount = maximumByteCount
    }

    package func read(_ path: String) throws(FileError) -> [UInt8] {
        try read(path, maximumByteCount: maximumByteCount)
    }

    package func read(_ path: String, maximumByteCount: Int) throws(FileError) -> [UInt8] {
        let maximumByteCount = min(maximumByteCount, self.maximumByteCount)
        return try explaining(path, limit: maximumByteCount) { path throws(SystemError) in
            let file = try Self.openForReading(path)
            let status = try Self.status("fstat") { unsafe fstat(file.number, &$0) }
            try Self.checkIsRegular(status)
            guard status.st_size <= maximumByteCount else {
                throw SystemError(call: "read", code: EFBIG)
            }
            let bytes = try readAll(
                from: file.number,
                maximumByteCount: maximumByteCount,
                expecting: Int(status.st_size),
                name: path
            )
            guard bytes.count <= maximumByteCount else {
                throw SystemError(call: "read", code: EFBIG)
            }
            return bytes
        }
    }

    package func identity(of path: String) throws(FileError) -> FileIdentity {
        var isLink = false
        let status: stat
        do throws(FileError) {
            status = try explaining(path) { path throws(SystemError) in
                let status = try Self.status("stat") { unsafe lstat(path, &$0) }
                isLink = status.st_mode & S_IFMT == S_IFLNK
                return isLink ? try Self.status("stat") { unsafe stat(path, &$0) } : status
            }
        } catch {
            guard isLink, error.reason == .missing else { throw error }
            throw FileError(path: path, reason: .dangling)
        }
        return FileIdentity(
            device: UInt64(status.st_dev),
            inode: UInt64(status.st_ino),
            byteCount: Int(status.st_size),
            modifiedNanoseconds: Self.nanoseconds(status.st_mtim),
            changedNanoseconds: Self.nanoseconds(status.st_ctim),
            isFolder: status.st_mode & S_IFMT == S_IFDIR,
            isLink: isLink
        )
    }

    /// How long after its last change a file may still be waited for because somebody has it open
    /// for writing, in nanoseconds: a minute, for whoever opens a file and never closes it.
    private static let maximumWritingNanoseconds: Int64 = 60_000_000_000
    /// How long a file counts as being written where nobody can tell, in nanoseconds.
    private static let settlingNanoseconds: Int64 = 50_000_000
    /// The same for an empty file, which is what a file is before the first writing.
    private static let emptySettlingNanoseconds: Int64 = 2_000_000_000

    /// Whether somebody has the file open for writing.
    ///
    /// The system tells only the owner of the file, and only of files of this machine. Else a file
    /// counts as being written for a moment after its last change, and an empty one for longer.
    package func isBeingWritten(_ path: String) -> Bool {
        guard !path.utf8.contains(0), let file = try? Self.openForReading(path),
            let status = try? Self.status("fstat", { unsafe fstat(file.number, &$0) })
        else { return false }
        var now = timespec()
        guard unsafe clock_gettime(CLOCK_REALTIME, &now) == 0 else { return false }
        let changed = max(Self.nanoseconds(status.st_mtim), Self.nanoseconds(status.st_ctim))
        let age = Self.nanoseconds(now) &- changed
        guard (-Self.settlingNanoseconds...Self.maximumWritingNanoseconds).contains(age) else {
            return false
        }
        switch csystem_has_writer(file.number) {
        case 0: return false
        case 1: return true
        default:
            let isEmpty = status.st_size == 0
            return age < (isEmpty ? Self.emptySettlingNanoseconds : Self.settlingNanoseconds)
        }
    }

    /// Opens a file for reading, and nothing else: what opening does to a device is not known.
    private static func openForReading(_ path: String) throws(SystemError) -> Descriptor {
        try checkIsRegular(try status("stat") { unsafe stat(path, &$0) })
        // A pipe that has taken its place meanwhile must not hold up the server for ever.
        let flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK
        return Descriptor(owning: CInt(try check("open") { unsafe Int(open(path, flags)) }))
    }

    /// Refuses everything but files.
    private static func checkIsRegular(_ status: stat) throws(SystemError) {
        switch status.st_mode & S_IFMT {
        case S_IFREG: return
        case S_IFDIR: throw SystemError(call: "read", code: EISDIR)
        default: throw SystemError(call: "read", code: ESPIPE)
        }
    }

    private static func nanoseconds(_ time: timespec) -> Int64 {
        Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }

    package func list(_ path: String) throws(FileError) -> [String] {
        try explaining(path) { path throws(SystemError) in
            guard let folder = unsafe opendir(path) else {
                throw SystemError(call: "opendir", code: errno)
            }
            defer { unsafe closedir(folder) }
            var names: [String] = []
            while true {
                // The end of the folder and an error are told apart by errno alone.
                errno = 0
                guard let entry = unsafe readdir(folder) else { break }
                let name = unsafe Self.name(of: entry)
                if name == "." || name == ".." { continue }
                guard names.count < Self.maximumNameCount else {
                    throw SystemError(
                        call: "folder of more than \(Self.maximumNameCount) names",
                        code: 0
                    )
                }
                names.append(name)
            }
            let code = errno
            guard code == 0 else { throw SystemError(call: "readdir", code: code) }
            return names.sorted()
        }
    }

    /// The path with every symbolic link in it followed, from `/`.
    package func realPath(of path: String) throws(FileError) -> String {
        try explaining(path) { path throws(SystemError) in
            guard let found = unsafe realpath(path, nil) else {
                throw SystemError(call: "realpath", code: errno)
            }
            defer { unsafe free(found) }
            // SAFETY: the system made a C string, which is copied and then freed.
            return unsafe String(cString: found)
        }
    }

    /// The name in an entry of a folder.
    private static func name(of entry: UnsafeMutablePointer<dirent>) -> String {
        // SAFETY: d_name is a C string inside the entry, copied before the next reading.
        unsafe withUnsafePointer(to: &entry.pointee.d_name) {
            unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) {
                unsafe String(cString: $0)
            }
        }
    }

    /// What the system knows about a file.
    private static func status(
        _ call: String,
        _ body: (inout stat) -> CInt
    ) throws(SystemError) -> stat {
        var status = stat()
        try check(call) { Int(body(&status)) }
        return status
    }
}

extension DiskFiles {
    /// Runs what the system may refuse, and says it in the words of files.
    func explaining<Value>(
        _ path: String,
        limit: Int = 0,
        _ body: (String) throws(SystemError) -> Value
    ) throws(FileError) -> Value {
        // The system would take it for the end of the path.
        guard !path.utf8.contains(0) else { throw FileError(path: path, reason: .missing) }
        do throws(SystemError) {
            return try body(path)
        } catch {
            throw FileError(path: path, reason: Self.reason(error, limit: limit))
        }
    }

    private static func reason(_ error: SystemError, limit: Int) -> FileError.Reason {
        switch error.code {
        case ENOENT: .missing
        case ENOTDIR: .notFolder
        case EISDIR: .isFolder
        case EACCES, EPERM: .denied
        case ESPIPE: .notRegular
        case EFBIG: .tooLarge(limit: limit)
        default: .other(error.description)
        }
    }
}

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
        try explaining(path) { path throws(SystemError) in
            // A pipe that nobody writes to must not hold up the start for ever.
            let flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK
            let file = Descriptor(
                owning: CInt(try check("open") { unsafe Int(open(path, flags)) })
            )
            let status = try Self.status("fstat") { unsafe fstat(file.number, &$0) }
            guard status.st_mode & S_IFMT != S_IFDIR else {
                throw SystemError(call: "read", code: EISDIR)
            }
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
        let status = try explaining(path) { path throws(SystemError) in
            try Self.status("stat") { unsafe stat(path, &$0) }
        }
        let (seconds, nanoseconds) = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
        return FileIdentity(
            device: UInt64(status.st_dev),
            inode: UInt64(status.st_ino),
            byteCount: Int(status.st_size),
            modifiedNanoseconds: Int64(seconds) &* 1_000_000_000 &+ Int64(nanoseconds),
            isFolder: status.st_mode & S_IFMT == S_IFDIR
        )
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

    /// Writes a file so that nobody sees half of it: beside its place, then moved over it.
    ///
    /// What was there before stays when any step fails, also when the machine stops in between.
    package func replace(_ path: String, with bytes: [UInt8]) throws(SystemError) {
        let draft = path + ".draft"
        let flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC
        let number = try check("open \(draft)") { unsafe Int(open(draft, flags, 0o644)) }
        let file = Descriptor(owning: CInt(number))
        do throws(SystemError) {
            try file.writeAll(bytes, name: draft)
            try check("fsync \(draft)") { Int(fsync(file.number)) }
            try check("rename \(draft)") { unsafe Int(rename(draft, path)) }
        } catch {
            unsafe unlink(draft)
            throw error
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
    private func explaining<Value>(
        _ path: String,
        _ body: (String) throws(SystemError) -> Value
    ) throws(FileError) -> Value {
        // The system would take it for the end of the path.
        guard !path.utf8.contains(0) else { throw FileError(path: path, reason: .missing) }
        do throws(SystemError) {
            return try body(path)
        } catch {
            throw FileError(path: path, reason: reason(error))
        }
    }

    private func reason(_ error: SystemError) -> FileError.Reason {
        switch error.code {
        case ENOENT: .missing
        case ENOTDIR: .notFolder
        case EISDIR: .isFolder
        case EACCES, EPERM: .denied
        case EFBIG: .tooLarge(limit: maximumByteCount)
        default: .other(error.description)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

internal import CSystem
import Files
import Glibc

/// The files of this machine.
package struct DiskFiles: FileSource {
    /// The largest file that is read, in bytes.
    package static let maximumByteCount = 1 << 30
    /// How much is read at once.
    private static let chunkByteCount = 1 << 16

    package init() {}

    package func read(_ path: String) throws(FileError) -> [UInt8] {
        let number = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard number >= 0 else { throw Self.error(path) }
        let file = Descriptor(owning: number)
        var status = stat()
        guard unsafe fstat(file.number, &status) == 0 else { throw Self.error(path) }
        guard status.st_mode & S_IFMT != S_IFDIR else {
            throw FileError(path: path, reason: .isFolder)
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(max(0, min(Int(status.st_size), Self.maximumByteCount)))
        var chunk = [UInt8](repeating: 0, count: Self.chunkByteCount)
        while true {
            // SAFETY: the system writes at most as many bytes as it is told.
            let count = unsafe chunk.withUnsafeMutableBytes {
                unsafe Glibc.read(file.number, $0.baseAddress, $0.count)
            }
            if count == 0 { return bytes }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Self.error(path) }
            bytes += chunk[..<count]
            guard bytes.count <= Self.maximumByteCount else {
                throw FileError(path: path, reason: .tooLarge(limit: Self.maximumByteCount))
            }
        }
    }

    package func identity(of path: String) throws(FileError) -> FileIdentity {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { throw Self.error(path) }
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
        guard let folder = unsafe opendir(path) else { throw Self.error(path) }
        defer { unsafe closedir(folder) }
        var names: [String] = []
        while let entry = unsafe readdir(folder) {
            // SAFETY: d_name is a C string inside the entry, copied before the next reading.
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
                unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) {
                    unsafe String(cString: $0)
                }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Writes a file so that nobody sees half of it: beside its place, then moved over it.
    package func replace(_ path: String, with bytes: [UInt8]) throws(SystemError) {
        let draft = path + ".draft"
        let number = try check("open \(draft)") {
            unsafe Int(open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644))
        }
        let file = Descriptor(owning: CInt(number))
        var start = 0
        while start < bytes.count {
            // SAFETY: the bytes stay in place during the call.
            start += try check("write \(draft)") {
                unsafe bytes[start...].withUnsafeBytes {
                    unsafe write(file.number, $0.baseAddress, $0.count)
                }
            }
        }
        try check("rename \(draft)") { unsafe Int(rename(draft, path)) }
    }

    /// The error that the last system call left.
    private static func error(_ path: String) -> FileError {
        let code = errno
        let reason: FileError.Reason
        switch code {
        case ENOENT: reason = .missing
        case ENOTDIR: reason = .notFolder
        case EISDIR: reason = .isFolder
        case EACCES, EPERM: reason = .denied
        default: reason = .other(SystemError(call: "read", code: code).description)
        }
        return FileError(path: path, reason: reason)
    }
}

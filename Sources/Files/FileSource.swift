// SPDX-License-Identifier: Apache-2.0

/// Where files come from: the disk of a running server, or the memory of a simulated one.
package protocol FileSource: Sendable {
    /// The whole content of the file at `path`, symbolic links followed.
    func read(_ path: String) throws(FileError) -> [UInt8]

    /// What tells one version of the file or folder at `path` from the next; links followed.
    func identity(of path: String) throws(FileError) -> FileIdentity

    /// The names in the folder at `path`, sorted, without `.` and `..`.
    func list(_ path: String) throws(FileError) -> [String]
}

/// What tells one version of a file from the next.
package struct FileIdentity: Hashable, Sendable {
    package var device: UInt64
    package var inode: UInt64
    /// The size in bytes.
    package var byteCount: Int
    /// The time of the last change, in nanoseconds since 1970.
    package var modifiedNanoseconds: Int64
    package var isFolder: Bool

    package init(
        device: UInt64,
        inode: UInt64,
        byteCount: Int,
        modifiedNanoseconds: Int64,
        isFolder: Bool
    ) {
        self.device = device
        self.inode = inode
        self.byteCount = byteCount
        self.modifiedNanoseconds = modifiedNanoseconds
        self.isFolder = isFolder
    }
}

/// Why a file could not be had.
package struct FileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds of failure.
    package enum Reason: Hashable, Sendable {
        case missing
        case isFolder
        case notFolder
        case denied
        /// Larger than the limit, in bytes.
        case tooLarge(limit: Int)
        /// It changed under every attempt to read it; it will be read again.
        case unsettled
        /// Anything else, in the system's words.
        case other(String)
    }

    package let path: String
    package let reason: Reason

    package init(path: String, reason: Reason) {
        self.path = path
        self.reason = reason
    }

    package var description: String {
        switch reason {
        case .missing: "\(path): no such file or folder"
        case .isFolder: "\(path): is a folder, where a file is wanted"
        case .notFolder: "\(path): is a file, where a folder is wanted"
        case .denied: "\(path): may not be read; check its mode and owner"
        case .tooLarge(let limit): "\(path): is larger than \(limit) bytes"
        case .unsettled: "\(path): was changed while it was read; it is read again"
        case .other(let text): "\(path): \(text)"
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

/// Where files come from: the disk of a running server, or the memory of a simulated one.
package protocol FileSource: Sendable {
    /// The whole content of the file at `path`, symbolic links followed.
    func read(_ path: String) throws(FileError) -> [UInt8]

    /// The same, of a file that is given up as soon as it turns out to be larger than that.
    func read(_ path: String, maximumByteCount: Int) throws(FileError) -> [UInt8]

    /// Whether somebody is still writing the file at `path`, as far as that can be told.
    func isBeingWritten(_ path: String) -> Bool

    /// What tells one version of the file or folder at `path` from the next; links followed.
    func identity(of path: String) throws(FileError) -> FileIdentity

    /// The names in the folder at `path`, sorted, without `.` and `..`.
    func list(_ path: String) throws(FileError) -> [String]

    /// The path with every symbolic link in it followed, from `/`.
    func realPath(of path: String) throws(FileError) -> String

    /// The folder in which a program keeps what it remembers; nil when there is none.
    func stateFolder(_ environment: [String: String]) -> String?
}

extension FileSource {
    /// For sources whose files are in memory already.
    package func read(_ path: String, maximumByteCount: Int) throws(FileError) -> [UInt8] {
        let bytes = try read(path)
        guard bytes.count <= maximumByteCount else {
            throw FileError(path: path, reason: .tooLarge(limit: maximumByteCount))
        }
        return bytes
    }

    /// For sources without links.
    package func realPath(of path: String) throws(FileError) -> String { path }

    /// For sources in which nothing is remembered.
    package func stateFolder(_ environment: [String: String]) -> String? { nil }

    /// For sources whose files change in one step only.
    package func isBeingWritten(_ path: String) -> Bool { false }
}

/// What tells one version of a file from the next.
package struct FileIdentity: Hashable, Sendable {
    package var device: UInt64
    package var inode: UInt64
    /// The size in bytes.
    package var byteCount: Int
    /// The time of the last writing, in nanoseconds since 1970; anybody can set it.
    package var modifiedNanoseconds: Int64
    /// The time of the last change of content, mode, owner or name, in nanoseconds since 1970.
    package var changedNanoseconds: Int64
    package var isFolder: Bool
    /// Whether the path ends at a symbolic link; the rest is about where that leads.
    package var isLink: Bool

    package init(
        device: UInt64,
        inode: UInt64,
        byteCount: Int,
        modifiedNanoseconds: Int64,
        changedNanoseconds: Int64 = 0,
        isFolder: Bool,
        isLink: Bool = false
    ) {
        self.device = device
        self.inode = inode
        self.byteCount = byteCount
        self.modifiedNanoseconds = modifiedNanoseconds
        self.changedNanoseconds = changedNanoseconds
        self.isFolder = isFolder
        self.isLink = isLink
    }

    /// Whether both are the same file or folder, be it in different versions.
    package func isSameFile(as other: FileIdentity) -> Bool {
        device == other.device && inode == other.inode
    }
}

/// Why a file could not be had.
package struct FileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds of failure.
    package enum Reason: Hashable, Sendable {
        case missing
        /// A symbolic link that leads nowhere.
        case dangling
        case isFolder
        case notFolder
        /// A pipe, a socket or a device.
        case notRegular
        case denied
        /// Larger than the limit, in bytes.
        case tooLarge(limit: Int)
        /// It changed under every attempt to read it; it will be read again.
        case unsettled
        /// Somebody is still writing it; it will be read when they are done.
        case beingWritten
        /// Anything else, in the system's words.
        case other(String)
    }

    package let path: String
    package let reason: Reason

    package init(path: String, reason: Reason) {
        self.path = path
        self.reason = reason
    }

    /// Whether it is over soon, so that the file is to be read again without another sign.
    package var isPassing: Bool { reason == .unsettled || reason == .beingWritten }

    package var description: String { "\(path): \(text)" }

    /// What is wrong, without the path.
    package var text: String {
        switch reason {
        case .missing: "no such file or folder"
        case .dangling: "is a link that leads nowhere"
        case .isFolder: "is a folder, where a file is wanted"
        case .notFolder: "is a file, where a folder is wanted"
        case .notRegular: "is a pipe, a socket or a device, where a file is wanted"
        case .denied: "may not be read; check its mode and owner"
        case .tooLarge(let limit): "is larger than \(limit) bytes"
        case .unsettled: "was changed while it was read; it is read again"
        case .beingWritten: "is being written; it is read when it is closed"
        case .other(let text): text
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Files

/// A disk with one file on it, which never changes.
struct SingleFile: FileSource {
    let path: String
    let bytes: [UInt8]

    func read(_ path: String) throws(FileError) -> [UInt8] {
        guard path == self.path else { throw FileError(path: path, reason: .missing) }
        return bytes
    }

    func identity(of path: String) throws(FileError) -> FileIdentity {
        guard path == self.path else { throw FileError(path: path, reason: .missing) }
        return FileIdentity(
            device: 1,
            inode: 1,
            byteCount: bytes.count,
            modifiedNanoseconds: 1,
            isFolder: false
        )
    }

    func list(_ path: String) throws(FileError) -> [String] {
        throw FileError(path: path, reason: .notFolder)
    }
}

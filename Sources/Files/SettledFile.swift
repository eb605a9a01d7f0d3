// SPDX-License-Identifier: Apache-2.0

/// A file's content that is known to be one version of it, whole.
///
/// A file that is written in place can be read half old and half new. Its identity is therefore
/// compared before and after the reading, and the reading repeated while they differ.
package struct SettledFile: Sendable, Equatable {
    /// How often a changing file is read before it is given up until its next change.
    package static let maximumAttempts = 3

    package let bytes: [UInt8]
    package let identity: FileIdentity

    /// Reads the file at `path` until its identity is the same before and after.
    ///
    /// - Throws: `unsettled` when it changed under every attempt.
    package init(reading path: String, from source: some FileSource) throws(FileError) {
        for _ in 0..<Self.maximumAttempts {
            let before = try source.identity(of: path)
            guard !before.isFolder else { throw FileError(path: path, reason: .isFolder) }
            let bytes = try source.read(path)
            let after = try source.identity(of: path)
            if before == after, bytes.count == after.byteCount {
                self.bytes = bytes
                identity = after
                return
            }
        }
        throw FileError(path: path, reason: .unsettled)
    }
}

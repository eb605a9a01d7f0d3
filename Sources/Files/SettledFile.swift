// SPDX-License-Identifier: Apache-2.0

/// A file's content that is known to be one version of it, whole.
///
/// A file that is written in place can be read half old and half new. Its identity is therefore
/// compared before and after the reading, and the reading repeated while they differ.
///
/// That does not help where the writer has stopped in the middle: a shell's `>` empties a file long
/// before the command behind it has anything to say. Where an old form can be kept meanwhile, a
/// file that somebody has open for writing is therefore not taken. The source knows this from the
/// system itself and not from notifications, so it holds for files that were opened before the
/// start, behind links and by other names, and nothing needs to be remembered. A file that was
/// moved to its place, as by `sed -i`, most editors and the kubelet, has no writer and is taken at
/// once. Where the system cannot tell (a network's file, somebody else's), the source goes by the
/// file's age, and whatever nobody has touched for long is taken as it is.
package struct SettledFile: Sendable, Equatable {
    /// How often a changing file is read before it is given up until its next change.
    package static let maximumAttempts = 3

    package let bytes: [UInt8]
    package let identity: FileIdentity

    /// Reads the file at `path` until its identity is the same before and after.
    ///
    /// `found`: its identity, where that was looked up a moment ago. `maximumByteCount`: the
    /// largest file that is taken. `waitsForWriters`: whether a file that is being written is
    /// refused; only where there is something better than half a file.
    ///
    /// - Throws: `unsettled` when it changed under every attempt, `beingWritten` when somebody is
    ///   at it.
    package init(
        reading path: String,
        from source: some FileSource,
        found: FileIdentity? = nil,
        maximumByteCount: Int = .max,
        waitsForWriters: Bool = false
    ) throws(FileError) {
        for attempt in 0..<Self.maximumAttempts {
            let before: FileIdentity
            if attempt == 0, let found {
                before = found
            } else {
                before = try source.identity(of: path)
            }
            guard !before.isFolder else { throw FileError(path: path, reason: .isFolder) }
            guard before.byteCount <= maximumByteCount else {
                throw FileError(path: path, reason: .tooLarge(limit: maximumByteCount))
            }
            let bytes = try source.read(path, maximumByteCount: maximumByteCount)
            // In this order: a writer that is done by now changed the identity or wrote nothing.
            if waitsForWriters, source.isBeingWritten(path) {
                throw FileError(path: path, reason: .beingWritten)
            }
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

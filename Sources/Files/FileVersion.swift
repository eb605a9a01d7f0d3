// SPDX-License-Identifier: Apache-2.0

import Wire

/// Which version of a file was read, and how to find out whether it is still there.
///
/// The clocks of file systems are coarse: two writings of the same size within one tick leave the
/// same identity. Of a file that was read soon after it was written the content is therefore
/// remembered by a hash, and compared the next time.
package struct FileVersion: Sendable, Equatable {
    /// The age from which on a file's times tell its next writing apart, in nanoseconds: the two
    /// seconds of FAT, the coarsest that are in use.
    package static let minimumAgeNanoseconds: Int64 = 2_000_000_000

    package let identity: FileIdentity
    /// A hash of the content, when the identity alone does not tell the next writing.
    private let digest: UInt64?

    /// The version that was read.
    ///
    /// `wallSeconds`: the time, in seconds since 1970; nil to trust every identity.
    package init(of file: SettledFile, wallSeconds: Int64?) {
        identity = file.identity
        digest = Self.isTooNew(file.identity, wallSeconds) ? hashBytes(file.bytes.span) : nil
    }

    /// Whether a file could be written once more without a trace in its identity.
    private static func isTooNew(_ identity: FileIdentity, _ wallSeconds: Int64?) -> Bool {
        guard let wallSeconds else { return false }
        let (now, overflow) = wallSeconds.multipliedReportingOverflow(by: 1_000_000_000)
        let changed = max(identity.modifiedNanoseconds, identity.changedNanoseconds)
        return !overflow && changed > now &- minimumAgeNanoseconds
    }

    /// This version as it is known now, when it is still what is at `path`; nil when it is not.
    ///
    /// `found`: the identity of what is there now.
    package func current(
        _ path: String,
        _ found: FileIdentity,
        in source: some FileSource,
        wallSeconds: Int64?
    ) -> FileVersion? {
        guard found == identity else { return nil }
        guard let digest else { return self }
        guard
            let file = try? SettledFile(
                reading: path,
                from: source,
                maximumByteCount: identity.byteCount
            ), file.identity == identity, hashBytes(file.bytes.span) == digest
        else { return nil }
        return FileVersion(of: file, wallSeconds: wallSeconds)
    }
}

// SPDX-License-Identifier: Apache-2.0

/// How much is read from manifests; tests hand in less.
package struct ManifestLimits: Sendable {
    /// The deepest folder below a path that was given.
    package static let maximumFolderDepth = 16
    package static let maximumFileCount = 100_000
    /// The largest file, in bytes.
    package static let maximumFileByteCount = 256 << 20
    /// The most bytes in all files together.
    package static let maximumTotalByteCount = 1 << 30
    /// The most paths that are looked at one after the other; a walk reads more side by side.
    package static let maximumSingleLookCount = 1_000

    package var folderDepth = ManifestLimits.maximumFolderDepth
    package var fileCount = ManifestLimits.maximumFileCount
    package var fileByteCount = ManifestLimits.maximumFileByteCount
    package var totalByteCount = ManifestLimits.maximumTotalByteCount

    package init() {}
}

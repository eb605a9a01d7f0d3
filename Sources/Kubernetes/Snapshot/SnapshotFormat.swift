// SPDX-License-Identifier: Apache-2.0

/// How a cluster is laid out in a file, in words with the upper byte first.
///
///     two words that say what it is, the version, the serial, two words of the fingerprint
///     for each shard of names: how many words, and its blocks
///     for each shard of Pods: how many there are, and of each the address and the namespace
///     two words of the checksum over everything before
///
/// Indices and addresses are not written: they follow from the blocks.
enum SnapshotFormat {
    /// `ApusSnap`.
    static let mark: [UInt32] = [0x4170_7573, 0x536E_6170]
    /// Which form of blocks the file holds: to be raised with every change of it.
    static let version: UInt32 = 2
    /// The number of bytes in front of the first shard.
    static var headByteCount: Int { 24 }
    static var checksumByteCount: Int { 8 }
    /// How much is written at a time and goes into the checksum at once, in bytes.
    static var partByteCount: Int { 1 << 16 }
}

/// Why a snapshot is not used.
package enum SnapshotError: Error, Hashable, Sendable, CustomStringConvertible {
    case foreign
    case version(UInt32)
    /// It was made with other settings.
    case otherSettings
    case damaged

    package var description: String {
        switch self {
        case .foreign: "is no snapshot of a cluster"
        case .version(let version):
            "is a snapshot of version \(version), where \(SnapshotFormat.version) is wanted"
        case .otherSettings: "was made with other settings of 'kubernetes'"
        case .damaged: "is damaged"
        }
    }
}

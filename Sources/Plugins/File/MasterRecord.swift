// SPDX-License-Identifier: Apache-2.0

import Wire

/// One record of a master file.
struct MasterRecord {
    /// The owner in lower-case wire form.
    var owner: [UInt8]
    var type: RecordType
    /// Time to live, in seconds.
    var ttl: UInt32
    /// The data in wire form, names uncompressed.
    var data: [UInt8]
    /// Where it stands; a record of a `$GENERATE` stands where that does.
    var place: MasterPlace
}

/// A byte of one of the files that a zone is read from.
struct MasterPlace {
    /// The number of the file, in the order in which they were opened.
    var file: Int
    var offset: Int
}

/// What bounds the reading of a zone; tests hand in less.
package struct MasterLimits: Sendable {
    /// The most bytes of one file.
    package var maximumFileByteCount = 256 << 20
    /// The most bytes of all files of a zone.
    package var maximumByteCount = 1 << 30
    /// The most records of a zone, generated ones counted.
    package var maximumRecordCount = 4_000_000
    /// How deep `$INCLUDE` may go; the zone's own file is not counted.
    package var maximumIncludeDepth = 7
    /// The most files of a zone, each counted as often as it is included.
    package var maximumFileCount = 1_024

    package init() {}
}

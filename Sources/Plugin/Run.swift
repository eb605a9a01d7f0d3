// SPDX-License-Identifier: Apache-2.0

import Wire

/// Records of an answer that differ in their data only, and lie side by side.
///
/// A hundred addresses of one name are one run: they are put in, ordered and written as one.
struct Run {
    var section: Section
    /// Whether leaving a record out makes the answer truncated.
    var isNeeded: Bool
    /// Whether names in the data end in pointers to the question, as the message will have them.
    var isCompressed: Bool
    var type: RecordType
    var recordClass: RecordClass
    var ttl: UInt32
    var owner: Owner
    /// Where the data of the first record lies in the answer's memory.
    var dataOffset: Int
    /// The length of each record's data, in bytes.
    var dataByteCount: Int
    var recordCount = 1
    /// Which record is the first; those in front of it come last.
    var first = 0

    /// Whether records of this type have data of one length, and so can share a run.
    static func isEven(_ type: RecordType) -> Bool { type == .a || type == .aaaa }

    /// Where the data of a record lies; `index`: counted from the first.
    func data(at index: Int) -> Range<Int> {
        var place = first &+ index
        if place >= recordCount { place &-= recordCount }
        let start = dataOffset &+ place &* dataByteCount
        return start..<(start &+ dataByteCount)
    }

    /// Where the data of all records lies.
    var data: Range<Int> { dataOffset..<(dataOffset &+ recordCount &* dataByteCount) }

    /// Whether a record like `other`, whose data lies behind this run's, may join it.
    func takes(_ other: Run) -> Bool {
        type == other.type && Self.isEven(type) && data.upperBound == other.dataOffset
            && first == 0 && dataByteCount == other.dataByteCount && section == other.section
            && owner == other.owner && ttl == other.ttl && recordClass == other.recordClass
            && isNeeded == other.isNeeded
    }
}

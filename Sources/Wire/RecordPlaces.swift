// SPDX-License-Identifier: Apache-2.0

/// A place in each record of a message, in the order of the records.
///
/// The first four lie in one number: most replies have no more, and so need no memory for them.
package struct RecordPlaces: Hashable, Sendable {
    private static let firstCount = 4

    private var first: UInt64 = 0
    private var others: [UInt16] = []
    package private(set) var count = 0

    package init() {}

    /// Makes room for so many in all.
    mutating func reserveCapacity(_ count: Int) {
        if count > Self.firstCount { others.reserveCapacity(count - Self.firstCount) }
    }

    package mutating func append(_ place: UInt16) {
        if count < Self.firstCount {
            first |= UInt64(place) << UInt64(count * 16)
        } else {
            others.append(place)
        }
        count += 1
    }

    package subscript(index: Int) -> UInt16 {
        precondition(index >= 0 && index < count, "there are fewer records")
        return index < Self.firstCount
            ? UInt16(truncatingIfNeeded: first >> UInt64(index * 16))
            : others[index - Self.firstCount]
    }
}

// SPDX-License-Identifier: Apache-2.0

/// One series that only goes up: an index into every worker's cells.
///
/// It holds no reference, so it is copied and used freely on the packet path:
/// `cells.increment(counter)`.
package struct Counter: Sendable, Equatable {
    let cell: UInt32

    /// Counts into a cell that no page shows: for plugins that are only checked, never run.
    package static let discarded = Counter(cell: UInt32(CellBlock.margin))
}

/// A block of counters for every combination of the values of up to three labels.
///
/// The values are fixed sets (transports, record types, response codes), so the packet path picks
/// its counter by arithmetic. An index past the end of a set means the set's last value, which is
/// therefore "other" wherever the index comes from a packet.
package struct CounterGrid: Sendable, Equatable {
    /// How many labels a grid varies.
    package static let maximumLabels = 3

    let cell: UInt32
    /// How many values each label has; 1 for a label that is not there.
    let extents: (UInt32, UInt32, UInt32)
    /// False when the grid did not fit and all its counters are the overflow counter.
    let fits: Bool

    /// A grid of counters that no page shows.
    package static let discarded = CounterGrid(
        cell: Counter.discarded.cell,
        extents: (1, 1, 1),
        fits: false
    )

    /// The counter of the given values, by their places in the sets that the grid was made over.
    package subscript(_ first: Int, _ second: Int = 0, _ third: Int = 0) -> Counter {
        Counter(cell: place(first, second, third))
    }

    /// The cell of the given values.
    @inline(__always)
    func place(_ first: Int, _ second: Int, _ third: Int) -> UInt32 {
        guard fits else { return cell }
        let row = Self.clamp(first, extents.0) &* extents.1 &+ Self.clamp(second, extents.1)
        return cell &+ row &* extents.2 &+ Self.clamp(third, extents.2)
    }

    /// A negative index is past the end too: as an unsigned number it is larger than any.
    @inline(__always)
    private static func clamp(_ index: Int, _ extent: UInt32) -> UInt32 {
        UInt32(truncatingIfNeeded: min(UInt(bitPattern: index), UInt(extent &- 1)))
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.cell == right.cell && left.extents == right.extents && left.fits == right.fits
    }
}

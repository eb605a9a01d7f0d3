// SPDX-License-Identifier: Apache-2.0

/// One series of counted sizes or durations: an index into every worker's cells, and its bounds.
///
/// It is as small as two words and holds no reference, so that it is copied freely on the packet
/// path: `cells.observe(histogram, value)`.
package struct Histogram: Sendable {
    package let scale: Scale
    let cell: UInt32

    init(cell: UInt32, scale: Scale) {
        self.scale = scale
        self.cell = cell
    }

    /// A histogram that no page shows.
    package static let discarded = Histogram(
        cell: UInt32(CellBlock.margin),
        scale: Scale.size.withoutBounds
    )
}

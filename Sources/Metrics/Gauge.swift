// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// One series that goes up and down; any thread may set it, the last one to do so wins.
///
/// It is not on the page before it is first set. Not for the packet path: its cell is shared.
package struct Gauge: Sendable {
    private let cell = GaugeCell()

    init() {}

    /// A gauge that no page shows.
    package static var discarded: Gauge { Gauge() }

    /// Shows `value` from now on.
    package func set(_ value: Double) {
        // Every NaN is stored as the same one, so that none is taken for "not set".
        let bits = value.isNaN ? Double.nan.bitPattern : value.bitPattern
        cell.bits.store(bits, ordering: .relaxed)
    }

    /// Shows `value` from now on.
    package func set(_ value: Int) { set(Double(value)) }

    /// Takes the series off the page until it is set again.
    package func clear() { cell.bits.store(GaugeCell.unset, ordering: .relaxed) }

    /// What was set last, or nil.
    package var value: Double? {
        let bits = cell.bits.load(ordering: .relaxed)
        return bits == GaugeCell.unset ? nil : Double(bitPattern: bits)
    }
}

/// Where the value of a gauge lives.
private final class GaugeCell: Sendable {
    /// A NaN that no arithmetic yields.
    static let unset: UInt64 = 0x7FF8_0000_A905_0000
    let bits = Atomic<UInt64>(GaugeCell.unset)
}

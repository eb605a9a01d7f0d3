// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A fixed row of 64-bit numbers that one side counts in and the page reads.
///
/// Its size is fixed so that a worker reaches a number by its index alone: no pointer to follow,
/// no reference to count, nothing that moves when series are added by a reload.
struct CellBlock: ~Copyable, Sendable {
    /// How many cells there are: 512 KiB for each worker, room for over a hundred zones.
    static let maximumCells = 65_536
    /// Cells left unused at both ends, two cache lines each, so that neighbours in memory do not
    /// share a line with the first and the last series.
    static let margin = 16

    private let cells = InlineArray<65_536, Atomic<UInt64>> { _ in Atomic(0) }

    /// Adds without a read-modify-write; right only while one thread alone writes this block.
    ///
    /// Relaxed, because each number stands for itself: the page promises no order between them.
    func advance(_ index: Int, by amount: UInt64) {
        let value = cells[index].load(ordering: .relaxed)
        cells[index].store(value &+ amount, ordering: .relaxed)
    }

    /// Adds from any thread.
    func add(_ index: Int, _ amount: UInt64) {
        cells[index].wrappingAdd(amount, ordering: .relaxed)
    }

    /// The number at `index` as it was at some recent moment.
    func value(_ index: Int) -> UInt64 { cells[index].load(ordering: .relaxed) }
}

/// The cells of one worker: only its thread counts in them, so counting costs a load and a store.
package final class WorkerCells: Sendable {
    private let block = CellBlock()

    init() {}

    /// Counts `amount` more events; only on the thread of the worker that owns these cells.
    package func increment(_ counter: Counter, by amount: UInt64 = 1) {
        block.advance(Int(counter.cell), by: amount)
    }

    /// Counts one more event of the given values, as `increment(grid[first, second, third])` does
    /// in one call.
    package func increment(_ grid: CounterGrid, _ first: Int, _ second: Int, _ third: Int) {
        block.advance(Int(grid.place(first, second, third)), by: 1)
    }

    /// Records one observation, in the unit of the histogram's scale; only on the owner's thread.
    package func observe(_ histogram: Histogram, _ value: UInt64) {
        let cell = Int(histogram.cell)
        block.advance(cell &+ histogram.scale.bucket(of: value), by: 1)
        block.advance(cell &+ histogram.scale.sumOffset, by: value)
    }

    func value(_ index: Int) -> UInt64 { block.value(index) }
}

/// The cells of everybody who is not a worker: any thread may count in them.
package final class SharedCells: Sendable {
    private let block = CellBlock()

    init() {}

    /// Counts `amount` more events.
    package func increment(_ counter: Counter, by amount: UInt64 = 1) {
        block.add(Int(counter.cell), amount)
    }

    /// Records one observation, in the unit of the histogram's scale.
    package func observe(_ histogram: Histogram, _ value: UInt64) {
        block.add(Int(histogram.cell) + histogram.scale.bucket(of: value), 1)
        block.add(Int(histogram.cell) + histogram.scale.sumOffset, value)
    }

    /// Records `count` observations that fall into the bucket of `value` and add up to `sum`.
    package func observe(_ histogram: Histogram, _ value: UInt64, count: UInt64, sum: UInt64) {
        block.add(Int(histogram.cell) + histogram.scale.bucket(of: value), count)
        block.add(Int(histogram.cell) + histogram.scale.sumOffset, sum)
    }

    func value(_ index: Int) -> UInt64 { block.value(index) }
}

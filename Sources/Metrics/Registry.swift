// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// All metrics of the process.
///
/// It outlives every reload: whoever asks for a family and labels that exist already is given the
/// same series again, and a series whose zone is gone stays on the page with its last number, as
/// Prometheus wants of a counter. What does not fit any more is counted in one overflow series,
/// never refused and never in the way of those that exist.
///
/// Only the control plane calls it; workers hold a `WorkerCells` and copies of the series.
package final class Registry: Sendable {
    /// How many families there are at most.
    package static let maximumFamilies = 512
    /// How many gauges and readings there are at most.
    package static let maximumGauges = 8_192
    /// How many cells counters and histograms share; a histogram takes its bounds and two more.
    package static let maximumCells = CellBlock.maximumCells - firstFreeCell - CellBlock.margin
    /// How many workers can have cells.
    package static let maximumWorkers = 1_024
    /// The media type of `page()`.
    package static var contentType: String { Page.contentType }

    /// Where whoever is not a worker counts.
    package let shared = SharedCells()

    /// The first cell of a series; those before it are set apart, two each for what is discarded
    /// and for what did not fit: a count, and a sum that nobody reads.
    static let firstFreeCell = CellBlock.margin + 4
    static let overflowCell = CellBlock.margin + 2

    private let state = Mutex(Shelves())
    private let gathering = Mutex<(@Sendable () -> Void)?>(nil)

    package init() {}

    /// The cells of the worker with this number, the same ones each time.
    ///
    /// Workers are numbered from 0; two threads that run at the same time have two numbers.
    package func cells(forWorker worker: Int) -> WorkerCells {
        precondition((0..<Self.maximumWorkers).contains(worker), "workers are numbered from 0")
        return state.withLock { state in
            while state.workers.count <= worker { state.workers.append(WorkerCells()) }
            return state.workers[worker]
        }
    }

    /// The counter with these label values; on the page from now on, at zero.
    package func counter(_ family: Family, _ values: [String] = []) -> Counter {
        precondition(family.kind == .counter, "\(family.name) is not a counter")
        precondition(values.count == family.labels.count, "\(family.name): one value a label")
        let cell = state.withLock { state in
            state.cells(family, Page.labels(family.labels, values), count: 1)
        }
        return Counter(cell: UInt32(cell ?? Self.overflowCell))
    }

    /// The counters with these first label values, and every combination of `sets` for the rest.
    ///
    /// One of them is on the page once it has counted something.
    package func counters(
        _ family: Family,
        _ values: [String],
        over sets: [[String]]
    ) -> CounterGrid {
        precondition(family.kind == .counter, "\(family.name) is not a counter")
        precondition(
            values.count + sets.count == family.labels.count,
            "\(family.name): one value or set a label"
        )
        precondition(
            (1...CounterGrid.maximumLabels).contains(sets.count)
                && sets.allSatisfy { !$0.isEmpty && $0.count < Self.maximumCells },
            "\(family.name): one to three sets, none empty"
        )
        let extents = sets.map(\.count) + [1, 1]
        let count = extents[0] * extents[1] * extents[2]
        let first = family.labels.prefix(values.count)
        let rest = family.labels.dropFirst(values.count)
        let axes = zip(rest, sets).map { Axis(label: $0, values: $1) }
        let cell = state.withLock { state in
            state.cells(family, Page.labels(first, values), axes, count: count)
        }
        return CounterGrid(
            cell: UInt32(cell ?? Self.overflowCell),
            extents: (UInt32(extents[0]), UInt32(extents[1]), UInt32(extents[2])),
            fits: cell != nil
        )
    }

    /// The histogram with these label values; on the page from now on.
    package func histogram(_ family: Family, _ values: [String] = []) -> Histogram {
        guard case .histogram(let scale) = family.kind else {
            preconditionFailure("\(family.name) is not a histogram")
        }
        precondition(values.count == family.labels.count, "\(family.name): one value a label")
        let labels = Page.labels(family.labels, values)
        let cell = state.withLock { state in
            state.cells(family, labels, count: scale.cellCount)
        }
        guard let cell else {
            return Histogram(cell: UInt32(Self.overflowCell), scale: scale.withoutBounds)
        }
        return Histogram(cell: UInt32(cell), scale: scale)
    }

    /// The gauge with these label values; on the page once it is set.
    package func gauge(_ family: Family, _ values: [String] = []) -> Gauge {
        precondition(family.kind == .gauge, "\(family.name) is not a gauge")
        precondition(values.count == family.labels.count, "\(family.name): one value a label")
        return state.withLock { state in
            state.gauge(family, Page.labels(family.labels, values))
        }
    }

    /// Asks `reading` whenever a page is made; nil leaves the series off that page.
    ///
    /// For numbers that somebody else keeps: the process's memory, a cache's entries. A second
    /// reading for the same labels replaces the first. It must not wait, and may use this registry.
    package func read(
        _ family: Family,
        _ values: [String] = [],
        _ reading: @escaping @Sendable () -> Double?
    ) {
        if case .histogram = family.kind {
            preconditionFailure("\(family.name): a histogram cannot be read")
        }
        precondition(values.count == family.labels.count, "\(family.name): one value a label")
        state.withLock { state in
            state.read(family, Page.labels(family.labels, values), reading)
        }
    }

    /// Stops asking the reading with these labels and lets go of what it holds.
    package func stopReading(_ family: Family, _ values: [String] = []) {
        state.withLock { $0.stopReading(family, Page.labels(family.labels, values)) }
    }

    /// Calls `gather` before each page, to count what was counted elsewhere meanwhile; nil ends it.
    ///
    /// There is one such place at most: the kernel.
    package func beforePage(_ gather: (@Sendable () -> Void)?) {
        gathering.withLock { $0 = gather }
    }

    /// What a counter has counted by now.
    package func count(_ counter: Counter) -> UInt64 { sum(Int(counter.cell), count: 1) }

    /// How many observations a histogram has by now.
    package func count(_ histogram: Histogram) -> UInt64 {
        sum(Int(histogram.cell), count: histogram.scale.count + 1)
    }

    /// What all workers and everybody else counted in cells side by side.
    private func sum(_ first: Int, count: Int) -> UInt64 {
        let workers = state.withLock { $0.workers }
        var total: UInt64 = 0
        for cell in first..<(first + count) {
            total &+= shared.value(cell)
            for worker in workers { total &+= worker.value(cell) }
        }
        return total
    }

    /// How many series did not fit.
    package var droppedSeries: Int { state.withLock { $0.dropped } }

    /// All series in the Prometheus text format, families and series in the order of their names.
    package func page() -> [UInt8] {
        gathering.withLock { $0 }?()
        // Readings are asked outside the lock, so that they may look at this registry.
        let shelves = state.withLock { $0 }
        return PageWriter(shelves, shared: shared).bytes()
    }
}

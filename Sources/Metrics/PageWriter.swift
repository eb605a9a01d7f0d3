// SPDX-License-Identifier: Apache-2.0

/// Adds up the cells of all workers and writes them down.
struct PageWriter {
    /// How often something was counted that had no room.
    static let overflow = Family.counter(
        "apus_metrics_overflow_total",
        help: "Events counted by series that did not fit."
    )
    /// How many things had no room.
    static let dropped = Family.gauge(
        "apus_metrics_dropped_series",
        help: "Series that did not fit."
    )

    private let shelves: Shelves
    private let shared: SharedCells

    init(_ shelves: Shelves, shared: SharedCells) {
        self.shelves = shelves
        self.shared = shared
    }

    /// The whole page.
    ///
    /// The families that tell of the limits appear only once a limit was met.
    func bytes() -> [UInt8] {
        var page = Page()
        for shelf in shelves.families.values.sorted(by: { $0.family.name < $1.family.name }) {
            write(shelf, to: &page)
        }
        if shelves.dropped > 0 {
            page.begin(Self.dropped)
            page.sample(Self.dropped.name, "", "\(shelves.dropped)")
            page.begin(Self.overflow)
            page.sample(Self.overflow.name, "", "\(sum(Registry.overflowCell))")
        }
        return page.bytes
    }

    private func write(_ shelf: Shelf, to page: inout Page) {
        switch shelf.family.kind {
        case .counter:
            var samples = numbers(of: shelf).mapValues { "\($0)" }
            samples.merge(readings(of: shelf)) { counted, _ in counted }
            write(samples, of: shelf.family, to: &page)
        case .gauge:
            var samples = shelf.gauges.compactMapValues { $0.value.map { Page.text($0) } }
            samples.merge(readings(of: shelf)) { set, _ in set }
            write(samples, of: shelf.family, to: &page)
        case .histogram(let scale):
            page.begin(shelf.family)
            for (key, cell) in shelf.cells.sorted(by: { $0.key.labels < $1.key.labels }) {
                page.histogram(
                    shelf.family.name,
                    key.labels,
                    scale,
                    buckets: (0...scale.count).map { sum(cell + $0) },
                    sum: sum(cell + scale.sumOffset)
                )
            }
        }
    }

    /// Writes a family's samples by their labels; nothing at all when there are none.
    private func write(_ samples: [String: String], of family: Family, to page: inout Page) {
        guard !samples.isEmpty else { return }
        page.begin(family)
        for (labels, value) in samples.sorted(by: { $0.key < $1.key }) {
            page.sample(family.name, labels, value)
        }
    }

    /// What the counters and the grids of a family have counted, by their labels.
    ///
    /// Added up, because two grids made over different sets can hold the same series.
    private func numbers(of shelf: Shelf) -> [String: UInt64] {
        var numbers: [String: UInt64] = [:]
        for (key, cell) in shelf.cells {
            for (offset, labels) in Self.combinations(key).enumerated() {
                let number = sum(cell + offset)
                guard number > 0 || key.axes.isEmpty else { continue }
                numbers[labels, default: 0] &+= number
            }
        }
        return numbers
    }

    private func readings(of shelf: Shelf) -> [String: String] {
        shelf.readings.compactMapValues { reading in reading().map { Page.text($0) } }
    }

    /// The labels of every series of a grid, in the order of its cells.
    private static func combinations(_ key: Shelf.Key) -> [String] {
        var all = [key.labels]
        for axis in key.axes {
            let values = axis.values.map { Page.labels([axis.label], [$0]) }
            all = all.flatMap { labels in
                values.map { labels.isEmpty ? $0 : "\(labels),\($0)" }
            }
        }
        return all
    }

    /// The number in one cell, over all workers.
    private func sum(_ cell: Int) -> UInt64 {
        shelves.workers.reduce(shared.value(cell)) { $0 &+ $1.value(cell) }
    }
}

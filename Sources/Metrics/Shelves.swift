// SPDX-License-Identifier: Apache-2.0

/// One label that a grid of counters varies, and its values.
struct Axis: Sendable, Hashable {
    let label: String
    let values: [String]
}

/// The series of one family.
struct Shelf: Sendable {
    /// What tells two series, or two grids, of a family apart.
    struct Key: Sendable, Hashable {
        let labels: String
        let axes: [Axis]
    }

    let family: Family
    /// The first cell of each counter, grid and histogram.
    var cells: [Key: Int] = [:]
    /// By their labels.
    var gauges: [String: Gauge] = [:]
    /// By their labels.
    var readings: [String: @Sendable () -> Double?] = [:]

    init(_ family: Family) { self.family = family }
}

/// Who has which cells: what a registry guards with its lock.
struct Shelves: Sendable {
    /// By the name of the family.
    private(set) var families: [String: Shelf] = [:]
    var workers: [WorkerCells] = []
    /// How many series did not fit.
    private(set) var dropped = 0
    private var nextCell = Registry.firstFreeCell
    private var gaugeCount = 0

    /// The first of `count` cells for these labels, or nil when they do not fit.
    mutating func cells(
        _ family: Family,
        _ labels: String,
        _ axes: [Axis] = [],
        count: Int
    ) -> Int? {
        let key = Shelf.Key(labels: labels, axes: axes)
        let end = CellBlock.maximumCells - CellBlock.margin
        guard makeShelf(family) else { return nil }
        if let cell = families[family.name]?.cells[key] { return cell }
        guard count <= end - nextCell else {
            dropped += 1
            return nil
        }
        let cell = nextCell
        nextCell += count
        families[family.name]?.cells[key] = cell
        return cell
    }

    /// The gauge with these labels; one that no page shows when it does not fit.
    mutating func gauge(_ family: Family, _ labels: String) -> Gauge {
        guard makeShelf(family) else { return Gauge.discarded }
        if let gauge = families[family.name]?.gauges[labels] { return gauge }
        guard takeGauge() else { return Gauge.discarded }
        let gauge = Gauge()
        families[family.name]?.gauges[labels] = gauge
        return gauge
    }

    /// Keeps `reading` for these labels, in place of one that was there.
    mutating func read(
        _ family: Family,
        _ labels: String,
        _ reading: @escaping @Sendable () -> Double?
    ) {
        guard makeShelf(family) else { return }
        guard families[family.name]?.readings[labels] != nil || takeGauge() else { return }
        families[family.name]?.readings[labels] = reading
    }

    /// Lets go of the reading with these labels, if there is one.
    mutating func stopReading(_ family: Family, _ labels: String) {
        guard families[family.name]?.readings.removeValue(forKey: labels) != nil else { return }
        gaugeCount -= 1
    }

    /// Makes the shelf of the family when it is new; false when there are too many already.
    private mutating func makeShelf(_ family: Family) -> Bool {
        if let declared = families[family.name]?.family {
            precondition(declared == family, "\(family.name) is declared in two ways")
            return true
        }
        guard families.count < Registry.maximumFamilies else {
            dropped += 1
            return false
        }
        families[family.name] = Shelf(family)
        return true
    }

    private mutating func takeGauge() -> Bool {
        guard gaugeCount < Registry.maximumGauges else {
            dropped += 1
            return false
        }
        gaugeCount += 1
        return true
    }
}

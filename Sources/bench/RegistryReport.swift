// SPDX-License-Identifier: Apache-2.0

/// What `registry` measures of Apus, each a row.
enum RegistryStep: String, CaseIterable {
    case load = "load"
    /// Loading again from what the server kept when it ended; the manifests are read afterwards.
    case restart = "snapshot"
    /// One endpoint, in a file of its own.
    case change = "change"
    /// The same file with another comment in it: what reading it costs, apart from what changed.
    case reread = "reread"
    /// A Service and its endpoints, in a file of 100 Services.
    case fileChange = "change in 100"
    /// 1,000 changes of an endpoint each second.
    case stream = "1,000/s"
    /// Every file was rewritten; one of a hundred objects is another.
    case fewChanged = "reload 1%"
    case allChanged = "reload all"

    /// Whether every file is parsed, so that the parser's own time is a floor.
    var readsEverything: Bool { self == .load || self == .fewChanged || self == .allChanged }

    /// Whether the server has loaded the cluster before.
    var changesSomething: Bool { self != .load && self != .restart }
}

/// What one step took in one round.
struct RegistryMeasurement: Equatable {
    /// Until the answer was right, in milliseconds; of several changes the median.
    var wall: Double?
    /// What 99 of 100 changes took at most, in milliseconds.
    var worstOfHundred: Double?
    /// Processor time of the server in milliseconds; of several changes that of one.
    var processor: Double?
    /// Resident memory afterwards, and the most that it was meanwhile, in megabytes.
    var memory: Double?
    var peak: Double?

    init(wall: Double?, processor: Double?, memory: Double?, peak: Double? = nil) {
        self.wall = wall
        self.processor = processor
        self.memory = memory
        self.peak = peak
    }

    /// Takes how long each of several changes took to be seen, in nanoseconds.
    mutating func add(changes nanoseconds: [UInt64]) {
        let sorted = nanoseconds.sorted()
        wall = Statistics.percentile(0.5, of: sorted).map { Double($0) / 1e6 }
        worstOfHundred = Statistics.percentile(0.99, of: sorted).map { Double($0) / 1e6 }
    }
}

/// One step's rounds as a row of a table.
struct RegistryReport {
    static let headings = [
        "workload", "server", "services", "endpoints", "wall_ms", "p99_ms", "cpu_ms", "yaml_ms",
        "ratio", "memory_mb", "peak_mb", "peak_ratio",
    ]

    let rounds: [RegistryMeasurement]
    /// The processor time of libyaml alone over all files, where it is a floor, in milliseconds.
    let parsing: Double?
    /// The resident memory after loading, where that is what the peak is measured by.
    let loaded: Double?

    /// The cells behind the sizes: medians, and what they are in relation to their floors.
    var cells: [String] {
        let processor = median(\.processor)
        let peak = median(\.peak)
        return [
            Self.text(median(\.wall), digits: 1),
            Self.text(median(\.worstOfHundred), digits: 1),
            Self.text(processor, digits: 2),
            Self.text(parsing, digits: 0),
            Self.text(Self.ratio(processor, parsing), digits: 2),
            Self.text(median(\.memory), digits: 1),
            Self.text(peak, digits: 1),
            Self.text(Self.ratio(peak, loaded), digits: 2),
        ]
    }

    private func median(_ value: (RegistryMeasurement) -> Double?) -> Double? {
        Statistics.median(rounds.compactMap(value))
    }

    private static func ratio(_ value: Double?, _ floor: Double?) -> Double? {
        guard let value, let floor, floor > 0 else { return nil }
        return value / floor
    }

    private static func text(_ value: Double?, digits: Int) -> String {
        value?.text(digits: digits) ?? "-"
    }
}

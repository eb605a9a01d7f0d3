// SPDX-License-Identifier: Apache-2.0

/// What Services held that are not in use: they get it again when they come back, unless somebody
/// took it meanwhile.
struct RememberedHoldings: Sendable {
    /// The most Services that are remembered; of more, the one that went first is forgotten.
    static let maximumCount = 65_536

    /// What one Service held.
    struct Memory: Sendable {
        let holding: Holding
        /// Whether it was in use when the server last ran, and has not been seen since.
        var wasInUse: Bool
        /// When it came, by counting.
        fileprivate let number: Int
    }

    private var memories: [ServiceKey: Memory] = [:]
    /// The Services in the order in which they came; some are not remembered any more.
    private var order: [(key: ServiceKey, number: Int)] = []
    /// Before this place none of them is.
    private var start = 0
    private var next = 0
    private let maximumCount: Int

    init(maximumCount: Int = Self.maximumCount) { self.maximumCount = maximumCount }

    subscript(key: ServiceKey) -> Memory? { memories[key] }

    var count: Int { memories.count }

    /// All that is remembered, what went first at the front.
    var all: [(key: ServiceKey, holding: Holding)] {
        order.compactMap { entry in
            guard let memory = memories[entry.key], memory.number == entry.number else {
                return nil
            }
            return (entry.key, memory.holding)
        }
    }

    /// Remembers a Service; the one that is forgotten for it, with what it held.
    mutating func insert(
        _ holding: Holding,
        of key: ServiceKey,
        wasInUse: Bool
    ) -> (key: ServiceKey, holding: Holding)? {
        memories[key] = Memory(holding: holding, wasInUse: wasInUse, number: next)
        order.append((key, next))
        next += 1
        var forgotten: (key: ServiceKey, holding: Holding)?
        if memories.count > maximumCount { forgotten = removeFirst() }
        if order.count > 2 * memories.count + 16 { tidy() }
        return forgotten
    }

    mutating func remove(_ key: ServiceKey) -> Memory? { memories.removeValue(forKey: key) }

    /// Takes it that whoever was in use and has not come is gone; who that is.
    mutating func giveUpWaiting() -> [ServiceKey] {
        let absent = memories.filter(\.value.wasInUse).keys.sorted()
        for key in absent { memories[key]?.wasInUse = false }
        return absent
    }

    private mutating func removeFirst() -> (key: ServiceKey, holding: Holding)? {
        while start < order.count {
            let (key, number) = order[start]
            start += 1
            guard let memory = memories[key], memory.number == number else { continue }
            memories[key] = nil
            return (key, memory.holding)
        }
        return nil
    }

    /// Drops the places of those that are not remembered any more.
    private mutating func tidy() {
        order = order[start...].filter { memories[$0.key]?.number == $0.number }
        start = 0
    }
}

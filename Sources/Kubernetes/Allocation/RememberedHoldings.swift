// SPDX-License-Identifier: Apache-2.0

/// What Services held that are not in use: they get it again when they come back, unless somebody
/// took it meanwhile.
///
/// Those that were in use when the server last ran are waited for, however many they are.
struct RememberedHoldings: Sendable {
    /// The most Services that are gone and remembered; of more, the one that went first is forgotten.
    static let maximumGoneCount = 65_536

    typealias Forgotten = (key: ServiceKey, holding: Holding)

    /// What one Service held.
    struct Memory: Sendable {
        let holding: Holding
        /// Whether it was in use when the server last ran, and has not been seen since.
        var wasInUse: Bool
        /// When it came or went, by counting.
        fileprivate var number: Int
    }

    private var memories: [ServiceKey: Memory] = [:]
    /// Those that are gone, in the order in which they went; some are not remembered any more.
    private var order: [(key: ServiceKey, number: Int)] = []
    /// Before this place none of them is.
    private var start = 0
    private var next = 0
    /// How many are gone.
    private var goneCount = 0
    private let maximumGoneCount: Int

    init(maximumGoneCount: Int = Self.maximumGoneCount) {
        self.maximumGoneCount = maximumGoneCount
    }

    subscript(key: ServiceKey) -> Memory? { memories[key] }

    var count: Int { memories.count }

    /// All that is remembered: what went first at the front, what was in use at the end.
    var all: [(key: ServiceKey, holding: Holding)] {
        memories.sorted { left, right in
            left.value.wasInUse == right.value.wasInUse
                ? left.value.number < right.value.number : right.value.wasInUse
        }
        .map { ($0.key, $0.value.holding) }
    }

    /// Remembers a Service; the one that is forgotten for it, with what it held.
    mutating func insert(
        _ holding: Holding,
        of key: ServiceKey,
        wasInUse: Bool
    ) -> Forgotten? {
        _ = remove(key)
        memories[key] = Memory(holding: holding, wasInUse: wasInUse, number: next)
        next += 1
        return wasInUse ? nil : noteGone(key)
    }

    mutating func remove(_ key: ServiceKey) -> Memory? {
        let memory = memories.removeValue(forKey: key)
        if memory?.wasInUse == false { goneCount -= 1 }
        return memory
    }

    /// Takes it that whoever was in use and has not come is gone; who that is, and who is forgotten
    /// for them.
    mutating func giveUpWaiting() -> (absent: [ServiceKey], forgotten: [Forgotten]) {
        let absent = memories.filter(\.value.wasInUse).keys.sorted()
        var forgotten: [Forgotten] = []
        for key in absent {
            memories[key]?.wasInUse = false
            memories[key]?.number = next
            next += 1
            if let other = noteGone(key) { forgotten.append(other) }
        }
        return (absent, forgotten)
    }

    /// Notes that a Service is the last that went; the one that is forgotten for it.
    private mutating func noteGone(_ key: ServiceKey) -> Forgotten? {
        goneCount += 1
        order.append((key, next - 1))
        let forgotten = goneCount > maximumGoneCount ? removeFirst() : nil
        if order.count > 2 * goneCount + 16 { tidy() }
        return forgotten
    }

    private mutating func removeFirst() -> Forgotten? {
        while start < order.count {
            let (key, number) = order[start]
            start += 1
            guard let memory = memories[key], memory.number == number else { continue }
            _ = remove(key)
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

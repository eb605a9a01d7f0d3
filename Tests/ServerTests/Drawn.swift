// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Counts up, once for each time it is asked.
final class Drawn: Sendable {
    private let count = Atomic<Int>(0)

    func next() -> Int { count.wrappingAdd(1, ordering: .relaxed).oldValue }

    var value: Int { count.load(ordering: .relaxed) }
}

/// A list that grows while a test goes on.
final class Noted<Element: Sendable>: Sendable {
    private let elements = Mutex<[Element]>([])

    func add(_ element: Element) { elements.withLock { $0.append(element) } }

    var all: [Element] { elements.withLock { $0 } }
}

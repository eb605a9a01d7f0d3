// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A value that one writer replaces whole and many readers use without waiting.
///
/// Each reader keeps its own `View`. Reading costs one atomic load; the lock is taken only
/// after a change, and a reader never sees half of one. The publisher keeps each old value until
/// nobody else holds it, so that freeing a large one never falls to a reader.
package final class Published<Value: AnyObject & Sendable>: Sendable {
    /// How many replaced values wait at most to be let go; the oldest go first.
    package static var maximumRetiredCount: Int { 1_024 }

    /// One reader's copy, and the edition it was copied from.
    package struct View {
        package fileprivate(set) var value: Value
        package fileprivate(set) var edition: UInt64
    }

    /// What the lock guards.
    private struct State {
        var current: Value
        var retired: [Value] = []
    }

    private let edition = Atomic<UInt64>(0)
    private let state: Mutex<State>

    package init(_ value: Value) { state = Mutex(State(current: value)) }

    /// Replaces the value; readers move to it at their next `refresh`.
    package func publish(_ value: Value) {
        state.withLock { state in
            state.retired.append(state.current)
            state.current = value
        }
        // Releasing, so that whoever sees the number also sees the value that goes with it.
        edition.wrappingAdd(1, ordering: .releasing)
        release()
    }

    /// Lets go of every old value that nobody else holds; only the publisher calls it.
    package func release() {
        var retired = state.withLock { state in
            var retired: [Value] = []
            swap(&retired, &state.retired)
            return retired
        }
        var held: [Value] = []
        while var value = retired.popLast() {
            if held.count < Self.maximumRetiredCount, !isKnownUniquelyReferenced(&value) {
                held.append(value)
            }
        }
        state.withLock { $0.retired += held.reversed() }
    }

    /// The current value; for the control plane.
    package var current: Value { state.withLock { $0.current } }

    /// The number of replaced values that somebody still holds.
    package var retiredCount: Int { state.withLock { $0.retired.count } }

    /// A new reader's first view.
    package func view() -> View {
        // The edition comes first: read late, it could hide a change made in between.
        let edition = edition.load(ordering: .acquiring)
        return View(value: state.withLock { $0.current }, edition: edition)
    }

    /// Brings `view` up to date; call it once per batch of packets.
    package func refresh(_ view: inout View) {
        if view.edition != edition.load(ordering: .acquiring) { view = self.view() }
    }
}

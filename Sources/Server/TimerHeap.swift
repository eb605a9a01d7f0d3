// SPDX-License-Identifier: Apache-2.0

import Plugin

/// Deadlines in order, each with the number of what waits for it: a binary heap.
///
/// What ended before its time stays in until its time comes; whoever takes it out looks it up.
struct TimerHeap: Sendable {
    /// One deadline.
    private struct Timer {
        var deadline: Moment
        var id: UInt64
    }

    private var timers: [Timer] = []

    /// How many timers are in, with those of what ended before its time.
    var count: Int { timers.count }

    mutating func removeAll() { timers.removeAll(keepingCapacity: true) }

    /// Takes out what is not wanted any more, in one go: as dear as so many look-ups.
    mutating func keep(where isWanted: (UInt64) -> Bool) {
        timers.removeAll { !isWanted($0.id) }
        // From the last one that has a child to the first: each is put above what is later.
        for index in stride(from: timers.count / 2 - 1, through: 0, by: -1) { sink(index) }
    }

    /// The earliest deadline.
    var first: Moment? { timers.first?.deadline }

    mutating func insert(_ deadline: Moment, _ id: UInt64) {
        timers.append(Timer(deadline: deadline, id: id))
        var index = timers.count - 1
        while index > 0 {
            let parent = (index - 1) / 2
            guard isBefore(index, parent) else { return }
            timers.swapAt(index, parent)
            index = parent
        }
    }

    /// Takes out the earliest timer, when its deadline is `now` or before.
    mutating func removeFirst(upTo now: Moment) -> UInt64? {
        guard let first = timers.first, first.deadline <= now else { return nil }
        timers.swapAt(0, timers.count - 1)
        timers.removeLast()
        sink(0)
        return first.id
    }

    /// Moves a timer down to where none below it is earlier.
    private mutating func sink(_ start: Int) {
        var index = start
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2]
            where child < timers.count && isBefore(child, least) {
                least = child
            }
            guard least != index else { return }
            timers.swapAt(index, least)
            index = least
        }
    }

    /// Whether one timer comes before another; equal deadlines keep the order of their numbers.
    private func isBefore(_ first: Int, _ second: Int) -> Bool {
        (timers[first].deadline, timers[first].id) < (timers[second].deadline, timers[second].id)
    }
}

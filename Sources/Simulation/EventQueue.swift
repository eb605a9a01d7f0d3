// SPDX-License-Identifier: Apache-2.0

/// What is to happen, in the order of time and then of having been planned: a binary heap.
struct EventQueue<Event> {
    /// One event, with its time in nanoseconds and the number of its planning.
    private struct Planned {
        let time: UInt64
        let number: UInt64
        let event: Event
    }

    private var heap: [Planned] = []
    private var nextNumber: UInt64 = 0

    var isEmpty: Bool { heap.isEmpty }

    /// When the next event happens, in nanoseconds.
    var nextTime: UInt64? { heap.first?.time }

    mutating func plan(_ event: Event, at time: UInt64) {
        heap.append(Planned(time: time, number: nextNumber, event: event))
        nextNumber += 1
        var index = heap.count - 1
        while index > 0 {
            let parent = (index - 1) / 2
            guard isBefore(index, parent) else { return }
            heap.swapAt(index, parent)
            index = parent
        }
    }

    /// Takes out the next event.
    mutating func removeNext() -> (time: UInt64, event: Event)? {
        guard let first = heap.first else { return nil }
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var index = 0
        while true {
            var least = index
            let left = 2 * index + 1
            if left < heap.count, isBefore(left, least) { least = left }
            if left + 1 < heap.count, isBefore(left + 1, least) { least = left + 1 }
            guard least != index else { break }
            heap.swapAt(index, least)
            index = least
        }
        return (first.time, first.event)
    }

    private func isBefore(_ first: Int, _ second: Int) -> Bool {
        heap[first].time != heap[second].time
            ? heap[first].time < heap[second].time : heap[first].number < heap[second].number
    }
}

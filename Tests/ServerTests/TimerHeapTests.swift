// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing

@testable import Server

@Suite struct TimerHeapTests {
    private func moment(_ nanoseconds: UInt64) -> Moment { Moment(nanoseconds: nanoseconds) }

    @Test func isEmptyAtFirst() {
        var heap = TimerHeap()

        #expect(heap.first == nil)
        #expect(heap.removeFirst(upTo: moment(.max)) == nil)
    }

    @Test func givesNothingBeforeItsTime() {
        var heap = TimerHeap()
        heap.insert(moment(5), 1)

        #expect(heap.removeFirst(upTo: moment(4)) == nil)
        #expect(heap.first == moment(5))
        #expect(heap.removeFirst(upTo: moment(5)) == 1)
        #expect(heap.first == nil)
    }

    @Test func keepsTheOrderOfNumbersAtOneTime() {
        var heap = TimerHeap()
        for id in [3, 1, 2, 5, 4] as [UInt64] { heap.insert(moment(9), id) }

        let order = (0..<5).map { _ in heap.removeFirst(upTo: moment(9)) }

        #expect(order == [1, 2, 3, 4, 5])
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func keepsTheOrderOfWhatIsKept(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var heap = TimerHeap()
        var model: [(deadline: UInt64, id: UInt64)] = []
        for id in 0..<200 as Range<UInt64> {
            let deadline = UInt64.random(in: 0..<50, using: &random)
            heap.insert(moment(deadline), id)
            if id % 3 == seed % 3 { model.append((deadline, id)) }
        }
        heap.keep { $0 % 3 == seed % 3 }
        model.sort { $0 < $1 }

        #expect(heap.count == model.count)
        #expect(model.map { _ in heap.removeFirst(upTo: moment(50)) } == model.map(\.id))
        heap.insert(moment(1), 1)
        heap.removeAll()
        #expect(heap.first == nil)
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func doesAsASortedListDoes(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var heap = TimerHeap()
        var model: [(deadline: UInt64, id: UInt64)] = []
        for id in 0..<600 as Range<UInt64> {
            if Int.random(in: 0..<3, using: &random) > 0 {
                let deadline = UInt64.random(in: 0..<100, using: &random)
                heap.insert(moment(deadline), id)
                model.append((deadline, id))
                model.sort { $0 < $1 }
            } else {
                let now = UInt64.random(in: 0..<100, using: &random)
                let expected = model.first.flatMap { $0.deadline <= now ? $0.id : nil }
                if expected != nil { model.removeFirst() }

                #expect(heap.removeFirst(upTo: moment(now)) == expected)
            }
            #expect(heap.first?.nanoseconds == model.first?.deadline)
        }
    }
}

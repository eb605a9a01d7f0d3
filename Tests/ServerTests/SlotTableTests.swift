// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing

@testable import Server

@Suite struct SlotTableTests {
    @Test func findsWhatWasPutIn() {
        var table = SlotTable<String>()
        let one = table.insert("one", serial: 1)
        let two = table.insert("two", serial: 2)

        #expect(table[one] == "one")
        #expect(table[two] == "two")
        #expect(table.count == 2)
        #expect(SlotTable<String>.place(one) == 0)
        #expect(SlotTable<String>.place(two) == 1)
        #expect(table[0] == nil)
        #expect(!table.contains(two + 1))
    }

    @Test("A place is used again, a number is not")
    func forgetsOldNumbers() {
        var table = SlotTable<String>()
        let old = table.insert("old", serial: 1)
        let removed = table.remove(old)
        #expect(removed == "old")
        #expect(table.remove(old) == nil)
        #expect(table.count == 0)
        let new = table.insert("new", serial: 2)

        #expect(SlotTable<String>.place(new) == SlotTable<String>.place(old))
        #expect(table[old] == nil)
        #expect(table[new] == "new")
        #expect(table.count == 1)
    }

    @Test func changesWhatItHasWhereItLies() {
        var table = SlotTable<String>()
        let one = table.insert("one", serial: 1)
        let two = table.insert(serial: 2) { "\($0 & 1)" }

        let old = table.change(one) { element in
            defer { element = "new" }
            return element
        }
        let none = table.change(one + 1) { element in
            defer { element = "nobody's" }
            return element
        }

        #expect(old == "one" && none == nil)
        #expect(table[one] == "new" && two == "1")
        #expect(table.count == 2)
        table.change(one) { $0 = nil }
        #expect(table.count == 1 && !table.contains(one))
        #expect(SlotTable<String>.place(table.insert("other", serial: 3)) == 0)
    }

    @Test("The same as a dictionary", arguments: [1, 2, 3] as [UInt64])
    func isADictionary(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var table = SlotTable<UInt64>()
        var truth: [UInt64: UInt64] = [:]
        var numbers: [UInt64] = []
        for step in 1..<5_000 as Range<UInt64> {
            if numbers.isEmpty || random.next() % 2 == 0 {
                let number = table.insert(step, serial: step)
                numbers.append(number)
                truth[number] = step
            } else {
                let number = numbers[Int(random.next() % UInt64(numbers.count))]
                let removed = table.remove(number)
                #expect(removed == truth.removeValue(forKey: number), "seed \(seed)")
            }
            #expect(table.count == truth.count)
        }
        for number in numbers { #expect(table[number] == truth[number]) }
    }
}

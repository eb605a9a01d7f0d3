// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@Suite struct NameTableTests {
    @Test func findsWhatWasInserted() {
        var table = NameTable()
        table.insert(77, at: 12)

        let found = table.offset(of: 77) { _ in true }
        let other = table.offset(of: 78) { _ in true }

        #expect(found == 12)
        #expect(other == nil)
    }

    @Test func looksOnWhereTheOffsetIsNotTheSameName() {
        var table = NameTable()
        table.insert(77, at: 12)
        table.insert(77, at: 40)

        let second = table.offset(of: 77) { $0 == 40 }
        let none = table.offset(of: 77) { _ in false }

        #expect(second == 40)
        #expect(none == nil)
    }

    @Test(arguments: [(0x3FFF, true), (0x4000, false), (65_535, false)])
    func remembersOnlyWhatAPointerCanReach(offset: Int, isKept: Bool) {
        var table = NameTable()
        // With every bit set the hash would hide an offset that runs over into it.
        table.insert(.max, at: offset)

        let found = table.offset(of: .max) { _ in true }

        #expect(found == (isKept ? offset : nil))
    }

    @Test func forgetsEverythingEveryTime() {
        var table = NameTable()
        // Past the 24 bits of the generation, so that its coming round is seen too.
        for round in 0..<(1 << 24) + 10 {
            if round % 99_991 == 0 { table.insert(UInt64(round), at: 5) }
            table.removeAll()
            if round % 99_991 == 0 {
                let found = table.offset(of: UInt64(round)) { _ in true }
                #expect(found == nil)
            }
        }
        table.insert(3, at: 5)

        let found = table.offset(of: 3) { _ in true }

        #expect(found == 5)
    }

    @Test func isFullWithoutLosingWhatItHas() {
        var table = NameTable()
        // The upper bits tell the hashes apart; all of them want the same eight places.
        for index in UInt64(0)..<9 { table.insert(index << 40, at: Int(index)) }

        for index in UInt64(0)..<8 {
            let found = table.offset(of: index << 40) { _ in true }
            #expect(found == Int(index))
        }
        let ninth = table.offset(of: 8 << 40) { _ in true }
        #expect(ninth == nil)
    }
}

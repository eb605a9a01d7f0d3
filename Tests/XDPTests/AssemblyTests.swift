// SPDX-License-Identifier: Apache-2.0

import Testing
import XDP

@Suite struct AssemblyTests {
    /// The one instruction that `make` appends.
    private func word(_ make: (inout Assembly) -> Void) throws -> UInt64? {
        var code = Assembly()
        make(&code)
        let words = try code.assembled()
        return words.count == 1 ? words[0] : nil
    }

    // The encodings are those of RFC 9669 §3 to §5, worked out by hand.

    @Test func encodesOperations() throws {
        #expect(try word { $0.set(.r6, .register(.r1)) } == 0x16BF)
        #expect(try word { $0.set(.r0, 2) } == 0x2_0000_00B7)
        #expect(try word { $0.compute(.add, .r4, -128) } == 0xFFFF_FF80_0000_0407)
        #expect(try word { $0.compute(.subtract, .r9, .register(.r2)) } == 0x291F)
        #expect(try word { $0.compute(.and, .r5, 0xF0) } == 0xF0_0000_0557)
        #expect(try word { $0.compute(.or, .r0, .register(.r1)) } == 0x104F)
        #expect(try word { $0.compute(.exclusiveOr, .r7, -1) } == 0xFFFF_FFFF_0000_07A7)
        #expect(try word { $0.compute(.shiftLeft, .r0, 32) } == 0x20_0000_0067)
        #expect(try word { $0.compute(.shiftRight, .r0, 16) } == 0x10_0000_0077)
        #expect(try word { $0.swap16(.r9) } == 0x10_0000_09DC)
    }

    @Test func encodesMemory() throws {
        #expect(try word { $0.load(.r2, .bits32, .r6, 4) } == 0x4_6261)
        #expect(try word { $0.load(.r5, .bits16, .frame, -182) } == 0xFF4A_A569)
        #expect(try word { $0.load(.r5, .bits8, .r2, 14) } == 0xE_2571)
        #expect(try word { $0.load(.r5, .bits64, .r2, 38) } == 0x26_2579)
        #expect(try word { $0.store(.bits32, .frame, -4, .register(.r5)) } == 0xFFFC_5A63)
        #expect(try word { $0.store(.bits16, .r2, 6, 7) } == 0x7_0006_026A)
        #expect(try word { $0.store(.bits64, .frame, -8, 0) } == 0xFFF8_0A7A)
        #expect(try word { $0.call(.lookUp) } == 0x1_0000_0085)
    }

    @Test func encodesWideNumbersAndMaps() throws {
        var code = Assembly()
        code.set(.r2, wide: 0x1122_3344_5566_7788)
        code.set(.r1, map: 9)

        let words = try code.assembled()

        #expect(words == [0x5566_7788_0000_0218, 0x1122_3344_0000_0000, 0x9_0000_1118, 0])
    }

    @Test func jumpsForward() throws {
        var code = Assembly()
        code.jump(to: "end", when: .r5, .isUnequal, 6)
        code.jump(to: "end", when: .r4, .isAbove, .register(.r3))
        code.jump(to: "end")
        code.mark("end")
        code.end(3)

        let words = try code.assembled()

        #expect(words == [0x6_0002_0555, 0x1_342D, 0x5, 0x3_0000_00B7, 0x95])
    }

    @Test func refusesJumpsToNowhere() {
        var code = Assembly()
        code.jump(to: "end")

        #expect(throws: AssemblyError.unknownLabel("end")) { try code.assembled() }
    }

    @Test func refusesJumpsBack() {
        var code = Assembly()
        code.mark("again")
        code.jump(to: "again")

        #expect(throws: AssemblyError.badJump("again")) { try code.assembled() }
    }

    @Test func refusesTwoLabelsOfOneName() {
        var code = Assembly()
        code.mark("here")
        code.mark("here")

        #expect(throws: AssemblyError.doubleLabel("here")) { try code.assembled() }
    }

    @Test func takesAsManyInstructionsAsEveryKernel() throws {
        var code = Assembly()
        for _ in 0..<Assembly.maximumInstructionCount { code.set(.r0, 0) }

        #expect(try code.assembled().count == 4_096)

        code.set(.r0, 0)

        #expect(throws: AssemblyError.tooLong(4_097)) { try code.assembled() }
    }

    @Test func putsTheWholeProgramTogether() throws {
        let maps = AnswerProgram.Maps(places: 3, answers: 4, tallies: 5)

        let words = try AnswerProgram.assembled(over: maps)

        // Both ways out, and each map once, the answers' twice.
        #expect(words.suffix(2) == [0x1_0000_00B7, 0x95])
        for (map, count) in [3: 1, 4: 2, 5: 1] as [UInt64: Int] {
            #expect(words.filter { $0 == map << 32 | 0x1118 }.count == count)
        }
    }
}

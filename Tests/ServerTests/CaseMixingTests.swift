// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@testable import Server

@Suite struct CaseMixingTests {
    /// 64 letters and more, with what is no letter between them.
    private static let name =
        "abcdefghijklmnopqrstuvwxyz0123456789-_@[`{.ABCDEFGHIJKLMNOPQRSTUVWXYZ."
        + "abcdefghijklmnopqrstuvwxyz.example."

    @Test func changesLettersOfTheNameOnly() throws {
        let question = try Bench.question(Self.name, size: 1_232)
        var mixed = question
        CaseMixing.mix(&mixed) { .max }

        let end = question.count - 15
        #expect(mixed.prefix(Header.byteCount) == question.prefix(Header.byteCount))
        #expect(mixed[end...] == question[end...])
        for index in Header.byteCount..<end {
            let isLetter = CaseMixing.isLetter(question[index])
            #expect(mixed[index] == question[index] ^ (isLetter ? 0x20 : 0))
        }
    }

    @Test func drawsOnceForEverySixtyFourLetters() throws {
        var mixed = try Bench.question(Self.name)
        var drawn = 0
        CaseMixing.mix(&mixed) {
            drawn += 1
            return 0
        }

        #expect(drawn == 2)
        #expect(try mixed == Bench.question(Self.name))
    }

    @Test func usesTheBitsThatItIsGivenFirst() throws {
        var mixed = try Bench.question("aaaa.aaaa.")
        CaseMixing.mix(&mixed, first: (0b0110, 4)) { 0b1001 }

        #expect(try mixed == Bench.question("aAAa.AaaA."))
    }

    @Test func usesEachBitForOneLetter() throws {
        var mixed = try Bench.question("aaaa.aaaa.")
        CaseMixing.mix(&mixed) { 0b1001_0110 }

        #expect(try mixed == Bench.question("aAAa.AaaA."))
    }

    @Test func leavesWhatIsNoQuestionAlone() throws {
        let question = try Bench.question("www.example.")
        for length in 0..<question.count {
            let cut = Array(question.prefix(length))
            var mixed = cut
            CaseMixing.mix(&mixed) { .max }

            #expect(mixed == cut)
        }
        var pointing = question
        pointing[12] = 0xC1
        let end = CaseMixing.nameEnd(of: pointing.span)
        #expect(end == nil)
    }

    @Test func takesTheLongestName() throws {
        let label = String(repeating: "a", count: 63) + "."
        let longest = label + label + label + String(repeating: "a", count: 61) + "."
        let question = try Bench.question(longest)

        let end = CaseMixing.nameEnd(of: question.span)
        #expect(end == question.count - 4)
        // One label more, without a root within reach.
        let endless = Array(question.prefix(12)) + [UInt8](repeating: 1, count: 600)
        let noEnd = CaseMixing.nameEnd(of: endless.span)
        #expect(noEnd == nil)
    }
}

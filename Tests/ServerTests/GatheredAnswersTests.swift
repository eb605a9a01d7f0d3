// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@testable import Server

@Suite struct GatheredAnswersTests {
    /// Answers with so many bytes, all alike.
    static func append(_ count: Int, of byte: UInt8, to answers: inout GatheredAnswers) -> Bool {
        answers.append { place in
            for index in 0..<count { place[index] = byte }
            return .answered(count)
        }
    }

    @Test func putsTheLengthInFrontOfEachAnswer() {
        var answers = GatheredAnswers()

        let first = Self.append(3, of: 7, to: &answers)
        let second = Self.append(300, of: 8, to: &answers)

        let bytes = Array(answers.bytes)
        #expect(first && second)
        #expect(
            bytes == [0, 3, 7, 7, 7, 1, 44] + [UInt8](repeating: 8, count: 300)
        )
    }

    @Test func holdsNothingOfWhatHasNoAnswerOrGetsItLater() {
        var answers = GatheredAnswers()

        let isNone = Self.append(0, of: 0, to: &answers)
        let isLater = answers.append { place in
            place[0] = 9
            return .waiting
        }

        let count = answers.count
        #expect(isNone == true)
        #expect(isLater == false)
        #expect(count == 0)
    }

    @Test(
        "There is room for the longest answer until it is full",
        arguments: [
            ([], false), ([65_535], false), ([65_532, 1], false), ([65_533, 1], true),
        ] as [([Int], Bool)]
    )
    func takesTheLongestAnswerUntilItIsFull(counts: [Int], isFull: Bool) {
        let maximum = GatheredAnswers.maximumAnswerByteCount
        var answers = GatheredAnswers()
        for count in counts { _ = Self.append(count, of: 2, to: &answers) }
        let wasFull = answers.isFull
        let before = answers.count

        if !wasFull { _ = Self.append(maximum, of: 3, to: &answers) }

        let bytes = Array(answers.bytes)
        #expect(wasFull == isFull)
        #expect(bytes.count == before + (isFull ? 0 : 2 + maximum))
        #expect(bytes.count <= GatheredAnswers.maximumByteCount)
        #expect(bytes.last == (isFull ? 2 : 3))
    }

    @Test func beginsAnewWhenEmptied() {
        var answers = GatheredAnswers()
        _ = Self.append(GatheredAnswers.maximumAnswerByteCount, of: 1, to: &answers)
        _ = Self.append(1, of: 1, to: &answers)

        answers.removeAll()
        _ = Self.append(1, of: 5, to: &answers)

        let bytes = Array(answers.bytes)
        #expect(bytes == [0, 1, 5])
    }
}

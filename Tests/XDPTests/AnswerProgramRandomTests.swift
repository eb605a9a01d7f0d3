// SPDX-License-Identifier: Apache-2.0

import Posix
import Testing
import Wire
import XDP

/// Damaged queries, against a rule that is written another way.
@Suite(.enabled(if: LoadedProgram.isPermitted, LoadedProgram.why))
struct AnswerProgramRandomTests {
    /// What of a message decides whether the program answers: all but the id, RD, AD, CD, the case
    /// of letters, and the size and DO in OPT.
    private static func essence(_ message: [UInt8], nameByteCount: Int) -> [UInt8] {
        var essence = message
        let nameEnd = 12 + nameByteCount
        for (index, byte) in message.enumerated() {
            switch index {
            case 0, 1: essence[index] = 0
            case 2: essence[index] = byte & ~0x01
            case 3: essence[index] = byte & ~0x30
            case 12..<nameEnd where (0x41...0x5A).contains(byte): essence[index] = byte + 0x20
            // OPT begins four bytes behind the name: 0, type, size, code, version, flags, length.
            case nameEnd + 7, nameEnd + 8: essence[index] = 0
            case nameEnd + 11: essence[index] = byte & ~0x80
            default: break
            }
        }
        return essence
    }

    @Test("Of damaged queries those are answered that still say the same", arguments: 1...4)
    func answersWhatSaysTheSame(seed: Int) throws {
        var random = SeededNumbers(state: UInt64(seed))
        let program = try LoadedProgram()
        var query = KernelQuery(name: KernelQuery.name(ofByteCount: 23))
        query.options = 0x8000
        try program.add([query])
        let wanted = Self.essence(query.message, nameByteCount: 23)
        var answeredCount = 0
        for step in 0..<4_000 {
            var message = query.message
            for _ in 0...Int.random(in: 0...2, using: &random) {
                let index = Int.random(in: 0..<message.count, using: &random)
                message[index] ^= 1 << UInt8.random(in: 0...7, using: &random)
            }
            let family: IPAddress.Family = step.isMultiple(of: 2) ? .v4 : .v6

            let (verdict, frame) = try program.program.run(on: Frame.query(message, family))

            let isAnswered = verdict == AnswerProgram.Verdict.send.rawValue
            let isWanted = Self.essence(message, nameByteCount: 23) == wanted
            #expect(isAnswered == isWanted, "seed \(seed), step \(step): \(message)")
            if isAnswered {
                answeredCount += 1
                let start = Frame.start(family) + 8
                #expect(frame.count == start + query.answer.count)
                #expect(frame[start...(start + 1)] == message[0...1])
                #expect(frame[(start + 12)..<(start + 35)] == message[12..<35])
            } else {
                #expect(frame == Frame.query(message, family))
            }
        }
        // Neither nothing nor everything was answered.
        #expect((100...2_000).contains(answeredCount), "\(answeredCount)")
    }
}

/// Random numbers that are the same for the same seed.
private struct SeededNumbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }
}

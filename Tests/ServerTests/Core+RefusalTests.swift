// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing
import Wire

@testable import Server

/// What is sent, byte for byte, for messages that no plugin may see.
@Suite struct CoreRefusalTests {
    /// `a.` of type A and class IN.
    private static let question: [UInt8] = [1, 0x61, 0, 0, 1, 0, 1]

    private func sent(_ header: [UInt8], _ body: [UInt8]) throws -> [UInt8] {
        let never = ScriptedPlugin(answering: { _, _ in
            Issue.record("a plugin saw it")
            return .done
        })
        return try Bench([(".", [never])]).send([0x2A, 0x2B] + header + body)
    }

    @Test func sendsNothingForResponses() throws {
        #expect(try sent([0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0], Self.question).isEmpty)
        #expect(try sent([0xF8, 0, 0, 0, 0, 0, 0, 0, 0, 0], []).isEmpty)
    }

    @Test(arguments: [1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15] as [UInt8])
    func sendsABareHeaderForOtherOpcodes(opcode: UInt8) throws {
        let sent = try sent([opcode << 3 | 7, 0xFF, 0, 1, 0, 0, 0, 0, 0, 0], Self.question)

        #expect(sent == [0x2A, 0x2B, 0x80 | opcode << 3, 4, 0, 0, 0, 0, 0, 0, 0, 0])
    }

    @Test(
        "The flags but AA and Z are echoed",
        arguments: [
            (0x00, 0x00, 0x80, 0x01), (0x07, 0xF0, 0x83, 0xB1), (0x01, 0x10, 0x81, 0x11),
        ] as [(UInt8, UInt8, UInt8, UInt8)]
    )
    func sendsABareHeaderForWrongCounts(
        high: UInt8,
        low: UInt8,
        sentHigh: UInt8,
        sentLow: UInt8
    ) throws {
        let sent = try sent([high, low, 0, 2, 0, 0, 0, 0, 0, 0], Self.question + Self.question)

        #expect(sent == [0x2A, 0x2B, sentHigh, sentLow, 0, 0, 0, 0, 0, 0, 0, 0])
    }

    @Test(arguments: 0..<7)
    func sendsABareHeaderForACutQuestion(length: Int) throws {
        let sent = try sent(
            [1, 0, 0, 1, 0, 0, 0, 0, 0, 0],
            Array(Self.question.prefix(length))
        )

        #expect(sent == [0x2A, 0x2B, 0x81, 1, 0, 0, 0, 0, 0, 0, 0, 0])
    }

    @Test func echoesTheQuestionWhereOnlyWhatFollowsIsWrong() throws {
        let sent = try sent([1, 0, 0, 1, 0, 0, 0, 0, 0, 1], Self.question + [0xFF])

        #expect(sent == [0x2A, 0x2B, 0x81, 1, 0, 1, 0, 0, 0, 0, 0, 0] + Self.question)
    }

    @Test func tellsOurVersionAndSizeToLaterOnes() throws {
        let opt: [UInt8] = [0, 0, 41, 0x10, 0, 0, 1, 0x80, 0, 0, 0]

        let sent = try sent([1, 0, 0, 1, 0, 0, 0, 0, 0, 1], Self.question + opt)

        #expect(
            sent == [0x2A, 0x2B, 0x81, 0, 0, 1, 0, 0, 0, 0, 0, 1] + Self.question
                + [0, 0, 41, 0x04, 0xD0, 1, 0, 0x80, 0, 0, 0]
        )
    }

    // MARK: TSIG

    /// TSIG of the key `k.`, algorithm `x.`, with a MAC of four bytes.
    private static let signature: [UInt8] =
        [1, 0x6B, 0, 0, 250, 0, 255, 0, 0, 0, 0, 0, 23] + [1, 0x78, 0]
        + [1, 2, 3, 4, 5, 6, 1, 0x2C] + [0, 4, 9, 9, 9, 9] + [0, 1, 0, 0, 0, 0]
    /// The same with the MAC taken out, our message's id and BADKEY.
    private static let refused: [UInt8] =
        [1, 0x6B, 0, 0, 250, 0, 255, 0, 0, 0, 0, 0, 19] + [1, 0x78, 0]
        + [1, 2, 3, 4, 5, 6, 1, 0x2C] + [0, 0] + [0x2A, 0x2B, 0, 17, 0, 0]

    @Test func refusesUnknownKeysWithBADKEY() throws {
        let sent = try sent([1, 0, 0, 1, 0, 0, 0, 0, 0, 1], Self.question + Self.signature)

        #expect(
            sent == [0x2A, 0x2B, 0x81, 9, 0, 1, 0, 0, 0, 0, 0, 1] + Self.question + Self.refused
        )
    }

    @Test func sendsOPTBeforeTSIG() throws {
        let opt: [UInt8] = [0, 0, 41, 0x10, 0, 0, 0, 0, 0, 0, 0]

        let sent = try sent(
            [1, 0, 0, 1, 0, 0, 0, 0, 0, 2],
            Self.question + opt + Self.signature
        )

        #expect(
            sent == [0x2A, 0x2B, 0x81, 9, 0, 1, 0, 0, 0, 0, 0, 2] + Self.question
                + [0, 0, 41, 0x04, 0xD0, 0, 0, 0, 0, 0, 0] + Self.refused
        )
    }

    @Test func findsTSIGBehindRecordsOfNoInterest() throws {
        // An A record of three bytes: not ours to judge.
        let odd: [UInt8] = [0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 3, 1, 2, 3]

        let sent = try sent([1, 0, 0, 1, 0, 1, 0, 0, 0, 1], Self.question + odd + Self.signature)

        #expect(Array(sent.suffix(Self.refused.count)) == Self.refused)
    }

    @Test func leavesTSIGOutWhereItDoesNotFit() throws {
        let long = [UInt8](repeatElement([1, 0x61], count: 127).joined()) + [0]
        let signature =
            long + [0, 250, 0, 255, 0, 0, 0, 0, 1, 15] + long
            + [UInt8](repeating: 0, count: 16)

        let sent = try sent(
            [1, 0, 0, 1, 0, 0, 0, 0, 0, 1],
            long + [0, 1, 0, 1] + signature
        )

        #expect(sent == [0x2A, 0x2B, 0x81, 9, 0, 1, 0, 0, 0, 0, 0, 0] + long + [0, 1, 0, 1])
    }
}

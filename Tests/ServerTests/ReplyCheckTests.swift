// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@testable import Server

@Suite struct ReplyCheckTests {
    private static func question() throws -> [UInt8] {
        try Bench.question("wWw.Example.", .aaaa, id: 0x1234)
    }

    /// A reply whose byte at each offset is another.
    private func reply(_ changes: [Int: UInt8] = [:]) throws -> [UInt8] {
        var bytes = try Self.question()
        bytes[2] |= 0x80
        for (offset, byte) in changes { bytes[offset] = byte }
        return bytes
    }

    private func judge(_ reply: [UInt8]) throws -> ReplyCheck.Finding {
        let question = try Self.question()
        return ReplyCheck.judge(reply.span, to: question.span)
    }

    private func isReply(_ reply: [UInt8]) throws -> Bool { try judge(reply) == .reply }

    @Test func takesTheReply() throws {
        #expect(try isReply(reply()))
        #expect(try isReply(reply() + [1, 2, 3]))
    }

    @Test("Any code and any other flag may come", arguments: [0x84, 0x82, 0x80, 0x81] as [UInt8])
    func takesOtherFlags(byte: UInt8) throws {
        #expect(try isReply(reply([2: byte, 3: 0x83])))
    }

    @Test(arguments: [13, 14, 15, 17, 23])
    func tellsAnotherCase(offset: Int) throws {
        let byte = try reply()[offset]

        #expect(try judge(reply([offset: byte ^ 0x20])) == .changedCase)
    }

    @Test("Only letters have a case", arguments: ["0", "@", "[", "`", "{", "-", "_"])
    func takesNoOtherByteForALetter(text: String) throws {
        let byte = try #require(text.utf8.first)
        var question = try Self.question()
        question[13] = byte
        var reply = question
        reply[2] |= 0x80
        reply[13] ^= 0x20
        let finding = ReplyCheck.judge(reply.span, to: question.span)

        #expect(finding == .stranger)
    }

    @Test func ignoresAnotherNameInAnotherCase() throws {
        #expect(try judge(reply([13: 0x57, 14: 0x78])) == .stranger)
    }

    @Test(
        arguments: [
            (0, 0x13, "another id"), (1, 0x35, "another id"), (2, 0x01, "no response"),
            (2, 0x88, "another opcode"), (2, 0xF8, "another opcode"), (5, 0, "no question"),
            (5, 2, "two questions"), (4, 1, "257 questions"), (12, 2, "another label length"),
            (13, 0x78, "another name"), (17, 0x66, "another name"), (24, 1, "no end of the name"),
            (26, 1, "another type"), (25, 1, "another type"), (28, 3, "another class"),
            (27, 1, "another class"), (12, 0xC0, "a pointer"), (16, 0xC0, "a pointer"),
        ] as [(Int, UInt8, String)]
    )
    func ignoresWhatIsNoReply(offset: Int, byte: UInt8, what: String) throws {
        let finding = try judge(reply([offset: byte]))

        #expect(finding == .stranger, "\(what)")
    }

    @Test func ignoresEveryCutReply() throws {
        let whole = try reply()
        for length in 0..<whole.count {
            #expect(try judge(Array(whole.prefix(length))) == .stranger)
        }
    }

    @Test func ignoresTheReplyToALongerOrShorterName() throws {
        for name in ["example.", "a.www.example.", "ww.example.", "wwww.example.", "."] {
            var bytes = try Bench.question(name, .aaaa, id: 0x1234)
            bytes[2] |= 0x80

            #expect(try judge(bytes) == .stranger)
        }
    }

    @Test(
        arguments: [
            (1, true), (2, true), (4, true), (5, true), (0, false), (3, false), (9, false),
        ] as [(UInt8, Bool)]
    )
    func takesABareHeaderForARefusalOnly(code: UInt8, isReply: Bool) throws {
        var header = Array(try reply([3: code]).prefix(12))
        header[5] = 0

        #expect(try self.isReply(header) == isReply)
        #expect(try !self.isReply(header + [0]))
    }

    @Test func findsNoReplyToWhatIsNoQuestion() throws {
        let reply = try reply()
        for length in 0..<29 {
            let question = Array(try Self.question().prefix(length))
            let finding = ReplyCheck.judge(reply.span, to: question.span)

            #expect(finding == .stranger)
        }
    }
}

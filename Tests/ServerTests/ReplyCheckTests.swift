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

    private func isReply(_ reply: [UInt8]) throws -> Bool {
        let question = try Self.question()
        return ReplyCheck.isReply(reply.span, to: question.span)
    }

    @Test func takesTheReply() throws {
        #expect(try isReply(reply()))
        #expect(try isReply(reply() + [1, 2, 3]))
    }

    @Test("Any code and any other flag may come", arguments: [0x84, 0x82, 0x80, 0x81] as [UInt8])
    func takesOtherFlags(byte: UInt8) throws {
        #expect(try isReply(reply([2: byte, 3: 0x83])))
    }

    @Test("The case of the name may be another", arguments: [13, 14, 15, 17])
    func takesAnotherCase(offset: Int) throws {
        let byte = try reply()[offset]

        #expect(try isReply(reply([offset: byte ^ 0x20])))
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
        let isReply = try isReply(reply([offset: byte]))

        #expect(!isReply, "\(what)")
    }

    @Test func ignoresEveryCutReply() throws {
        let whole = try reply()
        for length in 0..<whole.count {
            let isReply = try isReply(Array(whole.prefix(length)))

            #expect(!isReply)
        }
    }

    @Test func ignoresTheReplyToALongerOrShorterName() throws {
        for name in ["example.", "a.www.example.", "ww.example.", "wwww.example.", "."] {
            var bytes = try Bench.question(name, .aaaa, id: 0x1234)
            bytes[2] |= 0x80
            let isReply = try isReply(bytes)

            #expect(!isReply)
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
            let isReply = ReplyCheck.isReply(reply.span, to: question.span)

            #expect(!isReply)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing
import Wire

@testable import Plugins

@Suite struct UpstreamMessageTests {
    private func asked(_ options: [UInt8]?, size: UInt16 = 4_096) throws -> [UInt8] {
        let query = try query("A.example", .aaaa) {
            $0.header.flags = [.recursionDesired, .checkingDisabled, .authenticData]
            if options != nil {
                $0.options = ClientOptions(udpByteCount: size, wantsSignatures: true)
            }
        }
        return try message(of: query, options: options)
    }

    private func made(_ bytes: [UInt8], size: UInt16 = 1_232) throws -> Message {
        let message = try #require(UpstreamMessage(from: bytes, udpByteCount: size))
        let made = message.makeBytes()
        #expect(made.count == message.byteCount)
        return try Message(parsing: made.span)
    }

    @Test func keepsQuestionAndFlags() throws {
        let made = try made(try asked(nil))

        #expect(made.header.flags == [.recursionDesired, .checkingDisabled, .authenticData])
        #expect(made.header.id == 0)
        #expect(made.questions == [Question(try Name("A.example"), .aaaa)])
        #expect(made.additionals.isEmpty)
    }

    @Test(arguments: [(4_096, 1_232, 1_232), (1_000, 1_232, 1_000), (4_096, 400, 512)])
    func lowersTheSizeToOurOwn(client: UInt16, own: UInt16, expected: UInt16) throws {
        let options = try #require(try made(try asked([], size: client), size: own).options)

        #expect(options.recordClass.rawValue == expected)
        #expect(options.ttl == 0x8000)
    }

    @Test func passesOptionsOnButThoseOfNeighbours() throws {
        let subnet: [UInt8] = [0, 8, 0, 7, 0, 1, 24, 0, 192, 0, 2]
        let cookie: [UInt8] = [0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8]
        let keepalive: [UInt8] = [0, 11, 0, 0]
        let padding: [UInt8] = [0, 12, 0, 3, 0, 0, 0]
        let unknown: [UInt8] = [0xFD, 0xE9, 0, 2, 7, 7]

        let options = try made(try asked(cookie + subnet + padding + keepalive + unknown)).options

        #expect(options?.data == subnet + unknown)
    }

    @Test(
        "The length of what is encrypted says little",
        arguments: [0, 1, 54, 60, 61, 90, 300, 65_000]
    )
    func padsToBlocks(byteCount: Int) throws {
        let option: [UInt8] =
            [0xFD, 0xE9, UInt8(byteCount >> 8), UInt8(byteCount & 255)]
            + [UInt8](repeating: 7, count: byteCount)
        let plain = try #require(
            UpstreamMessage(from: try asked(option), udpByteCount: 1_232)
        ).makeBytes()
        let padded = UpstreamMessage.padded(plain)
        let data = try #require(try Message(parsing: padded.span).options).data
        let rest = data.dropFirst(option.count)

        #expect(padded.count % UpstreamMessage.paddedByteCount == 0)
        #expect((4..<4 + UpstreamMessage.paddedByteCount).contains(padded.count - plain.count))
        #expect(data.starts(with: option))
        #expect(
            rest.prefix(4) == [0, 12, UInt8((rest.count - 4) >> 8), UInt8((rest.count - 4) & 255)]
        )
        #expect(rest.dropFirst(4).allSatisfy { $0 == 0 })
    }

    @Test func padsNothingThatHasNoOptions() throws {
        let plain = try #require(
            UpstreamMessage(from: try asked(nil), udpByteCount: 1_232)
        ).makeBytes()

        #expect(UpstreamMessage.padded(plain) == plain)
        #expect(UpstreamMessage.padded([]) == [])
        #expect(UpstreamMessage.padded(Array(plain.prefix(20))) == Array(plain.prefix(20)))
    }

    @Test func leavesOutWhatFollowsTheQuestionButOptions() throws {
        let asked = try asked([])
        var message = try Message(parsing: asked.span)
        let record = Record(owner: try Name("a"), type: .a, ttl: 1, data: [192, 0, 2, 1])
        message.answers = [record]
        message.additionals.insert(record, at: 0)

        let made = try made(try message.encoded() + [1, 2, 3])

        #expect(made.answers.isEmpty)
        #expect(made.additionals.map(\.type) == [.opt])
    }

    @Test func makesSomethingSoundOfEveryBeginning() throws {
        let whole = try asked([0, 8, 0, 7, 0, 1, 24, 0, 192, 0, 2])
        for count in 0..<whole.count {
            let cut = Array(whole[..<count])
            guard let made = UpstreamMessage(from: cut, udpByteCount: 1_232)?.makeBytes() else {
                continue
            }
            let message = try Message(parsing: made.span)

            #expect(count >= 27)
            #expect(message.questions.count == 1)
        }
    }
}

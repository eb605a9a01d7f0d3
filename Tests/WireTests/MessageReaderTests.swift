// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

/// What strangers may send instead of a message.
@Suite struct MessageReaderTests {
    /// A header that announces `questions` and `answers`, with `body` behind it.
    private func message(questions: UInt16 = 0, answers: UInt16 = 0, _ body: [UInt8]) -> [UInt8] {
        [
            0, 0, 0x80, 0, UInt8(questions >> 8), UInt8(questions & 0xFF), UInt8(answers >> 8),
            UInt8(answers & 0xFF), 0, 0, 0, 0,
        ] + body
    }

    private func error(_ bytes: [UInt8]) -> WireError? {
        do throws(WireError) {
            _ = try Message(bytes: bytes)
            return nil
        } catch {
            return error
        }
    }

    @Test func refusesEverySampleCutAnywhere() throws {
        for sample in try Samples.all() {
            for length in 0..<sample.count {
                #expect(error(Array(sample.prefix(length))) != nil, "cut at \(length)")
            }
        }
    }

    /// What can be read after a flip must also be written and read again, the same.
    @Test func survivesEveryFlippedBitOfEverySample() throws {
        for sample in try Samples.all() {
            for bit in 0..<(sample.count * 8) {
                var bytes = sample
                bytes[bit / 8] ^= 0x80 >> UInt8(bit % 8)
                guard let message = try? Message(bytes: bytes) else { continue }

                let written = try message.encoded()

                #expect(try Message(bytes: written) == message, "bit \(bit)")
            }
        }
    }

    @Test(arguments: 0..<300 as Range<UInt64>)
    func survivesRandomBytes(seed: UInt64) {
        var random = Seeded(seed)
        var bytes = random.bytes(0...300)
        // Small counts and small lengths, so that reading gets further than the first name.
        for index in bytes.indices where index < 12 || Bool.random(using: &random) {
            bytes[index] &= index < 12 && index % 2 == 0 ? 0 : 0xCF
        }

        let read = try? Message(bytes: bytes)

        #expect((read == nil) == (error(bytes) != nil))
    }

    @Test(
        arguments: [
            ([0xC0, 0x0C], "to itself"), ([0xC0, 0x0E], "forward"), ([0xC0, 0], "into the header"),
            ([0xC0, 11], "into the header's end"), ([1, 0x61, 0xC0, 0x0C], "to its own start"),
            ([1, 0x61, 0xC0, 0x0D], "into itself"), ([0xFF, 0xFF], "past the end"),
            ([0xC0], "with its second byte missing"),
        ] as [([UInt8], String)]
    )
    func refusesAPointer(name: [UInt8], leading: String) {
        let error = error(message(questions: 1, name + [0, 1, 0, 1]))

        switch error {
        case .badPointer, .truncated: break
        default: Issue.record("a pointer \(leading): \(String(describing: error))")
        }
    }

    @Test func refusesTwoPointersThatLeadToEachOther() {
        let bytes = message(questions: 2, [0xC0, 0x12, 0, 1, 0, 1, 0xC0, 0x0C, 0, 1, 0, 1])

        #expect(error(bytes) == .badPointer(offset: 12))
    }

    @Test(arguments: [UInt8(0x40), 0x7F, 0x80, 0xBF])
    func refusesLabelsThatAreNeitherLabelsNorPointers(length: UInt8) {
        let bytes = message(questions: 1, [length] + [UInt8](repeating: 0, count: 300))

        #expect(error(bytes) == .badLabel(offset: 12))
    }

    @Test(arguments: [(61, true), (62, false)])
    func readsNamesOf255BytesThroughAPointerAndNoLonger(last: Int, isRead: Bool) {
        // The first name has 194 bytes; the second one more label and a pointer to the first.
        var body: [UInt8] = []
        for _ in 0..<3 { body += [63] + [UInt8](repeating: 0x61, count: 63) }
        body += [0, 0, 1, 0, 1]
        body += [UInt8(last)] + [UInt8](repeating: 0x62, count: last) + [0xC0, 12, 0, 1, 0, 1]

        let bytes = message(questions: 2, body)

        #expect((error(bytes) == nil) == isRead)
    }

    /// A name behind `count` pointers, each to the one before it.
    private func chain(_ count: Int) -> [UInt8] {
        // A TXT record holds the chain: its data is not read as a name.
        var data: [UInt8] = [0]
        var previous = 12 + 11
        for index in 0..<(count - 1) {
            data += [0xC0 | UInt8(previous >> 8), UInt8(previous & 0xFF)]
            previous = 12 + 11 + 1 + index * 2
        }
        let length = data.count
        let head: [UInt8] = [
            0, 0, 16, 0, 1, 0, 0, 0, 0, UInt8(length >> 8), UInt8(length & 0xFF),
        ]
        let owner = [0xC0 | UInt8(previous >> 8), UInt8(previous & 0xFF)]
        return message(answers: 2, head + data + owner + [0, 16, 0, 1, 0, 0, 0, 0, 0, 0])
    }

    @Test(arguments: [(1, true), (127, true), (128, true), (129, false), (8_000, false)])
    func followsAChainOfPointersUpToItsLimit(count: Int, isRead: Bool) {
        #expect((error(chain(count)) == nil) == isRead)
    }

    @Test(
        arguments: [
            // Type, announced length, data; then whether it fits.
            (1, 4, [1, 2, 3, 4], true), (1, 3, [1, 2, 3], false), (1, 5, [1, 2, 3, 4, 5], false),
            (1, 5, [1, 2, 3, 4], false), (28, 15, [UInt8](repeating: 0, count: 15), false),
            (1, 0, [], true), (2, 1, [0], true), (2, 2, [0, 0], false),
            (2, 1, [1, 0x61, 0], false),
            (2, 2, [0xC0, 12], true), (2, 1, [0xC0, 12], false), (15, 2, [0, 1], false),
            (15, 3, [0, 1, 0], true), (15, 1, [0], false), (33, 6, [0, 0, 0, 0, 0, 0], false),
            (6, 22, [UInt8](repeating: 0, count: 22), true),
            (6, 21, [UInt8](repeating: 0, count: 21), false),
            (6, 23, [UInt8](repeating: 0, count: 23), false),
            (35, 8, [0, 0, 0, 0, 0, 0, 0, 0], true), (35, 8, [0, 0, 0, 0, 9, 0, 0, 0], false),
            (35, 4, [0, 0, 0, 0], false), (16, 3, [9, 9, 9], true), (65_280, 3, [9, 9, 9], true),
        ] as [(UInt16, UInt8, [UInt8], Bool)]
    )
    func readsDataThatHasTheShapeOfItsType(
        type: UInt16,
        length: UInt8,
        data: [UInt8],
        isRead: Bool
    ) {
        let head: [UInt8] = [0, UInt8(type >> 8), UInt8(type & 0xFF), 0, 1, 0, 0, 0, 0, 0, length]

        #expect((error(message(answers: 1, head + data)) == nil) == isRead)
    }

    /// 65,535 bytes of questions that all point to one long name.
    @Test func boundsWhatAMessageOfPointersExpandsTo() {
        var body: [UInt8] = []
        for _ in 0..<127 { body += [1, 0x61] }
        body += [0, 0, 1, 0, 1]
        let count = (65_535 - 12 - body.count) / 6
        for _ in 0..<count { body += [0xC0, 12, 0, 1, 0, 1] }

        let bytes = message(questions: UInt16(count + 1), body)

        // Each of them costs 255 bytes and one pointer: 4,095 fit in a mebibyte, with the first.
        #expect(error(bytes) == .badData(offset: 271 + 6 * 4_095))
    }

    /// Questions whose names all lie behind 128 pointers: few bytes, many steps.
    @Test(arguments: [(8_000, true), (10_000, false)])
    func countsPointersAgainstTheSameLimit(count: Int, isRead: Bool) {
        // Behind the root's zero each 16-bit word points to the word before it, up to the limit;
        // every third word is a name, the two between are a type and a class.
        var body: [UInt8] = [0]
        for word in 0..<(count * 3 - 1) {
            let target = word == 0 ? 12 : 13 + 2 * min(word - 1, 126)
            body += [0xC0 | UInt8(target >> 8), UInt8(target & 0xFF)]
        }

        let error = error(message(questions: UInt16(count), body))

        #expect((error == nil) == isRead)
    }
}

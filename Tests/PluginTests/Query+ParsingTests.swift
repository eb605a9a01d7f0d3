// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing
import Wire

/// The gate: one test for each kind of message that comes in.
@Suite struct QueryParsingTests {
    private func refusal(_ bytes: [UInt8]) -> Refusal? {
        var refusal: Refusal?
        _ = Query(judging: bytes.span, refused: &refusal)
        return refusal
    }

    /// The refusal of a query with these additional records.
    private func refusal(additionals: [[UInt8]]) -> Refusal? {
        var packet = Packet()
        packet.counts[3] = UInt16(additionals.count)
        packet.rest = additionals.flatMap { $0 }
        return packet.refusal
    }

    // MARK: Header and counts

    @Test func takesAQuestion() throws {
        var refusal: Refusal?
        let query = Packet().judged(&refusal)

        #expect(refusal == nil)
        #expect(query.header.id == 0x2A2A)
        #expect(query.name.name == (try Name("www.Example.")))
        #expect(query.type == .a)
        #expect(query.recordClass == .internet)
        #expect(query.options == nil)
        #expect(query.byteCount == Packet().bytes.count)
        #expect(query.questionByteCount == 17)
    }

    @Test("Less than a header is never answered", arguments: 0..<12)
    func dropsShortPackets(length: Int) {
        #expect(refusal(Array(Packet().bytes.prefix(length))) == .silence)
    }

    @Test("A response is never answered, whatever else it is", arguments: 0..<16 as Range<UInt16>)
    func dropsResponses(opcode: UInt16) {
        var packet = Packet()
        packet.flags = 0x8000 | opcode << 11

        #expect(packet.refusal == .silence)
        #expect(refusal(Array(packet.bytes.prefix(12))) == .silence)
    }

    @Test(arguments: 0..<16 as Range<UInt16>)
    func takesTheOpcodesQueryAndNotifyOnly(opcode: UInt16) {
        var packet = Packet()
        packet.flags = opcode << 11

        let expected: Refusal? = [0, 4].contains(opcode) ? nil : .header(.notImplemented)

        #expect(packet.refusal == expected)
    }

    @Test(arguments: [0, 2, 3, 255, 256, 65_535] as [UInt16])
    func refusesAnythingButOneQuestion(count: UInt16) {
        var packet = Packet()
        packet.counts[0] = count

        #expect(packet.refusal == .header(.formatError))
    }

    @Test(
        arguments: [
            (1, 0, false), (1, 1, false), (1, 2, true), (1, 65_535, true), (2, 1, false),
            (2, 2, true),
            (2, 65_535, true), (3, 2, false), (3, 3, true), (3, 65_535, true),
        ] as [(Int, UInt16, Bool)]
    )
    func limitsTheCountsOfRecords(section: Int, count: UInt16, isRefused: Bool) {
        var packet = Packet()
        packet.counts[section] = count

        #expect(packet.refusal == (isRefused ? .header(.formatError) : nil))
    }

    @Test func toleratesCountsOfRecordsThatDoNotCome() {
        var packet = Packet()
        packet.counts = [1, 1, 1, 2]

        #expect(packet.refusal == nil)
    }

    @Test func refusesManySmallQuestionsWithoutReadingThem() {
        var packet = Packet()
        packet.counts[0] = 10_900
        for _ in 0..<10_899 { packet.rest += [0xC0, 12, 0, 1, 0, 1] }

        #expect(packet.refusal == .header(.formatError))
    }

    // MARK: The question

    @Test("A question cut anywhere gets a bare FORMERR", arguments: 12..<29)
    func refusesACutQuestion(length: Int) {
        #expect(refusal(Array(Packet().bytes.prefix(length))) == .header(.formatError))
    }

    @Test(
        arguments: [
            [0xC0, 12], [0xC0, 14], [0xC0, 0], [1, 0x61, 0xC0, 12],
            [0xC0, 18, 0, 1, 0, 1, 1, 0x61, 0],
        ] as [[UInt8]]
    )
    func refusesAnyPointerInTheQuestion(name: [UInt8]) {
        var packet = Packet()
        packet.question = name + [0, 1, 0, 1]

        #expect(packet.refusal == .header(.formatError))
    }

    @Test(arguments: [0x40, 0x7F, 0x80, 0xBF] as [UInt8])
    func refusesLabelsOfUnknownKinds(length: UInt8) {
        var packet = Packet()
        packet.question = [length] + [UInt8](repeating: 0x61, count: 200) + [0, 0, 1, 0, 1]

        #expect(packet.refusal == .header(.formatError))
    }

    @Test(arguments: [(127, true), (128, false)])
    func takesNamesOf255BytesAndNoLonger(labels: Int, isTaken: Bool) {
        var packet = Packet()
        packet.question = repeatElement([1, 0x61], count: labels).flatMap { $0 } + [0, 0, 1, 0, 1]

        #expect(packet.refusal == (isTaken ? nil : .header(.formatError)))
    }

    @Test func takesTheRootAndEveryTypeAndClass() {
        var packet = Packet()
        packet.question = [0, 0xFF, 0xFE, 0xFD, 0xFC]

        var refusal: Refusal?
        let query = packet.judged(&refusal)

        #expect(refusal == nil)
        #expect(query.name.byteCount == 1)
        #expect(query.type.rawValue == 0xFFFE)
        #expect(query.recordClass.rawValue == 0xFDFC)
    }

    @Test(arguments: [1, 12, 500, 60_000])
    func ignoresWhatTrails(count: Int) {
        var packet = Packet()
        packet.rest = [UInt8](repeating: 0xFF, count: count)

        #expect(packet.refusal == nil)
    }

    // MARK: Records

    @Test("A record cut anywhere gets FORMERR with the question", arguments: 1..<14)
    func refusesACutRecord(length: Int) {
        for section in 1...3 {
            var packet = Packet()
            packet.counts[section] = 1
            packet.rest = Array(Packet.record(type: 1, [192, 0, 2, 1]).prefix(length))

            #expect(packet.refusal == .question(.formatError))
        }
    }

    @Test(arguments: [1, 2])
    func refusesOPTAndTSIGOutsideTheAdditionalSection(section: Int) {
        for record in [Packet.opt(), Packet.tsig()] {
            var packet = Packet()
            packet.counts[section] = 1
            packet.rest = record

            #expect(packet.refusal == .question(.formatError))
        }
    }

    @Test func takesRecordsOfNoInterest() {
        var packet = Packet()
        packet.counts = [1, 1, 1, 2]
        packet.rest = Packet.record(owner: [0xC0, 12], type: 6, [1, 2, 3])
        packet.rest += Packet.record(type: 1) + Packet.record(type: 1) + Packet.opt(size: 4_000)

        var refusal: Refusal?
        let query = packet.judged(&refusal)

        #expect(refusal == nil)
        #expect(query.options?.udpByteCount == 4_000)
    }

    // MARK: EDNS

    @Test func readsOPT() {
        var packet = Packet()
        packet.counts[3] = 1
        packet.rest = Packet.opt(size: 4_096, ttl: 0x8000, [0, 3, 0, 0])

        var refusal: Refusal?
        let query = packet.judged(&refusal)

        #expect(refusal == nil)
        #expect(
            query.options
                == ClientOptions(
                    udpByteCount: 4_096,
                    wantsSignatures: true,
                    wantsIdentifier: true
                )
        )
    }

    @Test func ignoresTheBitsOfOPTThatMeanNothing() {
        var packet = Packet()
        packet.counts[3] = 1
        packet.rest = Packet.opt(ttl: 0x7FFF)

        var refusal: Refusal?
        let query = packet.judged(&refusal)

        #expect(refusal == nil)
        #expect(query.options?.wantsSignatures == false)
    }

    @Test func refusesTwoOPTs() {
        #expect(refusal(additionals: [Packet.opt(), Packet.opt()]) == .question(.formatError))
    }

    @Test(arguments: [[1, 0x61, 0], [0xC0, 12], [0xC0, 24]] as [[UInt8]])
    func refusesOPTWithAnOwner(owner: [UInt8]) {
        #expect(refusal(additionals: [Packet.opt(owner: owner)]) == .question(.formatError))
    }

    @Test(arguments: [0x0100_0000, 0xFF00_0000] as [UInt32])
    func refusesAQueryWithAnExtendedCode(ttl: UInt32) {
        #expect(refusal(additionals: [Packet.opt(ttl: ttl)]) == .question(.formatError))
    }

    @Test(arguments: [1, 2, 255] as [UInt32])
    func answersLaterVersionsOfEDNSWithBADVERS(version: UInt32) {
        // What such a version puts inside is not looked at.
        let opt = Packet.opt(ttl: version << 16, [1, 2, 3])

        #expect(refusal(additionals: [opt]) == .badVersion)
    }

    @Test(
        arguments: [
            [0], [0, 3], [0, 3, 0], [0, 3, 0, 1], [0, 3, 0, 0, 0], [0, 3, 0xFF, 0xFF],
            [0, 3, 0, 2, 1], [0, 0, 0, 0, 0, 0, 0, 9],
        ] as [[UInt8]]
    )
    func refusesMalformedOptions(data: [UInt8]) {
        #expect(refusal(additionals: [Packet.opt(data)]) == .question(.formatError))
    }

    @Test("A cookie has 8 bytes, or 16 to 40", arguments: 0...41)
    func takesCookiesOfLegalLengthsOnly(length: Int) {
        let cookie: [UInt8] = [0, 10, 0, UInt8(length)] + [UInt8](repeating: 7, count: length)

        let isLegal = length == 8 || (length >= 16 && length <= 40)

        #expect(
            refusal(additionals: [Packet.opt(cookie)]) == (isLegal ? nil : .question(.formatError))
        )
    }

    @Test(arguments: [3, 8, 9, 11, 12, 15, 65_001] as [UInt16])
    func takesAnyNumberOfOptions(code: UInt16) {
        let option: [UInt8] = [UInt8(code >> 8), UInt8(code & 0xFF), 0, 0]
        let options = repeatElement(option, count: 16_382).flatMap { $0 }

        #expect(refusal(additionals: [Packet.opt(options)]) == nil)
    }

    @Test(
        "An answer may depend on some options only",
        arguments: [
            (3, false), (5, false), (6, false), (7, false), (8, true), (9, false), (11, false),
            (12, false), (13, true), (14, false), (15, false), (65_001, true),
        ] as [(UInt16, Bool)]
    )
    func tellsWhatAsksSpecially(code: UInt16, expected: Bool) {
        var packet = Packet()
        packet.counts[3] = 1
        packet.rest = Packet.opt([UInt8(code >> 8), UInt8(code & 0xFF), 0, 0])

        var refusal: Refusal?
        let query = packet.judged(&refusal)

        #expect(refusal == nil)
        #expect(query.options?.asksSpecially == expected)
    }

    // MARK: TSIG

    @Test func refusesSignaturesOfKeysItDoesNotHave() {
        let start = Packet().bytes.count

        #expect(refusal(additionals: [Packet.tsig()]) == .unknownKey(offset: start))
        #expect(
            refusal(additionals: [Packet.opt(), Packet.tsig()]) == .unknownKey(offset: start + 11)
        )
    }

    @Test func refusesTSIGThatIsNotLast() {
        #expect(refusal(additionals: [Packet.tsig(), Packet.opt()]) == .question(.formatError))
        #expect(refusal(additionals: [Packet.tsig(), Packet.tsig()]) == .question(.formatError))
    }

    @Test(arguments: [
        Packet.tsig(otherCount: 1), Packet.record(type: 250), Packet.record(type: 250, [0]),
        Packet.record(type: 250, [0xC0, 12] + [UInt8](repeating: 0, count: 16)),
        Packet.record(type: 250, [0] + [UInt8](repeating: 0, count: 15)),
        Packet.record(type: 250, [0] + [UInt8](repeating: 0, count: 17)),
        Packet.record(type: 250, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0, 0, 0]),
        Packet.record(owner: [0xC0, 29], type: 250, [UInt8](repeating: 0, count: 17)),
    ])
    func refusesBrokenTSIG(record: [UInt8]) {
        #expect(refusal(additionals: [record]) == .question(.formatError))
    }

    @Test func takesTheSmallestTSIG() {
        let record = Packet.record(type: 250, [UInt8](repeating: 0, count: 17))

        #expect(refusal(additionals: [record]) == .unknownKey(offset: Packet().bytes.count))
    }

    // MARK: Anything

    @Test func survivesEveryCutAndEveryFlippedBit() {
        var packet = Packet()
        packet.counts = [1, 1, 0, 2]
        packet.rest = Packet.record(owner: [0xC0, 16], type: 1, [192, 0, 2, 1])
        packet.rest += Packet.opt([0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8]) + Packet.tsig()
        let bytes = packet.bytes
        for length in 0..<bytes.count {
            // At a record's border the rest is missing, which is tolerated.
            _ = refusal(Array(bytes.prefix(length)))
        }
        for bit in 0..<(bytes.count * 8) {
            var flipped = bytes
            flipped[bit / 8] ^= 0x80 >> UInt8(bit % 8)
            var refusal: Refusal?
            let query = Query(judging: flipped.span, refused: &refusal)

            #expect((refusal == .silence) == (bit == 16))
            #expect(query.byteCount == bytes.count)
        }
    }
}

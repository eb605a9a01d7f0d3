// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@testable import TLS

/// Both ends in memory.
@Suite struct TLSSessionTests {
    @Test("Hands are shaken however the bytes come", arguments: [1, 2, 7, 100, 1_000, Int.max])
    func shakesHands(byteCount: Int) throws {
        let ends = try Ends.connected()
        _ = try ends.carry(byteCount: byteCount)

        #expect(ends.client.isOpen && ends.server.isOpen)
        #expect(ends.client.version == "TLSv1.3")
        #expect(ends.client.applicationProtocol == "dot")
        #expect(ends.server.applicationProtocol == "dot")
        #expect(!ends.client.isResumed)
    }

    @Test("What is said comes through", arguments: [1, 13, Int.max])
    func carriesBothWays(byteCount: Int) throws {
        let ends = try Ends.connected()
        _ = try ends.carry()
        let question = [UInt8](repeating: 7, count: 33)
        // The longest DNS message with its length: several records.
        let answer = (0..<65_537).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try ends.client.send(question.span)
        try ends.server.send(answer.span)
        let heard = try ends.carry(byteCount: byteCount)

        #expect(heard.byServer == question)
        #expect(heard.byClient == answer)
    }

    @Test func saysManyThingsAtOnce() throws {
        let ends = try Ends.connected()
        _ = try ends.carry()
        for number in 0..<1_000 {
            let bytes = [UInt8(truncatingIfNeeded: number >> 8), UInt8(truncatingIfNeeded: number)]
            try ends.client.send(bytes.span)
        }
        let heard = try ends.carry()

        #expect(heard.byServer.count == 2_000)
        #expect(heard.byServer.suffix(2) == [3, 231])
    }

    @Test func sendsNothingForNothing() throws {
        let ends = try Ends.connected()
        _ = try ends.carry()
        let nothing: [UInt8] = []
        try ends.client.send(nothing.span)

        #expect(!ends.client.hasOutput)
    }

    @Test func tellsAnEndFromACut() throws {
        let ends = try Ends.connected()
        _ = try ends.carry()
        ends.server.close()
        let heard = try ends.carry()

        #expect(heard == Ends.Heard())
        #expect(ends.client.hasEnded)
        try ends.client.endInput()

        let cut = try Ends.connected()
        _ = try cut.carry()
        #expect(throws: TLSError(.truncated)) { try cut.client.endInput() }
        #expect(cut.client.failure == TLSError(.truncated))
    }

    @Test func tellsACutOfTheHandshake() throws {
        let ends = try Ends.connected()

        #expect(throws: TLSError(.noHandshake)) { try ends.client.endInput() }
    }

    @Test func hearsNothingAfterTheEnd() throws {
        let ends = try Ends.connected()
        _ = try ends.carry()
        ends.server.close()
        _ = try ends.carry()
        var plain: [UInt8] = []
        let garbage = [UInt8](repeating: 0xAA, count: 100)
        try ends.client.receive(garbage.span, into: &plain)

        #expect(plain.isEmpty && ends.client.hasEnded)
    }

    @Test("What happened once stays so")
    func failsForGood() throws {
        let ends = try Ends.connected()
        _ = try ends.carry()
        var plain: [UInt8] = []
        let garbage = [UInt8](repeating: 0x16, count: 100)
        #expect(throws: TLSError.self) { try ends.client.receive(garbage.span, into: &plain) }
        let failure = try #require(ends.client.failure)

        #expect(throws: failure) { try ends.client.receive(garbage.span, into: &plain) }
        #expect(throws: failure) { try ends.client.send(garbage.span) }
        #expect(throws: failure) { try ends.client.endInput() }
        #expect(!ends.client.isOpen)
    }

    @Test("A version before 1.2 is refused by either side")
    func refusesOldVersions() throws {
        // A ServerHello of TLS 1.1: version, 32 random bytes, no session, a cipher.
        var hello: [UInt8] = [0x16, 0x03, 0x02, 0, 42, 2, 0, 0, 38, 0x03, 0x02]
        hello += [UInt8](repeating: 0x5A, count: 32) + [0, 0xC0, 0x13, 0]
        let ends = try Ends.connected()
        var plain: [UInt8] = []
        #expect(throws: TLSError(.oldVersion)) {
            try ends.client.receive(hello.span, into: &plain)
        }

        // A ClientHello of TLS 1.1 with one cipher.
        var question: [UInt8] = [0x16, 0x03, 0x01, 0, 45, 1, 0, 0, 41, 0x03, 0x02]
        question += [UInt8](repeating: 0x5A, count: 32) + [0, 0, 2, 0xC0, 0x13, 1, 0]
        #expect(throws: TLSError(.oldVersion)) {
            try ends.server.receive(question.span, into: &plain)
        }
        // The other side is told: alert 70, protocol_version.
        var told: [UInt8] = []
        ends.server.moveOutput(into: &told)
        #expect(told.suffix(2) == [2, 70])
    }

    @Test func knowsWhatIsNotTLS() throws {
        let ends = try Ends.connected()
        var plain: [UInt8] = []
        let text = Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8)

        #expect(throws: TLSError(.notTLS)) { try ends.client.receive(text.span, into: &plain) }
    }

    @Test("Whatever comes first, nothing traps and nothing is let in", arguments: 0..<200)
    func survivesGarbage(seed: UInt64) throws {
        var random = Seeded(seed)
        let ends = try Ends.connected()
        var plain: [UInt8] = []
        for _ in 0..<20 {
            // Half of it looks like records.
            var bytes = (0..<random.next(300)).map { _ in UInt8(random.next(256)) }
            if random.next(2) == 0 { bytes = [22, 3, 3, 0, UInt8(random.next(256))] + bytes }
            try? ends.client.receive(bytes.span, into: &plain)
            try? ends.server.receive(bytes.span, into: &plain)
        }

        #expect(plain.isEmpty && !ends.client.isOpen && !ends.server.isOpen)
    }

    @Test("One byte changed on the way is noticed", arguments: 0..<100)
    func noticesChanges(seed: UInt64) throws {
        var random = Seeded(seed)
        let ends = try Ends.connected()
        _ = try ends.carry()
        let answer = (0..<500).map { _ in UInt8(random.next(256)) }
        try ends.server.send(answer.span)
        var cipher: [UInt8] = []
        ends.server.moveOutput(into: &cipher)
        cipher[random.next(cipher.count)] ^= UInt8(1 + random.next(255))
        var plain: [UInt8] = []
        try? ends.client.receive(cipher.span, into: &plain)

        #expect(plain.isEmpty)
    }

    @Test("A connection that ends anywhere leaves nothing behind")
    func endsAnywhere() throws {
        let (client, server) = try Ends.pair()
        // Each length of what the server sends first.
        for length in stride(from: 0, to: 1_200, by: 13) {
            let ends = Ends(try client.session(to: Ends.peer), try server.session())
            var cipher: [UInt8] = []
            ends.client.moveOutput(into: &cipher)
            var plain: [UInt8] = []
            try ends.server.receive(cipher.span, into: &plain)
            cipher = []
            ends.server.moveOutput(into: &cipher)
            let cut = cipher.prefix(length)
            try ends.client.receive(cut.span, into: &plain)
            if length < cipher.count {
                #expect(throws: TLSError(.noHandshake)) { try ends.client.endInput() }
            }
        }
    }

    @Test func keepsSoMuchOutputAndNoMore() throws {
        let ends = try Ends.connected()
        _ = try ends.carry()
        let much = [UInt8](repeating: 1, count: TLSSession.maximumOutputByteCount + 1)
        try ends.client.send(much.span)
        try ends.server.send([1].span)
        var cipher: [UInt8] = []
        ends.server.moveOutput(into: &cipher)
        var plain: [UInt8] = []

        #expect(throws: TLSError(.flooded)) {
            try ends.client.receive(cipher.span, into: &plain)
        }
    }
}

/// Numbers that are the same for the same seed.
struct Seeded {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

    /// A number below `bound`.
    mutating func next(_ bound: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state % UInt64(bound))
    }
}

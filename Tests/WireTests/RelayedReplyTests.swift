// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@Suite struct RelayedReplyTests {
    private let question = Question(Self.name("www.example."), .a)

    private static func name(_ text: String) -> Name { (try? Name(text)) ?? .root }

    /// A reply to the question, written as servers write.
    private func reply(
        _ code: ResponseCode = .noError,
        _ change: (inout Message) -> Void
    ) throws -> [UInt8] {
        var flags: Flags = [.response, .recursionDesired, .recursionAvailable]
        flags.code = UInt8(code.rawValue & 15)
        var message = Message(header: Header(id: 7, flags: flags))
        message.questions = [question]
        change(&message)
        return try message.encoded()
    }

    private func address(_ last: UInt8, _ owner: String = "www.example.", ttl: UInt32 = 60)
        -> Record
    {
        Record(owner: Self.name(owner), type: .a, ttl: ttl, data: [192, 0, 2, last])
    }

    private func authority(minimum: UInt8, _ owner: String = "example.") -> Record {
        let data = Self.name("ns.example.").bytes + Self.name("root.example.").bytes
        return Record(
            owner: Self.name(owner),
            type: .soa,
            ttl: 900,
            data: data + [UInt8](repeating: 0, count: 19) + [minimum]
        )
    }

    private let options = Record(
        owner: .root,
        type: .opt,
        recordClass: RecordClass(rawValue: 1_232),
        ttl: 0x0100_0000,
        data: []
    )

    @Test func tellsWhatTheCacheWantsToKnow() throws {
        let bytes = try reply {
            $0.answers = [
                Record(
                    owner: question.name,
                    type: .cname,
                    ttl: 30,
                    data: Self.name("a.example.").bytes
                ),
                address(1, "a.example."), address(2, "a.example."), address(3, "a.example."),
            ]
            $0.additionals = [options]
        }

        let reply = try RelayedReply(parsing: bytes)

        #expect(reply.hasAskedType && !reply.hasServers && reply.denial == nil)
        #expect(reply.code.rawValue == 16)
        #expect(reply.flags == [.response, .recursionDesired, .recursionAvailable])
        #expect([reply.answerCount, reply.authorityCount, reply.additionalCount] == [4, 0, 0])
        #expect((0..<4).map { reply.ttl(at: $0) } == [30, 60, 60, 60])
        #expect(reply.addresses?.count == 3 && reply.addresses?.recordByteCount == 16)
        #expect(reply.records.count == bytes.count - 12 - 17 - 11)
    }

    @Test func tellsHowLongANameIsMissing() throws {
        let reply = try RelayedReply(
            parsing: try reply(.nameError) { $0.authorities = [authority(minimum: 77)] }
        )

        #expect(reply.code == .nameError)
        #expect(reply.denial == RelayedReply.Denial(place: 0, minimum: 77))
        #expect(!reply.hasAskedType && reply.addresses == nil)
    }

    @Test(
        "A zone says what is missing in it, and nowhere else",
        arguments: [
            ("www.example.", true), ("EXAMPLE.", true), (".", true), ("a.www.example.", false),
            ("example.net.", false), ("ample.", false),
        ]
    )
    func believesZonesAboveTheName(owner: String, isBelieved: Bool) throws {
        let reply = try RelayedReply(
            parsing: try reply(.nameError) { $0.authorities = [authority(minimum: 77, owner)] }
        )

        #expect((reply.denial != nil) == isBelieved)
        #expect(reply.authorityCount == 1)
    }

    @Test(arguments: [("example.", false), ("example.org.", true)])
    func believesZonesAboveTheTargetOfAnAlias(owner: String, isBelieved: Bool) throws {
        let reply = try RelayedReply(
            parsing: try reply(.nameError) {
                $0.answers = [
                    Record(
                        owner: question.name,
                        type: .cname,
                        ttl: 30,
                        data: Self.name("gone.example.org.").bytes
                    )
                ]
                $0.authorities = [authority(minimum: 77, owner)]
            }
        )

        #expect((reply.denial?.place == 1) == isBelieved)
    }

    /// Each look at one costs as much as the name is long.
    @Test func believesTheFirstOfSeveralZonesOnly() throws {
        let reply = try RelayedReply(
            parsing: try reply(.nameError) {
                $0.authorities = [authority(minimum: 7, "example.net."), authority(minimum: 77)]
            }
        )

        #expect(reply.denial == nil)
    }

    @Test func tellsAReferral() throws {
        let reply = try RelayedReply(
            parsing: try reply {
                $0.authorities = [
                    Record(
                        owner: Self.name("example."),
                        type: .ns,
                        ttl: 5,
                        data: Self.name("ns.example.").bytes
                    )
                ]
                $0.additionals = [address(9, "ns.example.")]
            }
        )

        #expect(reply.hasServers && !reply.hasAskedType && reply.denial == nil)
        #expect(reply.addresses == nil)
    }

    @Test func changesTimesToLiveWhereTheyStand() throws {
        var relayed = try RelayedReply(
            parsing: try reply { $0.answers = [address(1), address(2, ttl: 90)] }
        )

        relayed.setTTL(5, at: 1)

        #expect((0..<2).map { relayed.ttl(at: $0) } == [60, 5])
        #expect(relayed.records.suffix(4) == [192, 0, 2, 2])
    }

    /// The options of OPT, and what is left of the Extended DNS Error among them.
    static let reasons: [(options: [UInt8], expected: [UInt8])] = [
        ([0, 15, 0, 3, 0, 6, 97], [0, 6, 97]),
        ([0, 3, 0, 1, 9, 0, 15, 0, 2, 0, 6, 0, 15, 0, 2, 0, 7], [0, 6]),
        ([0, 15, 0, 1, 6, 0, 15, 0, 2, 0, 7], [0, 7]),
        ([0, 15, 0, 130] + ones(130), ones(130)),
        ([0, 15, 0, 131] + ones(131), ones(130)),
        ([0, 15, 0, 9, 0, 6], []), ([0, 15, 0], []), ([], []),
    ]

    private static func ones(_ count: Int) -> [UInt8] { [UInt8](repeating: 1, count: count) }

    @Test(arguments: reasons)
    func readsWhyAServerFailed(options: [UInt8], expected: [UInt8]) throws {
        let opt = Record(owner: .root, type: .opt, ttl: 0, data: options)
        let failure = try reply(.serverFailure) { $0.additionals = [opt] }
        let rewritten = try reply(.serverFailure) {
            $0.additionals = [opt, address(2, "ns.example.")]
        }
        let denial = try reply(.nameError) { $0.additionals = [opt] }

        #expect(try RelayedReply(parsing: failure).errorData == expected)
        #expect(try RelayedReply(parsing: rewritten).errorData == expected)
        #expect(try RelayedReply(parsing: denial).errorData == [])
    }

    @Test func leavesOutOptionsWhereverTheyStand() throws {
        let bytes = try reply {
            $0.answers = [address(1)]
            $0.additionals = [options, address(2, "ns.example."), address(3, "ns.example.")]
        }

        let relayed = try RelayedReply(parsing: bytes)

        #expect(relayed.code.rawValue == 16)
        #expect([relayed.answerCount, relayed.additionalCount] == [1, 2])
        #expect(relayed.recordCount == 3)
    }

    @Test func leavesOutOptionsOfEverySection() throws {
        let bytes = try reply {
            $0.answers = [address(1), options, address(2)]
            $0.authorities = [options, authority(minimum: 5)]
        }

        let relayed = try RelayedReply(parsing: bytes)

        #expect([relayed.answerCount, relayed.authorityCount] == [2, 1])
        #expect(relayed.addresses?.count == 2)
        #expect(relayed.denial?.place == 2)
    }

    @Test func takesNoNameOutOfTheTypeOfTheQuestion() throws {
        // The owner points to the lower byte of the class, 1: a label of the next byte.
        let record: [UInt8] = [0xC0, 28, 0, 16, 0, 1, 0, 0, 0, 5, 0, 0]
        var bytes = try reply { _ in } + record
        bytes[7] = 1

        #expect(throws: WireError.badPointer(offset: 29)) { try RelayedReply(parsing: bytes) }
    }

    @Test func letsNoAddressesChangePlacesThatSomethingPointsInto() throws {
        // Two addresses, and a third record whose owner points at the data of the first.
        let bytes =
            try reply { $0.answers = [address(1), address(2)] }
            + [0xC0, 12 + 17 + 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 3]
        var changed = bytes
        changed[7] = 3
        // The data of the first as a name: the root.
        for index in 0..<4 { changed[12 + 17 + 12 + index] = 0 }

        let relayed = try RelayedReply(parsing: changed)

        #expect(relayed.answerCount == 3)
        #expect(relayed.addresses == nil)
    }

    @Test func letsOnlyAddressesOfOneLengthChangePlaces() throws {
        // The owner in another case than the question's is written out.
        let relayed = try RelayedReply(
            parsing: try reply {
                $0.answers = [1, 2, 3].map { address($0, "WWW.example.") }
            }
        )

        #expect(relayed.recordCount == 3)
        #expect(relayed.addresses?.count == 2)
        #expect(relayed.addresses.map { $0.start + 2 * 16 } == relayed.records.count)
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func takesAndRefusesWhatTheReaderOfMessagesDoes(seed: UInt64) throws {
        var random = Seeded(seed)
        var message = try random.message()
        message.questions = [Question(try random.name(), .a)]
        var bytes = try message.encoded()
        let original = bytes
        for round in 0..<50 {
            bytes = original
            for _ in 0..<(round % 4) {
                bytes[Int.random(in: 12..<bytes.count, using: &random)] = random.bytes(1...1)[0]
            }
            if round % 5 == 4 {
                bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random))
            }

            let whole = try? Message(parsing: bytes.span)
            let relayed: RelayedReply?
            do throws(WireError) {
                relayed = try RelayedReply(parsing: bytes)
            } catch {
                relayed = nil
                // A name out of the type and class of the question is refused only here.
                if case .badPointer(let offset) = error,
                    let end = try? bytes.span.nameEnd(at: 12),
                    (end..<(end + 4)).contains(Int(bytes.span.uint16(at: offset) & 0x3FFF))
                {
                    continue
                }
            }

            // A pointer in the question is an error here and can be none there.
            guard let whole, whole.header.questionCount <= 1 else {
                #expect(relayed == nil || whole == nil)
                continue
            }
            let kept = (whole.answers + whole.authorities + whole.additionals)
                .filter { $0.type != .opt && $0.type != .tsig }
            #expect(relayed.map { $0.recordCount } == kept.count, "seed \(seed) round \(round)")
        }
    }

    @Test func boundsTheWorkOfPointers() throws {
        // A name of 120 labels, and owners that lead over all of it.
        var bytes = try reply { _ in }
        bytes[7] = 0
        let start = bytes.count
        var record: [UInt8] = []
        for _ in 0..<120 { record += [1, 0x61] }
        record += [0, 0, 16, 0, 1, 0, 0, 0, 5, 0, 0]
        bytes += record
        let owner: [UInt8] = [0xC0 | UInt8(start >> 8), UInt8(start & 0xFF)]
        var count = 1
        while count < 2_000 {
            bytes += owner + [0, 16, 0, 1, 0, 0, 0, 5, 0, 0]
            count += 1
        }
        let atLimit = (1 << 17) / 122
        for (records, isTaken) in [(atLimit, true), (2_000, false)] {
            bytes[6] = UInt8(records >> 8)
            bytes[7] = UInt8(records & 0xFF)

            let relayed = try? RelayedReply(parsing: bytes)

            #expect((relayed != nil) == isTaken)
        }
    }
}

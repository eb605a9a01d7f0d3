// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Testing
import Wire

@testable import Plugins

/// A file of kept answers: what is in it comes out again, and nothing of what is damaged.
@Suite struct CacheFileTests {
    /// A cache that is written and read.
    struct Bench {
        let settings: CacheSettings
        let cache: AnswerCache

        init(_ text: String = "cache", secret: UInt64 = 42) throws {
            let stanza = try #require(try stanzas(text).first)
            settings = try CacheSettings(stanza, zones: [.root])
            cache = AnswerCache(settings, secret: secret)
        }

        /// Keeps what an upstream says, as `forward` does.
        func keep(
            _ query: borrowing Query,
            _ reply: Message,
            at now: Moment = CacheFileTests.start
        ) throws {
            var reply = try RelayedReply(parsing: try reply.encoded())
            reply.flags = reply.flags.intersection(.relayed)
            let sentence = try #require(settings.judge(&reply, to: query))
            cache.store(cache.key(query), query, reply, as: sentence, settings, at: now)
        }

        /// What is known, with its code; nil when nothing is.
        func find(_ query: borrowing Query, at now: Moment) -> (FoundAnswer, Answered)? {
            var answer = Answer(counting: CacheFileTests.cells)
            let found = cache.find(cache.key(query), query, settings, at: now, into: &answer)
            return found.map { ($0, Answered(.done, query, answer)) }
        }

        /// The file, written so many seconds after the start.
        func file(at seconds: UInt64 = 0, maximumByteCount: Int = CacheFile.maximumByteCount)
            -> [UInt8]
        {
            var writer = CacheFileWriter(
                cache,
                at: CacheFileTests.moment(seconds),
                wallSeconds: 1_000,
                fingerprint: 7,
                maximumByteCount: maximumByteCount
            )
            var bytes: [UInt8] = []
            while let part = writer.next() { bytes += part }
            return bytes
        }

        /// Takes what is in a file, which was so many seconds old; how many answers that were.
        func take(_ file: [UInt8], slept: UInt64, at now: Moment) throws -> Int {
            var reader = try CacheFileReader(file, fingerprint: 7, wallSeconds: 1_000)
            var count = 0
            while let entry = reader.next() {
                let age = entry.ageMilliseconds / 1_000 + slept
                if cache.restore(entry, ageSeconds: age, settings, at: now) { count += 1 }
            }
            return count
        }
    }

    static let start = moment(0)
    /// Where all of them count.
    static let cells = Registry().cells(forWorker: 0)

    static func moment(_ seconds: UInt64) -> Moment {
        Moment(nanoseconds: 1_000_000_000_000 + seconds * 1_000_000_000)
    }

    /// An answer with these addresses; an SOA record and NXDOMAIN without any.
    static func reply(_ name: String, _ addresses: [String], ttl: UInt32 = 60) throws -> Message {
        var flags: Flags = [.response, .recursionAvailable, .authenticData]
        if addresses.isEmpty { flags.code = 3 }
        var message = Message(header: Header(id: 9, flags: flags))
        message.questions = [Question(try Name(name), .a)]
        for text in addresses {
            let address = try #require(IPAddress(text))
            message.answers.append(
                Record(
                    owner: try Name(name),
                    type: .a,
                    ttl: ttl,
                    data: (0..<4).map { address.byte(at: $0) }
                )
            )
        }
        if addresses.isEmpty {
            let data: [UInt8] = [0, 0] + [UInt8](repeating: 0, count: 19) + [30]
            let zone = try Name("example.")
            message.authorities = [Record(owner: zone, type: .soa, ttl: ttl, data: data)]
        }
        return message
    }

    /// A cache with some of everything.
    private static func filled() throws -> Bench {
        let bench = try Bench()
        try bench.keep(query("www.example"), reply("www.example", ["192.0.2.1", "192.0.2.2"]))
        try bench.keep(query("no.example"), reply("no.example", []))
        let many = (0..<200).map { "192.0.2.\($0)" }
        try bench.keep(query("many.example"), reply("many.example", many, ttl: 600))
        let signed = try query("www.example") {
            $0.options = ClientOptions(udpByteCount: 1_232, wantsSignatures: true)
            $0.header.flags.formUnion(.checkingDisabled)
        }
        try bench.keep(signed, reply("www.example", ["192.0.2.3"]))
        return bench
    }

    @Test func bringsEverythingBackWithLessTimeToLive() throws {
        let file = try Self.filled().file(at: 10)
        let bench = try Bench(secret: 43)

        let count = try bench.take(file, slept: 15, at: Self.moment(500))

        #expect(count == 4)
        let now = Self.moment(500)
        let www = try #require(bench.find(try query("WWW.example"), at: now))
        #expect(www.0 == FoundAnswer(kind: .success))
        #expect(www.1.answers == ["WWW.example. 35 A 192.0.2.1", "WWW.example. 35 A 192.0.2.2"])
        let denied = try #require(bench.find(try query("no.example"), at: now))
        #expect(denied.0.kind == .denial)
        #expect(denied.1.code == .nameError)
        #expect(denied.1.authorities.map { $0.prefix(14) } == ["example. 5 SOA"])
        let many = try #require(bench.find(try query("many.example"), at: Self.moment(501)))
        #expect(many.1.answers.count == 200)
        #expect(many.1.answers.first == "many.example. 574 A 192.0.2.0")
        let signed = try query("www.example") {
            $0.options = ClientOptions(udpByteCount: 1_232, wantsSignatures: true)
            $0.header.flags.formUnion(.checkingDisabled)
        }
        #expect(bench.find(signed, at: now)?.1.answers == ["www.example. 35 A 192.0.2.3"])
    }

    @Test func writesNoFailure() throws {
        let bench = try Bench()
        let asked = try query("www.example")
        let failure = RelayedReply(code: .serverFailure, flags: .recursionAvailable)
        bench.cache.store(
            bench.cache.key(asked),
            asked,
            failure,
            as: CacheSentence(kind: .failure, lifetime: 5),
            bench.settings,
            at: Self.start
        )

        #expect(bench.file().count == 28 + 16)
        #expect(try Bench().take(bench.file(), slept: 0, at: Self.start) == 0)
    }

    private static func refuses(_ file: [UInt8]) -> Bool {
        (try? CacheFileReader(file, fingerprint: 7, wallSeconds: 1_000)) == nil
    }

    @Test func refusesEveryFlippedByte() throws {
        let bench = try Bench()
        try bench.keep(query("www.example"), Self.reply("www.example", ["192.0.2.1"]))
        try bench.keep(query("no.example"), Self.reply("no.example", []))
        let file = bench.file()
        #expect(!Self.refuses(file))

        for place in file.indices {
            for bits in [0x01, 0x80, 0xFF] as [UInt8] {
                var damaged = file
                damaged[place] ^= bits
                #expect(Self.refuses(damaged), "byte \(place) of \(file.count)")
            }
        }
    }

    @Test func refusesEveryCutAndWhatFollows() throws {
        let bench = try Bench()
        try bench.keep(query("www.example"), Self.reply("www.example", ["192.0.2.1"]))
        let file = bench.file()

        for count in 0..<file.count {
            #expect(Self.refuses(Array(file.prefix(count))), "\(count) bytes of \(file.count)")
        }
        #expect(Self.refuses(file + [0]))
        #expect(Self.refuses(file + file))
    }

    @Test func saysWhatIsWrong() throws {
        let file = try Self.filled().file()
        func error(_ file: [UInt8], _ fingerprint: UInt64, _ seconds: Int64) -> CacheFileError? {
            do throws(CacheFileError) {
                _ = try CacheFileReader(file, fingerprint: fingerprint, wallSeconds: seconds)
                return nil
            } catch {
                return error
            }
        }
        var later = file
        later[11] = 2

        #expect(error(file, 7, 1_000) == nil)
        #expect(error([], 7, 1_000) == .foreign)
        #expect(error(Array("no file of ours, but a long one".utf8), 7, 1_000) == .foreign)
        #expect(error(later, 7, 1_000) == .version(2))
        #expect(error(file, 8, 1_000) == .otherCache)
        #expect(error(file, 7, 999) == .future)
        #expect(error(Array(file.dropLast()), 7, 1_000) == .damaged)
        #expect(CacheFileError.version(2).description == "is of version 2, where 1 is wanted")
    }

    @Test(arguments: [(59, 60), (60, 60), (160, 60), (161, 60), (100, 40), (100, 39)])
    func givesWhatRanOutOnlyAsLongAsAlways(slept: UInt64, uptime: UInt64) throws {
        let bench = try Bench("cache {\n  serve_stale 100s verify\n}")
        try bench.keep(query("www.example"), Self.reply("www.example", ["192.0.2.1"]))
        let file = bench.file()
        // What ran out before the clock began has no time that can be written down.
        let now = Moment(nanoseconds: uptime * 1_000_000_000)
        let next = try Bench("cache {\n  serve_stale 100s verify\n}")

        let count = try next.take(file, slept: slept, at: now)
        let found = next.find(try query("www.example"), at: now)

        let late = slept < 60 ? 0 : slept - 60
        #expect(count == (late <= min(100, uptime) ? 1 : 0))
        #expect((found != nil) == (count == 1))
        #expect(found?.0.isStale != (slept < 60))
    }

    @Test func replacesNothing() throws {
        let file = try Self.filled().file()
        let bench = try Bench()
        try bench.keep(query("www.example"), Self.reply("www.example", ["203.0.113.1"]))

        let count = try bench.take(file, slept: 0, at: Self.start)

        let found = bench.find(try query("www.example"), at: Self.start)
        #expect(count == 3)
        #expect(found?.1.answers == ["www.example. 60 A 203.0.113.1"])
    }

    @Test func staysWithinTheCapacityOfAnotherCache() throws {
        let large = try Bench("cache {\n  capacity 8MB\n}")
        for number in 0..<20_000 {
            let name = "n\(number).example"
            try large.keep(query(name), Self.reply(name, ["192.0.2.1"]))
        }
        let small = try Bench("cache {\n  capacity 1MB\n}")

        let count = try small.take(large.file(), slept: 0, at: Self.start)

        #expect(count > 1_000)
        #expect(small.cache.usedByteCount <= 1 << 20)
        #expect(small.cache.usedByteCount > 1 << 19)
    }

    @Test func writesAFileOfSuchASizeAndNoLarger() throws {
        let bench = try Bench("cache {\n  capacity 8MB\n}")
        for number in 0..<2_000 {
            let name = "n\(number).example"
            try bench.keep(query(name), Self.reply(name, ["192.0.2.1"]))
        }
        let whole = bench.file()

        let cut = bench.file(maximumByteCount: whole.count - 1)

        #expect(bench.file(maximumByteCount: whole.count) == whole)
        #expect(cut.count < whole.count)
        #expect(try Bench().take(whole, slept: 0, at: Self.start) == 2_000)
        #expect(try (1..<2_000).contains(Bench().take(cut, slept: 0, at: Self.start)))
    }

    /// Messages that no upstream could have sent, in a file whose checksum is right.
    @Test(arguments: [
        [], [0], [UInt8](repeating: 0, count: 12), [UInt8](repeating: 0xFF, count: 40),
        // A question and nothing else; the same with a pointer for a name.
        [0, 0, 0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1],
        [0, 0, 0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xC0, 0x0C, 0, 1, 0, 1],
        // An answer that is not there, and one that points to itself.
        [0, 0, 0x80, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 1],
        [
            0, 0, 0x80, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0xC0, 0x11, 0, 1, 0, 1, 0, 0, 0,
            9, 0, 4, 1, 2, 3, 4,
        ],
        [UInt8](repeating: 0, count: 70_000),
    ])
    func takesNoAnswerThatIsNone(message: [UInt8]) throws {
        let bench = try Bench()
        let entry = CacheFileReader.Entry(
            ageMilliseconds: 0,
            code: .noError,
            keyBits: 0,
            isUsed: false,
            message: message
        )

        #expect(!bench.cache.restore(entry, ageSeconds: 0, bench.settings, at: Self.start))
        #expect(bench.cache.usedByteCount == 0)
    }

    /// Damage that no checksum told of: whatever is taken out of it can be given again.
    @Test func survivesEveryFlippedByteOfAMessage() throws {
        let many = (0..<4).map { "192.0.2.\($0)" }
        let messages = [
            try Self.reply("www.example", many).encoded(),
            try Self.reply("no.example", []).encoded(),
        ]
        var takenCount = 0
        for message in messages {
            for place in message.indices {
                for bits in [0x01, 0x40, 0x80] as [UInt8] {
                    var damaged = message
                    damaged[place] ^= bits
                    if try isGivenAgain(damaged) { takenCount += 1 }
                }
            }
        }

        #expect(takenCount > 100)
    }

    /// Whether a message is taken from a file; its answer must then be one that can be read.
    private func isGivenAgain(_ message: [UInt8]) throws -> Bool {
        let bench = try Bench("cache {\n  capacity 1MB\n}")
        let entry = CacheFileReader.Entry(
            ageMilliseconds: 0,
            code: ResponseCode(rawValue: UInt16(message[3] & 0x0F)),
            keyBits: 0,
            isUsed: false,
            message: message
        )
        guard bench.cache.restore(entry, ageSeconds: 0, bench.settings, at: Self.start) else {
            return false
        }
        let asked = try Self.question(of: message)
        var answer = Answer(counting: Self.cells)
        let key = bench.cache.key(asked)
        let found = bench.cache.find(key, asked, bench.settings, at: Self.start, into: &answer)
        var bytes = [UInt8](repeating: 0, count: 4_096)
        var table = NameTable()
        var writer = Writer(bytes.mutableSpan, limit: 4_096)
        answer.write(asked, limits: AnswerLimits(), table: &table, into: &writer)
        let count = writer.count
        let written = Array(bytes[..<count])
        #expect(found != nil)
        #expect(throws: Never.self) { _ = try Message(parsing: written.span) }
        return true
    }

    /// The query that a message answers.
    private static func question(of message: [UInt8]) throws -> Query {
        let name = try QueryName(parsing: message.span, at: Header.byteCount)
        let end = Header.byteCount + name.byteCount
        var asked = Query(
            header: Header(id: 1, flags: .recursionDesired, questionCount: 1),
            name: name,
            type: RecordType(rawValue: message.span.uint16(at: end)),
            recordClass: .internet
        )
        asked.transport = .tcp
        return asked
    }

    @Test(arguments: [
        (0, 0 as UInt8, true), (1, 0, false), (16, 0, false), (0, 3, true), (0, 4, false),
    ])
    func takesOnlyWhatItsHeadFits(code: UInt16, keyBits: UInt8, isTaken: Bool) throws {
        let bench = try Bench()
        let entry = CacheFileReader.Entry(
            ageMilliseconds: 0,
            code: ResponseCode(rawValue: code),
            keyBits: keyBits,
            isUsed: true,
            message: try Self.reply("www.example", ["192.0.2.1"]).encoded()
        )

        let isKept = bench.cache.restore(entry, ageSeconds: .max, bench.settings, at: Self.start)
        let isFresh = bench.cache.restore(entry, ageSeconds: 0, bench.settings, at: Self.start)

        #expect(!isKept)
        #expect(isFresh == isTaken)
    }
}

// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Testing
import Wire

@testable import Plugins

/// The cache on its own: what it keeps, for how long, and what it throws out.
@Suite struct AnswerCacheTests {
    static func settings(_ text: String = "cache") throws -> CacheSettings {
        let stanza = try #require(try stanzas(text).first)
        return try CacheSettings(stanza, zones: [.root])
    }

    static func moment(_ seconds: UInt64) -> Moment {
        Moment(nanoseconds: 1_000_000_000_000 + seconds * 1_000_000_000)
    }

    /// A reply with one address for each of `addresses`.
    static func reply(
        _ name: String,
        _ addresses: [UInt32],
        ttl: UInt32 = 60,
        code: ResponseCode = .noError
    ) throws -> RelayedReply {
        var flags: Flags = [.response, .recursionAvailable]
        flags.code = UInt8(code.rawValue & 15)
        var message = Message(header: Header(id: 1, flags: flags))
        let question = Question(try Name(name), .a)
        message.questions = [question]
        message.answers = addresses.map { address in
            let bytes = (0..<4).map { UInt8(truncatingIfNeeded: address >> (24 - 8 * $0)) }
            return Record(owner: question.name, type: .a, ttl: ttl, data: bytes)
        }
        return try RelayedReply(parsing: try message.encoded())
    }

    /// A cache with its settings, and the one clock of a test.
    struct Bench {
        let settings: CacheSettings
        let cache: AnswerCache
        private let cells = Registry().cells(forWorker: 0)

        init(_ text: String = "cache") throws {
            settings = try AnswerCacheTests.settings(text)
            cache = AnswerCache(settings, secret: 42)
        }

        func store(
            _ name: String,
            _ addresses: [UInt32],
            ttl: UInt32 = 60,
            kind: CacheKind = .success,
            code: ResponseCode = .noError,
            with others: CacheSettings? = nil,
            at seconds: UInt64 = 0,
            _ change: (inout Query) -> Void = { _ in }
        ) throws {
            let settings = others ?? settings
            let query = try query(name) { change(&$0) }
            cache.store(
                cache.key(query),
                query,
                try reply(name, addresses, ttl: ttl, code: code),
                as: CacheSentence(kind: kind, lifetime: ttl),
                settings,
                at: moment(seconds)
            )
        }

        /// What is found, as the records in text; nil when nothing is.
        func find(
            _ name: String,
            with others: CacheSettings? = nil,
            at seconds: UInt64 = 0,
            _ change: (inout Query) -> Void = { _ in }
        ) throws -> (found: FoundAnswer, answers: [String])? {
            let settings = others ?? settings
            let query = try query(name) { change(&$0) }
            var answer = Answer(counting: cells)
            let key = cache.key(query)
            let found = cache.find(key, query, settings, at: moment(seconds), into: &answer)
            return found.map { ($0, Answered(.done, query, answer).answers) }
        }
    }

    @Test func givesWhatItKeepsAndCountsItDown() throws {
        let bench = try Bench()
        try bench.store("www.example", [1, 2])

        let found = try #require(try bench.find("wWw.example", at: 59))

        #expect(found.found == FoundAnswer(kind: .success))
        #expect(found.answers == ["wWw.example. 1 A 0.0.0.1", "wWw.example. 1 A 0.0.0.2"])
        #expect(try bench.find("ww.example") == nil)
    }

    @Test func givesWhatRanOutAsStaleUntilItIsTooOld() throws {
        let bench = try Bench("cache {\n  serve_stale 100s verify\n}")
        try bench.store("www.example", [1])

        let stale = try #require(try bench.find("www.example", at: 60))

        #expect(stale.found == FoundAnswer(kind: .success, isStale: true, isDue: true))
        #expect(stale.answers == ["www.example. 30 A 0.0.0.1"])
        #expect(try bench.find("www.example", at: 160) != nil)
        #expect(try bench.find("www.example", at: 161) == nil)
        let without = try Bench("cache {\n  serve_stale off\n}")
        try without.store("www.example", [1])
        #expect(try without.find("www.example", at: 60) == nil)
    }

    @Test func keepsTimesToLiveWhenToldTo() throws {
        let bench = try Bench("cache {\n  keepttl\n}")
        try bench.store("www.example", [1])

        #expect(try bench.find("www.example", at: 30)?.answers == ["www.example. 60 A 0.0.0.1"])
    }

    @Test func crossesNeitherTypesNorFlags() throws {
        let bench = try Bench()
        try bench.store("www.example", [1])

        #expect(try bench.find("www.example") { $0.type = .aaaa } == nil)
        #expect(try bench.find("www.example") { $0.recordClass = .chaos } == nil)
        #expect(
            try bench.find("www.example") { $0.header.flags.formUnion(.checkingDisabled) } == nil
        )
        #expect(
            try bench.find("www.example") {
                $0.options = ClientOptions(udpByteCount: 512, wantsSignatures: true)
            } == nil
        )
        #expect(
            try bench.find("www.example") { $0.options = ClientOptions(udpByteCount: 512) } != nil
        )
    }

    @Test func putsNoFailureInPlaceOfAnAnswer() throws {
        let bench = try Bench("cache {\n  serve_stale 100s immediate 30s 7s\n}")
        try bench.store("www.example", [1])
        try bench.store("www.example", [], ttl: 5, kind: .failure, code: .serverFailure, at: 70)

        let found = try #require(try bench.find("www.example", at: 71))

        // Nobody is asked again for a while.
        #expect(found.found == FoundAnswer(kind: .success, isStale: true, isDue: false))
        #expect(try bench.find("www.example", at: 77)?.found.isDue == true)
    }

    @Test func keepsFailuresLongerEachTimeUpToTheLimit() throws {
        let bench = try Bench()
        var now: UInt64 = 0
        var lifetimes: [UInt64] = []
        for _ in 0..<5 {
            try bench.store(
                "www.example",
                [],
                ttl: 5,
                kind: .failure,
                code: .serverFailure,
                at: now
            )
            var lifetime: UInt64 = 0
            while try bench.find("www.example", at: now + lifetime) != nil { lifetime += 1 }
            lifetimes.append(lifetime)
            now += lifetime
        }

        #expect(lifetimes == [1, 2, 4, 5, 5])
        // Long after, it is the first of several again.
        try bench.store(
            "www.example",
            [],
            ttl: 5,
            kind: .failure,
            code: .serverFailure,
            at: now + 6
        )
        #expect(try bench.find("www.example", at: now + 6) != nil)
        #expect(try bench.find("www.example", at: now + 7) == nil)
        now += 20
        try bench.store("www.example", [1], at: now)
        #expect(try bench.find("www.example", at: now)?.found.kind == .success)
    }

    @Test func prefersPositiveAnswersWhenToldTo() throws {
        let text = "cache {\n  serve_stale 1h\n  serve_stale_policy prefer_positive\n}"
        for (text, kind) in [(text, CacheKind.success), ("cache", .denial)] {
            let bench = try Bench(text)
            try bench.store("www.example", [1])
            try bench.store("www.example", [], kind: .denial, code: .nameError, at: 70)

            #expect(try bench.find("www.example", at: 71)?.found.kind == kind)
        }
    }

    /// A failure of the type, or what it had before, at 70 s; what is given a second after AAAA
    /// brought that there is no such name.
    @Test(arguments: [
        ("cache", true, FoundAnswer(kind: .denial)),
        ("cache", false, FoundAnswer(kind: .denial)),
        (
            "cache {\n  serve_stale 1h\n  serve_stale_policy prefer_positive\n}", false,
            FoundAnswer(kind: .success, isStale: true, isDue: true)
        ),
    ])
    func aNameThatIsNotThereGoesBeforeWhatSaysLess(
        text: String,
        hasFailed: Bool,
        expected: FoundAnswer
    ) throws {
        let bench = try Bench(text)
        if hasFailed {
            try bench.store("www.example", [], kind: .failure, code: .serverFailure, at: 70)
        } else {
            try bench.store("www.example", [1])
        }
        #expect(try bench.find("www.example", at: 70)?.found.kind != .denial)

        try bench.store("www.example", [], ttl: 5, kind: .denial, code: .nameError, at: 70) {
            $0.type = .aaaa
        }

        let found = try #require(try bench.find("www.example", at: 70))
        #expect(found.found == expected)
        #expect(found.answers == (expected.kind == .success ? ["www.example. 30 A 0.0.0.1"] : []))
        // Once both have run out, the type's own answer is the better one again.
        let later = try bench.find("www.example", at: 76)
        #expect(later?.found.kind == (hasFailed ? .denial : .success))
    }

    @Test func asksForPopularAnswersBeforeTheyRunOut() throws {
        let bench = try Bench("cache {\n  prefetch 3 10s 20%\n}")
        try bench.store("www.example", [1], ttl: 100)

        var due: [Bool] = []
        for second in [1, 2, 3, 79, 80, 81, 82, 83] as [UInt64] {
            due.append(try bench.find("www.example", at: second)?.found.isDue == true)
        }

        // The gap before 79 has counting begin anew.
        #expect(due == [false, false, false, false, false, true, true, true])
        let query = try query("www.example")
        bench.cache.postpone(bench.cache.key(query), query, until: Self.moment(90))
        #expect(try bench.find("www.example", at: 84)?.found.isDue == false)
    }

    @Test func holdsAsManyEntriesAsItMayAndNoMore() throws {
        let bench = try Bench("cache {\n  capacity 1MB\n  success 8\n}")
        for index in 0..<8 as Range<UInt32> { try bench.store("\(index).example", [index]) }
        #expect(bench.cache.entryCount(ofQueue: 0) == 8)
        #expect(bench.cache.evictionCount(ofQueue: 0) == 0)

        try bench.store("8.example", [8])

        #expect(bench.cache.entryCount(ofQueue: 0) == 8)
        #expect(bench.cache.evictionCount(ofQueue: 0) == 1)
        #expect(try bench.find("8.example") != nil)
        #expect(try bench.find("0.example") == nil)
    }

    @Test func keepsWhatIsUsedThroughAFloodOfNames() throws {
        let bench = try Bench("cache {\n  capacity 1MB\n}")
        for index in 0..<200 as Range<UInt32> { try bench.store("hot\(index).example", [index]) }
        var lost = 0
        for index in 0..<9_000 as Range<UInt32> {
            try bench.store("\(index).flood.example", [], kind: .denial, code: .nameError)
            try bench.store("\(index).wild.example", [1])
            // Each is used a little more often than the hand comes by.
            if try bench.find("hot\(index % 200).example") == nil { lost += 1 }
        }

        #expect(lost == 0)
        #expect(bench.cache.evictionCount(ofQueue: 0) > 3_000)
        #expect(bench.cache.usedByteCount <= 1 << 20)
    }

    @Test func takesNoEntryLargerThanItsShare() throws {
        let bench = try Bench("cache {\n  capacity 1MB\n}")
        // 7,168 cells, of which one entry may have 448.
        let largest = 448 * CellStore.room
        let overhead = CacheField.records(nameByteCount: 13)
        let count = UInt32((largest - overhead) / 18)

        try bench.store("www.example", Array(0..<count))
        #expect(try bench.find("www.example")?.answers.count == Int(count))
        try bench.store("wwx.example", Array(0...count))

        #expect(try bench.find("wwx.example") == nil)
    }

    @Test func keepsNothingOldWhereTheNewOneMayNotBeKept() throws {
        let bench = try Bench("cache {\n  capacity 1MB\n  success 8\n}")
        let all = Array(0...(448 * UInt32(CellStore.room) / 18))
        try bench.store("a.example", [1])
        try bench.store("b.example", [1])
        try bench.store("c.example", [], kind: .denial, code: .nameError)
        try bench.store("d.example", [1])

        try bench.store("a.example", all)
        try bench.store("b.example", [2], ttl: 0)
        try bench.store("c.example", [3], ttl: 0)
        try bench.store("d.example", [], ttl: 0, kind: .denial, code: .nameError)

        for name in ["a", "b", "c", "d"] { #expect(try bench.find("\(name).example") == nil) }
    }

    /// One of many that are all in use is fetched again, and no other has to go for it.
    @Test func keepsTheNewOneInThePlaceOfTheOld() throws {
        let bench = try Bench("cache {\n  capacity 1MB\n  success 100\n}")
        for index in 0..<100 as Range<UInt32> { try bench.store("\(index).example", [index]) }
        for index in 0..<100 { #expect(try bench.find("\(index).example") != nil) }

        try bench.store("99.example", [500])

        #expect(try bench.find("99.example")?.answers == ["99.example. 60 A 0.0.1.244"])
        #expect(bench.cache.entryCount(ofQueue: 0) == 100)
        #expect(bench.cache.evictionCount(ofQueue: 0) == 0)
    }

    @Test func sweepsOutWhatIsOfNoUse() throws {
        let bench = try Bench("cache {\n  serve_stale 10s\n}")
        try bench.store("a.example", [1], ttl: 5)
        try bench.store("b.example", [1], ttl: 500)

        bench.cache.sweep(bench.settings, at: Self.moment(15))
        #expect(bench.cache.entryCount(ofQueue: 0) == 2)
        bench.cache.sweep(bench.settings, at: Self.moment(16))

        #expect(bench.cache.entryCount(ofQueue: 0) == 1)
        #expect(try bench.find("b.example", at: 16) != nil)
    }

    /// Against a dictionary that never forgets: what is found must be what was stored last.
    @Test(arguments: 0..<4 as Range<UInt64>)
    func neverGivesAnythingElse(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        let bench = try Bench("cache {\n  capacity 1MB\n  success 900\n  serve_stale off\n}")
        var model: [String: (addresses: [UInt32], end: UInt64)] = [:]
        var hits = 0
        for step in 0..<6_000 as Range<UInt64> {
            let second = step / 40
            // More than fit, some of them long.
            let name = "\(random.number(below: 2_500)).example"
            if random.number(below: 2) == 0 {
                let count = [1, 2, 7, 40][random.number(below: 4)]
                let addresses = (0..<count).map { _ in UInt32(truncatingIfNeeded: random.next()) }
                let ttl = UInt32(1 + random.number(below: 60))
                try bench.store(name, addresses, ttl: ttl, at: second)
                model[name] = (addresses, second + UInt64(ttl))
            } else if let found = try bench.find(name, at: second) {
                hits += 1
                let wanted = try #require(model[name])
                #expect(second < wanted.end, "seed \(seed) step \(step)")
                let left = wanted.end - second
                let texts = wanted.addresses.map { "\(name). \(left) A \(IPAddress(v4: $0))" }
                #expect(found.answers == texts, "seed \(seed) step \(step)")
            }
        }

        #expect(hits > 300)
        #expect(bench.cache.evictionCount(ofQueue: 0) > 0)
    }
}

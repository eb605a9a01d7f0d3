// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing
import Wire

@testable import Plugins

/// That a name does not exist answers every type, and nothing else does (RFC 2308 §5).
@Suite struct CacheKeyTests {
    private typealias Bench = CacheFileTests.Bench

    private func code(_ bench: Bench, _ query: borrowing Query, at seconds: UInt64 = 0)
        -> ResponseCode?
    {
        bench.find(query, at: CacheFileTests.moment(seconds))?.1.code
    }

    @Test(arguments: [RecordType.a, .aaaa, .mx, .ds, RecordType(rawValue: 0), .any])
    func aMissingNameHasNoType(type: RecordType) throws {
        let bench = try Bench()
        try bench.keep(query("gone.example."), CacheFileTests.reply("gone.example.", []))

        #expect(code(bench, try query("GONE.example.", type)) == .nameError)
        #expect(code(bench, try query("a.gone.example.", type)) == nil)
        let checking = try query("gone.example.", type) {
            $0.header.flags.formUnion(.checkingDisabled)
        }
        #expect(code(bench, checking) == nil)
    }

    @Test func whatIsKnownOfANameLiesInOneShard() throws {
        let bench = try Bench()
        var places: Set<Int> = []
        for number in 0..<200 {
            let key = bench.cache.key(try query("n\(number).example."))
            let other = bench.cache.key(try query("N\(number).example.", .mx))
            let place = bench.cache.place(key)
            places.insert(place)

            #expect(bench.cache.place(other) == place && other.hash != key.hash)
            #expect(bench.cache.place(key.ofMissingName) == place)
            #expect(key.ofMissingName.hash != key.hash)
            #expect(key.ofMissingName == other.ofMissingName)
        }

        #expect(places.count > bench.cache.shardCount / 2)
    }

    @Test func aMissingRecordOfTypeZeroIsNoMissingName() throws {
        let bench = try Bench()
        var reply = try CacheFileTests.reply("www.example.", [])
        reply.header.flags.code = 0
        try bench.keep(query("www.example.", RecordType(rawValue: 0)), reply)

        #expect(code(bench, try query("www.example.", RecordType(rawValue: 0))) == .noError)
        #expect(code(bench, try query("www.example.", .a)) == nil)
    }

    @Test func anAliasOfAMissingNameExists() throws {
        let bench = try Bench()
        var reply = try CacheFileTests.reply("alias.example.", [])
        reply.answers = [
            Record(
                owner: try Name("alias.example."),
                type: .cname,
                ttl: 60,
                data: try Name("gone.example.").bytes
            )
        ]
        try bench.keep(query("alias.example."), reply)

        #expect(code(bench, try query("alias.example.")) == .nameError)
        #expect(code(bench, try query("alias.example.", .aaaa)) == nil)
    }

    @Test func whatIsNewerTakesItsPlace() throws {
        let bench = try Bench()
        let (name, later) = ("www.example.", CacheFileTests.moment(61))
        try bench.keep(query(name), CacheFileTests.reply(name, []))
        try bench.keep(query(name), CacheFileTests.reply(name, ["192.0.2.1"]), at: later)
        let first = code(bench, try query(name), at: 62)
        let other = code(bench, try query(name, .aaaa), at: 62)
        try bench.keep(
            query(name),
            CacheFileTests.reply(name, []),
            at: CacheFileTests.moment(122)
        )

        #expect(first == .noError && other == nil)
        #expect(code(bench, try query(name), at: 123) == .nameError)
        #expect(bench.cache.entryCount(ofQueue: CacheKind.success.queue) == 0)
        #expect(bench.cache.entryCount(ofQueue: CacheKind.denial.queue) == 1)
    }

    @Test func aFailureLeavesItWhereItMayBeGiven() throws {
        let bench = try Bench("cache {\n  serve_stale 100s immediate 30s 7s\n}")
        let name = "gone.example."
        try bench.keep(query(name), CacheFileTests.reply(name, []))
        var failed = try CacheFileTests.reply(name, [])
        failed.header.flags.code = UInt8(ResponseCode.serverFailure.rawValue)
        failed.authorities = []

        try bench.keep(query(name, .mx), failed, at: CacheFileTests.moment(70))

        let query = try query(name, .mx)
        let found = bench.find(query, at: CacheFileTests.moment(71))
        #expect(found?.0 == FoundAnswer(kind: .denial, isStale: true, isDue: false))
        #expect(bench.find(query, at: CacheFileTests.moment(77))?.0.isDue == true)
        // Somebody asks, so that nobody else need.
        bench.cache.postpone(bench.cache.key(query), query, until: CacheFileTests.moment(80))
        #expect(bench.find(query, at: CacheFileTests.moment(79))?.0.isDue == false)
    }

    @Test func anOldAnswerIsPreferredWhereThatIsWanted() throws {
        let bench = try Bench("cache {\n  serve_stale\n  serve_stale_policy prefer_positive\n}")
        let name = "www.example."
        try bench.keep(query(name), CacheFileTests.reply(name, ["192.0.2.1"]))

        try bench.keep(query(name), CacheFileTests.reply(name, []), at: CacheFileTests.moment(61))

        let found = bench.find(try query(name), at: CacheFileTests.moment(62))
        #expect(found?.0 == FoundAnswer(kind: .success, isStale: true, isDue: false))
        #expect(bench.cache.entryCount(ofQueue: CacheKind.denial.queue) == 0)
    }

    @Test func outlastsTheProcess() throws {
        let bench = try Bench()
        try bench.keep(query("gone.example."), CacheFileTests.reply("gone.example.", []))
        let file = bench.file()
        let later = try Bench(secret: 43)

        let count = try later.take(file, slept: 10, at: CacheFileTests.start)

        #expect(count == 1)
        #expect(code(later, try query("gone.example.", .mx)) == .nameError)
        // What does not say so is not kept for every type.
        var reader = try CacheFileReader(file, fingerprint: 7, wallSeconds: 1_000)
        let next = reader.next()
        let entry = try #require(next)
        var message = entry.message
        message[3] &= 0xF0
        let changed = CacheFileReader.Entry(
            ageMilliseconds: 0,
            code: .noError,
            keyBits: entry.keyBits,
            isUsed: false,
            message: message
        )
        let isTaken = try Bench().cache.restore(
            changed,
            ageSeconds: 0,
            bench.settings,
            at: CacheFileTests.start
        )
        #expect(!isTaken)
    }
}

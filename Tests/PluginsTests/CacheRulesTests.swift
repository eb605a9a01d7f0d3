// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Testing
import Wire

@testable import Plugins

/// What the Corefile says now holds for what was kept before it did.
@Suite struct CacheRulesTests {
    private typealias Bench = AnswerCacheTests.Bench

    /// The settings of a text, as they are when a cache goes on with them.
    private func settings(_ text: String, in bench: Bench) throws -> CacheSettings {
        var settings = try AnswerCacheTests.settings(text)
        try #require(bench.cache.goOn(for: &settings))
        return settings
    }

    @Test func goesByTheSettingsOfNow() throws {
        let bench = try Bench()
        try bench.store("a.example", [1], ttl: 3_600)
        try bench.store("b.example", [], ttl: 1_800, kind: .denial, code: .nameError)
        try bench.store("c.example", [], ttl: 5, kind: .failure, code: .serverFailure)
        let shorter = try settings("cache 30 {\n  serve_stale off\n}", in: bench)
        let keeping = try settings("cache 30 {\n  keepttl\n}", in: bench)
        let without = try settings(
            "cache {\n  disable success\n  disable denial\n  servfail 0\n}",
            in: bench
        )

        let answers = try [shorter, keeping, bench.settings].map { settings in
            try bench.find("a.example", with: settings, at: 10)?.answers ?? []
        }
        #expect(answers == [20, 30, 3_590].map { ["a.example. \($0) A 0.0.0.1"] })
        #expect(try bench.find("a.example", with: shorter, at: 29) != nil)
        #expect(try bench.find("b.example", with: shorter, at: 29) != nil)
        #expect(try bench.find("c.example", with: shorter) != nil)
        for name in ["a", "b"] {
            #expect(try bench.find("\(name).example", with: shorter, at: 30) == nil)
        }
        for name in ["a", "b", "c"] {
            #expect(try bench.find("\(name).example", with: without) == nil)
        }
    }

    /// A query that waited while the configuration changed keeps its answer by the rules of before.
    @Test func whatIsKeptLaterByTheRulesOfBeforeGoesByThoseOfNow() throws {
        let bench = try Bench()
        let shorter = try settings("cache 30 {\n  serve_stale off\n}", in: bench)

        try bench.store("a.example", [1], ttl: 3_600)

        #expect(
            try bench.find("a.example", with: shorter, at: 10)?.answers == [
                "a.example. 20 A 0.0.0.1"
            ]
        )
        #expect(try bench.find("a.example", with: shorter, at: 30) == nil)
    }

    @Test func aReloadGoesByTheNewCorefile() throws {
        var surroundings = Surroundings()
        var found: [[String]] = []
        for text in ["cache", "cache 30", "cache"] {
            var setup = try surroundings.setup()
            _ = try Cache(parsing: try stanzas(text), setup: &setup)
            let kept = try #require(try KeptAnswers(origin: "here", &setup))
            let asked = try query("a.example")
            if surroundings.previous.isEmpty {
                var reply = try AnswerCacheTests.reply("a.example", [1])
                let key = kept.cache.key(asked)
                kept.keep(&reply, asked, as: key, at: AnswerCacheTests.moment(0))
            }
            var answer = Answer(counting: surroundings.metrics.cells(forWorker: 0))
            let isFound = kept.find(asked, at: AnswerCacheTests.moment(10), into: &answer) != nil
            found.append(isFound ? Answered(.done, asked, answer).answers : [])
            surroundings.previous = setup.kept
        }

        #expect(found == [50, 20, 50].map { ["a.example. \($0) A 0.0.0.1"] })
    }

    /// What may not be given any more is no reason to keep no failure, and to ask again and again.
    @Test(arguments: [
        "cache {\n  disable success\n}", "cache 30 {\n  serve_stale off\n}",
    ])
    func keepsAFailureOverWhatIsOfNoUse(text: String) throws {
        let bench = try Bench()
        try bench.store("a.example", [1], ttl: 3_600)
        let now = try settings(text, in: bench)

        for rules in [bench.settings, now] {
            let code = ResponseCode.serverFailure
            try bench.store("a.example", [], kind: .failure, code: code, with: rules, at: 40)
        }

        #expect(try bench.find("a.example", with: now, at: 40)?.found.kind == .failure)
    }

    @Test(arguments: [("cache 30", CacheKind.denial), ("cache 3600", .success)])
    func prefersWhatMayBeGiven(text: String, kind: CacheKind) throws {
        let bench = try Bench()
        try bench.store("a.example", [1], ttl: 3_600)
        let now = try settings(
            text + " {\n  serve_stale_policy prefer_positive\n  serve_stale off\n}",
            in: bench
        )

        try bench.store("a.example", [], kind: .denial, code: .nameError, with: now, at: 40)

        #expect(try bench.find("a.example", with: now, at: 40)?.found.kind == kind)
    }

    /// The times of an entry are looked at only where it was kept by other rules.
    @Test func whatIsKeptByTheRulesOfNowIsNotJudgedAgain() throws {
        let bench = try Bench()
        var same = try settings("cache {\n  keepttl\n  prefetch 3\n}", in: bench)
        #expect(same.rulesNumber == bench.settings.rulesNumber)
        try bench.store("a.example", [1], ttl: 60)

        same.withoutSuccess = ZoneList([.root])

        #expect(try bench.find("a.example", with: same) != nil)
    }

    @Test(arguments: [
        "cache 30", "cache {\n  success 8 3000\n}", "cache {\n  denial 8 900\n}",
        "cache {\n  servfail 4s\n}", "cache {\n  disable success example\n}",
        "cache {\n  disable denial example\n}",
    ])
    func tellsRulesApart(text: String) throws {
        let rules = CacheRules(try AnswerCacheTests.settings(text))

        #expect(rules == CacheRules(try AnswerCacheTests.settings(text)))
        #expect(rules != CacheRules(try AnswerCacheTests.settings()))
    }

    @Test func knowsSoManyRulesAndNoMore() throws {
        let bench = try Bench("cache 1")
        for ttl in 2...CacheRules.maximumCount {
            #expect(try settings("cache \(ttl)", in: bench).rulesNumber == UInt8(ttl - 1))
        }

        var more = try AnswerCacheTests.settings("cache \(CacheRules.maximumCount + 1)")
        #expect(!bench.cache.goOn(for: &more))
        // Those that it knows it goes on with.
        #expect(try settings("cache 7", in: bench).rulesNumber == 6)
    }

    @Test(arguments: [
        ("cache {\n  capacity 2MB\n}", false), ("cache {\n  success 9\n}", false),
        ("cache {\n  denial 9\n}", false), ("cache 30", true),
    ])
    func goesOnOnlyInItsOwnSize(text: String, isSame: Bool) throws {
        let bench = try Bench()
        var settings = try AnswerCacheTests.settings(text)

        #expect(bench.cache.goOn(for: &settings) == isSame)
    }
}

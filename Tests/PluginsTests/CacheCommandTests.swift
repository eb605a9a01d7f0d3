// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Testing
import Wire

@testable import Plugins

@Suite struct CacheCommandTests {
    private let surroundings = Surroundings()

    /// The console of one block with a cache.
    private func console(_ text: String = "cache", isCheck: Bool = false) throws -> (
        Console, KeptAnswers
    ) {
        var setup = try surroundings.setup(isCheck: isCheck)
        _ = try Cache(parsing: try stanzas(text), setup: &setup)
        let kept = try #require(try KeptAnswers(origin: "here", &setup))
        return (try #require(setup.consoles.first), kept)
    }

    private func run(_ console: Console, _ words: String, at seconds: UInt64 = 0) -> CommandOutput {
        console.run(
            CommandRequest(
                words.split(separator: " ").map(String.init),
                wallSeconds: 0,
                now: CacheFileTests.moment(seconds)
            )
        )
    }

    private func keep(
        _ kept: KeptAnswers,
        _ name: String,
        _ addresses: [String],
        _ change: (inout Query) -> Void = { _ in }
    ) throws {
        let message = try CacheFileTests.reply(name, addresses).encoded()
        var reply = try RelayedReply(parsing: message)
        let asked = try query(name, .a, change)
        kept.keep(&reply, asked, as: kept.cache.key(asked), at: CacheFileTests.start)
    }

    @Test func showsAnEntryWithWhatItWasAskedWith() throws {
        let (console, kept) = try console("cache {\n  serve_stale 1h\n}")
        try keep(kept, "www.example.", ["192.0.2.1", "192.0.2.2"])
        try keep(kept, "www.example.", ["192.0.2.3"]) { query in
            query.options = ClientOptions(udpByteCount: 512, wantsSignatures: true)
            query.header.flags.formUnion(.checkingDisabled)
        }

        #expect(
            run(console, "cache get www.example", at: 12).text == """
                ; www.example. A: NOERROR, 48s left of 60s (dns://:53 .)
                www.example. 48 IN A 192.0.2.1
                www.example. 48 IN A 192.0.2.2
                ; www.example. A DO CD: NOERROR, 48s left of 60s (dns://:53 .)
                www.example. 48 IN A 192.0.2.3

                """
        )
        #expect(
            run(console, "cache get www.example. a", at: 70).text.hasPrefix(
                "; www.example. A: NOERROR, ran out 10s ago, may be given for 59m (dns://:53 .)\n"
                    + "www.example. 30 IN A 192.0.2.1\n"
            )
        )
        #expect(
            run(console, "cache get www.example", at: 3_661).text.hasPrefix(
                "; www.example. A: NOERROR, ran out 60m ago, of no use (dns://:53 .)\n"
            )
        )
    }

    @Test func showsFailuresInARow() throws {
        let (console, kept) = try console()
        let asked = try query("www.example.")
        let key = kept.cache.key(asked)
        kept.keepFailure(asked, "no route", as: key, at: CacheFileTests.start)
        kept.keepFailure(asked, "no route", as: key, at: CacheFileTests.moment(1))

        #expect(
            run(console, "cache get www.example", at: 1).text
                == "; www.example. A: SERVFAIL, 1s left of 1s, failure 2 in a row (dns://:53 .)\n"
        )
    }

    @Test func countsForPeopleAndMachines() throws {
        let (console, kept) = try console("cache {\n  capacity 3MB\n}")
        try keep(kept, "www.example.", ["192.0.2.1"])
        try keep(kept, "gone.example.", [])
        var answer = Answer(counting: surroundings.metrics.cells(forWorker: 0))
        for name in ["www.example.", "gone.example.", "new.example."] {
            let found = kept.find(try query(name), at: CacheFileTests.start, into: &answer)
            kept.count(found, in: answer)
        }

        #expect(
            run(console, "cache").text == """
                SERVER      ZONES   ANSWERS   DENIALS   BYTES   CAPACITY   HITS      MISSES   STALE   EVICTED
                dns://:53   .       1         1         384B    3MB        2 (66%)   1        0       0

                """
        )
        #expect(
            run(console, "cache -o json").text == """
                {
                    "caches": [
                        {
                            "answers": 1,
                            "bytes": 384,
                            "capacityBytes": 3145728,
                            "denials": 1,
                            "evictions": 0,
                            "givenByKind": {
                                "denial": 1,
                                "servfail": 0,
                                "stale": 0,
                                "success": 1
                            },
                            "hits": 2,
                            "misses": 1,
                            "prefetches": 0,
                            "server": "dns://:53",
                            "stale": 0,
                            "zones": [
                                "."
                            ]
                        }
                    ]
                }

                """
        )
    }

    @Test(arguments: [CacheCommand.maximumEntryCount, CacheCommand.maximumEntryCount + 1])
    func showsSoManyEntriesAndSaysWhereThereAreMore(count: Int) throws {
        let (console, kept) = try console()
        for number in 0..<count {
            try keep(kept, "www.example.", ["192.0.2.1"]) {
                $0.type = RecordType(rawValue: UInt16(1_000 + number))
            }
        }

        let output = run(console, "cache get www.example")

        let most = CacheCommand.maximumEntryCount
        #expect(output.text.split(separator: "\n").count { $0.hasPrefix("; ") } == most)
        #expect(
            output.errors
                == (count == most ? "" : "only the first \(most) of dns://:53 . are shown\n")
        )
    }

    @Test func countsWhatWasGivenOfEachKind() throws {
        let (console, kept) = try console("cache {\n  serve_stale 1h immediate\n}")
        try keep(kept, "www.example.", ["192.0.2.1"])
        try keep(kept, "gone.example.", [])
        var answer = Answer(counting: surroundings.metrics.cells(forWorker: 0))
        func look(_ name: String, at seconds: UInt64) throws {
            let asked = try query(name)
            let found = kept.find(asked, at: CacheFileTests.moment(seconds), into: &answer)
            kept.count(found, in: answer)
            guard found?.isStale == true else { return }
            kept.markStale(&answer)
            if found?.isDue == true { kept.claim(asked, at: CacheFileTests.moment(seconds)) }
        }
        let broken = try query("broken.example.")
        let key = kept.cache.key(broken)
        kept.keepFailure(broken, "no route", as: key, at: CacheFileTests.start)

        for name in ["www", "gone", "broken", "new", "www"] { try look("\(name).example.", at: 0) }
        // The first of each that have run out asks an upstream besides.
        for name in ["www", "www", "gone", "gone", "gone"] { try look("\(name).example.", at: 61) }

        let page = surroundings.page
        func count(_ family: String, _ labels: String = "") -> String? {
            let start = "\(family){server=\"dns://:53\",\(labels)zones=\".\",view=\"\"} "
            return page.split(separator: "\n").first { $0.hasPrefix(start) }
                .map { String($0.dropFirst(start.count)) }
        }
        #expect(count("coredns_cache_requests_total") == "10")
        #expect(count("coredns_cache_misses_total") == "3")
        #expect(count("coredns_cache_served_stale_total") == "5")
        #expect(count("coredns_cache_hits_total", "type=\"success\",") == "3")
        #expect(count("coredns_cache_hits_total", "type=\"denial\",") == "4")
        let kinds = ["success", "denial", "servfail", "stale_success", "stale_denial"]
        #expect(
            kinds.map { count("apus_cache_hits_total", "kind=\"\($0)\",") }
                == ["2", "1", "1", "1", "2"]
        )
        let table = run(console, "cache -o wide").text.split(separator: "\n")
        #expect(table.first?.hasSuffix("   GIVEN BY KIND") == true)
        #expect(
            table.last?.hasSuffix("   success 20%, denial 10%, servfail 10%, stale 50%") == true
        )
    }

    @Test(arguments: [
        ("cache flush www.example", "1 answer"), ("cache flush WWW.example. A", "1 answer"),
        ("cache flush www.example AAAA", "0 answers"), ("cache flush --zone example", "2 answers"),
        ("cache flush --zone=.", "2 answers"), ("cache flush --all", "2 answers"),
        ("cache flush gone.example TYPE65", "1 answer"),
    ])
    func saysHowManyWent(words: String, expected: String) throws {
        let (console, kept) = try console()
        try keep(kept, "www.example.", ["192.0.2.1"])
        try keep(kept, "gone.example.", [])

        let output = run(console, words)

        #expect(output == CommandOutput(text: "\(expected) flushed\n"))
    }

    @Test(arguments: [
        ("cache frob", "unknown command 'frob' for 'cache'; known are get, flush"),
        ("cache get", "a name is wanted, as in 'apus cache get www.example.org AAAA'"),
        ("cache get a..b", "'a..b' is no domain name; one like 'www.example.org' is wanted"),
        (
            "cache get a.b frob",
            "'frob' is no record type; one like 'A', 'AAAA' or 'TYPE65' is wanted"
        ),
        (
            "cache flush a.b A c",
            "'c' is one word too many; a name and at most a type are wanted"
        ),
        ("cache flush", "what is to go? One of NAME [TYPE], --zone ZONE and --all is wanted"),
        (
            "cache flush a.b --all",
            "what is to go? One of NAME [TYPE], --zone ZONE and --all is wanted"
        ),
        (
            "cache flush --zone a..b",
            "'a..b' is no domain name; one like 'www.example.org' is wanted"
        ),
        ("cache flush -o json --all", "'cache flush' takes no '-o'"),
        ("cache get a.b --all", "'cache get' takes a name, at most a type, no flags"),
        ("cache --all", "'--zone' and '--all' mean something to 'cache flush' only"),
        ("cache get www.example", "nothing is kept of 'www.example'"),
        ("cache get www A", "nothing is kept of 'www A'; is that the whole name?"),
        (
            "cache -o yaml",
            "unable to match a printer suitable for the output format \"yaml\", allowed formats "
                + "are: json, wide"
        ),
    ])
    func saysWhatWouldBeRight(words: String, expected: String) throws {
        let (console, _) = try console()

        #expect(run(console, words) == .failure("error: \(expected)"))
    }

    @Test func nothingIsKeptWhereNothingIsServed() throws {
        let (console, _) = try console(isCheck: true)

        #expect(
            run(console, "cache flush --all")
                == .failure("error: only a server that runs keeps answers; leave -conf out")
        )
    }

    @Test(arguments: [
        (0, "0B"), (1_023, "1023B"), (1_024, "1KB"), (1_536, "1.5KB"), (10_300, "10KB"),
        (64 << 20, "64MB"), (5 << 29, "2.5GB"), (1 << 40, "1024GB"),
    ])
    func sizesAreShort(byteCount: Int, expected: String) {
        #expect(CacheReport.sizeText(byteCount) == expected)
    }
}

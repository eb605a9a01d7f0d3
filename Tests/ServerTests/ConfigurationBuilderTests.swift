// SPDX-License-Identifier: Apache-2.0

import Corefile
import Files
import Metrics
import Plugin
import Plugins
import Server
import Synchronization
import Testing
import Wire

/// A disk without a file.
struct EmptyDisk: FileSource {
    func read(_ path: String) throws(FileError) -> [UInt8] {
        throw FileError(path: path, reason: .missing)
    }

    func identity(of path: String) throws(FileError) -> FileIdentity {
        throw FileError(path: path, reason: .missing)
    }

    func list(_ path: String) throws(FileError) -> [String] {
        throw FileError(path: path, reason: .missing)
    }
}

/// A clock that goes on by a second whenever somebody looks at it.
private final class Ticking: Sendable {
    private let seconds = Mutex<Int64>(0)

    func tick() -> Int64 {
        seconds.withLock {
            $0 += 1
            return $0
        }
    }
}

@Suite struct ConfigurationBuilderTests {
    /// Builds a Corefile's configuration, or gives its mistakes.
    static func build(
        _ text: String,
        counting metrics: Registry = Registry()
    ) throws -> Result<Configuration, ConfigurationMistakes> {
        let surroundings = Surroundings(
            plugins: Plugins.all,
            pluginsNotYet: Plugins.notYet,
            files: EmptyDisk(),
            metrics: metrics,
            log: SilentLog(),
            wallSeconds: { 1_700_000_000 }
        )
        let corefile = try Corefile(parsing: Array(text.utf8), file: "Corefile")
        return ConfigurationBuilder.build(corefile.blocks, in: surroundings)
    }

    /// The lines that are said about a Corefile.
    static func mistakes(_ text: String) throws -> [String] {
        guard case .failure(let failure) = try build(text) else { return [] }
        return failure.mistakes.map(\.description)
    }

    @Test func isOfOneSecond() throws {
        let clock = Ticking()
        let surroundings = Surroundings(
            plugins: Plugins.all,
            pluginsNotYet: Plugins.notYet,
            files: EmptyDisk(),
            metrics: Registry(),
            log: SilentLog(),
            wallSeconds: { clock.tick() }
        )
        let text = "a.example {\n hosts {\n  192.0.2.1 a.example\n }\n}\n"
        let both = text + text.replacing("a.example", with: "b.example")
        let corefile = try Corefile(parsing: Array(both.utf8), file: "Corefile")

        _ = try ConfigurationBuilder.build(corefile.blocks, in: surroundings).get()

        // The blocks' serials are the same, because nobody looked at the clock once more.
        #expect(clock.tick() == 2)
    }

    /// A plugin that says what time it is whenever it is asked.
    private struct Watch: Plugin {
        static let manual = Manual(name: "watch", summary: "tells the time", example: "watch")

        init(parsing stanzas: [Stanza], setup: inout Setup) {
            let (log, second, clock) = (setup.log, setup.wallSeconds, setup.wallClock)
            setup.whenServing.append { log.write(.info, "\(second()) \(clock())") }
        }
    }

    @Test("What asks for the time later is told what it is then")
    func hasAClockThatGoesOn() throws {
        let clock = Ticking()
        let log = KeptLog()
        let surroundings = Surroundings(
            plugins: [Watch.self],
            pluginsNotYet: [],
            files: EmptyDisk(),
            metrics: Registry(),
            log: log,
            wallSeconds: { clock.tick() }
        )
        let corefile = try Corefile(parsing: Array("a.example {\n watch\n}\n".utf8), file: "C")
        let plan = try ConfigurationBuilder.build(corefile.blocks, in: surroundings).get().plan

        for body in plan.whenServing + plan.whenServing { body() }

        #expect(log.lines == ["[INFO] 1 2", "[INFO] 1 3"])
    }

    @Test func gathersBlocksByAddressAndPort() throws {
        let configuration = try Self.build(
            """
            a.example:1053 b.example:2053 {
                bind 127.0.0.1
                whoami
            }
            c.example:1053 {
                bind 127.0.0.1
                whoami
            }
            """
        ).get()

        #expect(configuration.listeners.map(\.port) == [1_053, 2_053])
        #expect(configuration.listeners.map(\.blocks.count) == [2, 1])
        #expect(configuration.listeners[0].address == IPAddress("127.0.0.1"))
    }

    @Test(
        "A query counts under the zone and the port that it was asked of",
        arguments: [
            "one.example:1053 two.example:2053 three.example:1053 two.example:1053",
            "two.example:2053 two.example:1053 three.example:1053 one.example:1053",
            "two.example:1053 one.example:1053 two.example:2053 three.example:1053",
        ],
        [
            (1_053, "one.example."), (1_053, "two.example."), (1_053, "three.example."),
            (2_053, "two.example."),
        ] as [(UInt16, String)]
    )
    func countsUnderTheZoneAndThePort(keys: String, asked: (port: UInt16, zone: String)) throws {
        let metrics = Registry()
        let text = "\(keys) {\n prometheus\n whoami\n}\n"
        let configuration = try Self.build(text, counting: metrics).get()
        let listener = try #require(configuration.listeners.first { $0.port == asked.port })
        var query = Query(
            header: Header(id: 1, flags: []),
            name: try QueryName(Name("www." + asked.zone)),
            type: .a,
            recordClass: .internet
        )
        let block = listener.route(&query)
        let report = SentReport(
            code: .noError,
            flags: .response,
            hasAnswers: true,
            byteCount: 60,
            answeringPlugin: 1,
            durationNanoseconds: 1
        )

        listener.sent(query, report, block: block, counting: metrics.cells(forWorker: 0))

        let page = String(decoding: metrics.page(), as: UTF8.self)
        let counted = page.split(separator: "\n").filter {
            $0.hasPrefix("coredns_dns_requests_total{") && !$0.hasSuffix(" 0")
        }
        #expect(
            counted == [
                "coredns_dns_requests_total{server=\"dns://:\(asked.port)\",zone=\"\(asked.zone)\","
                    + "view=\"\",proto=\"udp\",family=\"1\",type=\"A\"} 1"
            ]
        )
    }

    @Test func findsEveryMistakeAtOnce() throws {
        let lines = try Self.mistakes(
            """
            . {
                whoamy
                tls cert key
                bind nowhere
                bufsize 1
            }
            """
        )

        #expect(lines.count == 4)
        #expect(lines.contains { $0.hasPrefix("Corefile:2:5: unknown directive 'whoamy'; try") })
        #expect(lines.contains("Corefile:3:5: the plugin 'tls' is not built yet"))
        #expect(lines.allSatisfy { $0.hasPrefix("Corefile:") })
    }

    @Test func findsEveryMistakeOfOneStanza() throws {
        let lines = try Self.mistakes(
            """
            . {
             kubernetes cluster.local {
              manifests zones
              pods enabled
              endpoint https://192.0.2.1
              ttl 99999
             }
             forward . 192.0.2.1 {
              doh_method GET
              max_fails many
             }
            }
            """
        )

        #expect(
            lines.map { $0.prefix { $0 != " " } } == [
                "Corefile:3:13:", "Corefile:4:8:", "Corefile:5:3:", "Corefile:6:7:",
                "Corefile:9:3:",
                "Corefile:10:13:",
            ]
        )
    }

    @Test func blamesNobodyForWhatIsOnlyMissingWithoutTheMistake() throws {
        let lines = try Self.mistakes(". {\n kubernetes cluster.local {\n  manifest zones\n }\n}\n")

        #expect(lines.count == 1)
    }

    @Test(
        "A zone that is served twice at one place is a mistake",
        arguments: [
            ". {\n whoami\n}\n. {\n whoami\n}\n",
            "a.example A.Example {\n whoami\n}\n",
            "a.example {\n bind 127.0.0.1\n whoami\n}\na.example {\n whoami\n}\n",
        ]
    )
    func refusesDoubles(corefile: String) throws {
        let lines = try Self.mistakes(corefile)

        #expect(lines.count == 1)
        #expect(lines.first?.contains("cannot serve") == true)
    }

    @Test(
        "The same zone at two places is none",
        arguments: [
            "a.example a.example:1053 {\n whoami\n}\n",
            "a.example {\n bind 127.0.0.1\n whoami\n}\na.example {\n bind 127.0.0.2\n whoami\n}\n",
        ]
    )
    func acceptsTwoPlaces(corefile: String) throws {
        #expect(try Self.mistakes(corefile) == [])
    }

    @Test func refusesAPluginTwiceInABlock() throws {
        let lines = try Self.mistakes(". {\n whoami\n whoami\n}\n")

        #expect(lines.count == 1)
        #expect(lines.first?.hasPrefix("Corefile:3:2:") == true)
    }

    @Test func refusesOtherTransports() throws {
        let lines = try Self.mistakes("tls://. {\n whoami\n}\n")

        #expect(lines.count == 1)
        #expect(lines.first?.contains("not") == true)
    }
}

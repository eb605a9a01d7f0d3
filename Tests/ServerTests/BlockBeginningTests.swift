// SPDX-License-Identifier: Apache-2.0

import Corefile
import Files
import Metrics
import Plugin
import Plugins
import Server
import Testing
import Wire

/// What is carried over to the next configuration of the same Corefile, and what is made again.
@Suite struct BlockBeginningTests {
    /// A plugin that counts how often it is made, and keeps, says and awaits something.
    private struct Counted: Plugin {
        static let manual = Manual(name: "counted", summary: "is counted", example: "counted")
        static let key = "counted"

        init(parsing stanzas: [Stanza], setup: inout Setup) {
            let log = setup.log
            log.write(.info, "counted")
            setup.kept[Self.key] = setup.zones
            setup.whenServing.append { log.write(.info, "counted serves") }
        }
    }

    /// A plugin that reads a file, which is `ready` from the second time on.
    private struct Reading: Plugin {
        static let manual = Manual(name: "reading", summary: "reads", example: "reading")

        init(parsing stanzas: [Stanza], setup: inout Setup) {
            let count = (setup.previous("reading", as: Int.self) ?? 0) + 1
            setup.log.write(.info, "reading \(count) \(setup.changes.paths.sorted())")
            setup.kept["reading"] = count
            _ = try? setup.files.identity(of: "file")
            setup.watched.insert("file")
            setup.readiness.append(Readiness(plugin: "reading") { count > 1 })
        }
    }

    /// A plugin behind it, which has a page if it is told so: always, or the first time only.
    private struct Behind: Plugin {
        static let manual = Manual(name: "behind", summary: "is behind", example: "behind")

        init(parsing stanzas: [Stanza], setup: inout Setup) throws(CorefileError) {
            setup.log.write(.info, "behind")
            guard let word = stanzas[0].arguments.first else { return }
            let isFirst = setup.previous("behind", as: Bool.self) == nil
            setup.kept["behind"] = true
            guard word.text == "page" || isFirst else { return }
            setup.pages.append(
                Page(
                    plugin: "behind",
                    address: nil,
                    port: 0,
                    path: "/",
                    position: word.position,
                    answer: { Page.Response(status: 200, contentType: "text/plain", body: "") }
                )
            )
        }
    }

    /// A plugin that shares something with those of other blocks.
    private struct Sharing: Plugin {
        static let manual = Manual(name: "sharing", summary: "shares", example: "sharing")

        init(parsing stanzas: [Stanza], setup: inout Setup) {
            let zones = setup.held("sharing", as: [Name].self) ?? []
            setup.kept["sharing"] = zones + setup.zones
            setup.log.write(.info, "shared by \(zones.count)")
        }
    }

    /// A plugin that asks for files or the time, and watches nothing.
    private struct Asking: Plugin {
        static let manual = Manual(name: "asking", summary: "asks", example: "asking")

        init(parsing stanzas: [Stanza], setup: inout Setup) {
            switch stanzas[0].arguments.first?.text {
            case "files": _ = try? setup.files.identity(of: "file")
            case "time": _ = setup.wallSeconds()
            default: break
            }
            setup.log.write(.info, "asked")
        }
    }

    /// What a Corefile of these plugins is built in.
    private static func counting(_ log: KeptLog) -> Surroundings {
        Surroundings(
            plugins: [Counted.self, Asking.self, Reading.self, Behind.self, Sharing.self],
            pluginsNotYet: [],
            files: EmptyDisk(),
            metrics: Registry(),
            log: log,
            wallSeconds: { 1_700_000_000 }
        )
    }

    private static func blocks(_ text: String) throws -> [Block] {
        try Corefile(parsing: Array(text.utf8), file: "Corefile").blocks
    }

    /// The change of one file.
    private static var change: FileChanges {
        var changes = FileChanges()
        changes.note("file")
        return changes
    }

    /// The configuration of the same Corefile after that change.
    private static func next(
        _ blocks: [Block],
        _ surroundings: Surroundings,
        after previous: Configuration
    ) throws -> Configuration {
        try ConfigurationBuilder.build(
            blocks,
            in: surroundings,
            previous: previous,
            changes: change
        ).get()
    }

    @Test("A changed file has only those made again who read it, and those behind them")
    func goesOnFromWhoReadsFiles() throws {
        let log = KeptLog()
        let surroundings = Self.counting(log)
        let blocks = try Self.blocks("a.example {\n counted\n reading\n behind\n}\n")
        var configuration = try ConfigurationBuilder.build(blocks, in: surroundings).get()
        for body in configuration.plan.whenServing { body() }
        for _ in 0..<2 {
            configuration = try Self.next(blocks, surroundings, after: configuration)
            for body in configuration.plan.whenServing { body() }
        }

        #expect(
            log.lines == [
                "[INFO] counted", "[INFO] reading 1 []", "[INFO] behind", "[INFO] counted serves",
                "[INFO] reading 2 [\"file\"]", "[INFO] behind",
                "[INFO] reading 3 [\"file\"]", "[INFO] behind",
            ]
        )
        #expect(configuration.plan.kept[Counted.key] as? [Name] == [try Name("a.example")])
        let names = configuration.listeners[0].blocks[0].chain.names
        #expect(names == ["counted", "reading", "behind"])
    }

    @Test("Everything is made again", arguments: [true, false])
    func makesAllAgain(isOfOtherCorefile: Bool) throws {
        let log = KeptLog()
        let surroundings = Self.counting(log)
        let first = try Self.blocks("a.example {\n counted\n}\n")
        let second = try Self.blocks("\(isOfOtherCorefile ? "b" : "a").example {\n counted\n}\n")
        let configuration = try ConfigurationBuilder.build(first, in: surroundings).get()
        _ = try ConfigurationBuilder.build(
            second,
            in: surroundings,
            previous: configuration,
            changes: isOfOtherCorefile ? Self.change : .unknown
        ).get()

        #expect(log.lines == ["[INFO] counted", "[INFO] counted"])
    }

    @Test(
        "Who asks for more than the Corefile is made again",
        arguments: [("files", 2), ("time", 2), ("none", 1)]
    )
    func makesAgainWhoAsks(argument: String, count: Int) throws {
        let log = KeptLog()
        let surroundings = Self.counting(log)
        let blocks = try Self.blocks("a.example {\n asking \(argument)\n}\n")
        let first = try ConfigurationBuilder.build(blocks, in: surroundings).get()
        _ = try Self.next(blocks, surroundings, after: first)

        #expect(log.lines.count == count)
    }

    @Test func makesAgainWhatIsSharedByBlocks() throws {
        let log = KeptLog()
        let surroundings = Self.counting(log)
        let blocks = try Self.blocks("a.example {\n sharing\n}\nb.example {\n sharing\n}\n")
        let first = try ConfigurationBuilder.build(blocks, in: surroundings).get()
        let second = try Self.next(blocks, surroundings, after: first)

        #expect((second.plan.kept["sharing"] as? [Name])?.count == 2)
        let once = ["[INFO] shared by 0", "[INFO] shared by 1"]
        #expect(log.lines == once + once)
    }

    @Test func awaitsWhatTheNextOneWaitsForOnceItServes() throws {
        let surroundings = Surroundings(
            plugins: [Ready.self, Reading.self],
            pluginsNotYet: [],
            files: EmptyDisk(),
            metrics: Registry(),
            log: SilentLog(),
            wallSeconds: { 1_700_000_000 }
        )
        let blocks = try Self.blocks("a.example {\n ready\n reading\n}\n")
        let first = try ConfigurationBuilder.build(blocks, in: surroundings).get()
        let page = try #require(first.plan.pages.first)
        let second = try Self.next(blocks, surroundings, after: first)

        #expect(!first.plan.hasSamePages)
        #expect(second.plan.hasSamePages)
        #expect(page.answer().status == 503)
        for body in second.plan.whenServing { body() }
        #expect(page.answer().status == 200)
        #expect(second.plan.pages.count == 1)
    }

    @Test("A page that is another, or gone, is told", arguments: [("page", 1), ("once", 0)])
    func tellsThatAPageIsAnother(word: String, count: Int) throws {
        let surroundings = Self.counting(KeptLog())
        let blocks = try Self.blocks("a.example {\n reading\n behind \(word)\n}\n")
        let first = try ConfigurationBuilder.build(blocks, in: surroundings).get()
        let second = try Self.next(blocks, surroundings, after: first)

        #expect(second.plan.pages.count == count)
        #expect(!second.plan.hasSamePages)
    }
}

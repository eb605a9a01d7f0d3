// SPDX-License-Identifier: Apache-2.0

import Corefile
import Metrics
import Plugin
import Plugins
import Synchronization
import Testing
import Wire

@testable import Server

/// Many clients of several workers that ask the same at the same time.
@Suite struct SharedQuestionTests {
    /// How often somebody was woken.
    private final class Wakes: Sendable {
        private let number = Atomic<Int>(0)

        var count: Int { number.load(ordering: .relaxed) }

        func add() { number.wrappingAdd(1, ordering: .relaxed) }
    }

    /// One worker of a server, without sockets.
    private struct Seat: ~Copyable {
        var core: Core
        let wakes = Wakes()

        init(_ index: Int, _ published: Published<Configuration>, _ registry: Registry) {
            let wakes = wakes
            let bits = Mutex(SplitMix(seed: UInt64(index)))
            core = Core(
                index: index,
                serving: published,
                counting: registry.cells(forWorker: index),
                random: { bits.withLock { $0.next() } },
                wake: { wakes.add() }
            )
        }

        /// Answers what is asked first with a reply that is cut, and gives what asks for the whole.
        mutating func cutReply(at now: Moment) throws -> ExchangeOrder {
            let asked = step(at: now).orders.first
            let order = try #require(asked)
            let bytes = try SharedQuestionTests.reply(to: order.exchange)
            var cut = try Message(parsing: bytes.span)
            cut.header.flags.formUnion(.truncated)
            let news = ExchangeReply(id: order.id, news: .message(try cut.encoded()))
            let again = step(at: now, [news]).orders.first
            return try #require(again)
        }

        /// Has so many clients ask for a name; ids count up from 0.
        ///
        /// What was answered at once is told; everybody else waits.
        @discardableResult
        mutating func ask(
            _ name: String,
            clients: Range<Int>,
            over transport: Transport = .udp,
            at now: Moment
        ) throws -> [Message] {
            var answers: [Message] = []
            core.begin(at: now)
            var message = Message(header: Header(id: 0, flags: .recursionDesired))
            message.questions = [Question(try Name(name), .a)]
            var bytes = try message.encoded()
            var buffer = [UInt8](repeating: 0, count: 4_096)
            for client in clients {
                bytes[0] = UInt8(client >> 8)
                bytes[1] = UInt8(client & 0xFF)
                let arrival = Arrival(
                    listener: 0,
                    transport: transport,
                    client: Endpoint(IPAddress(v4: 0xC633_6407), port: UInt16(1_024 + client)),
                    local: Endpoint(ScenarioServer.address, port: 53)
                )
                var span = buffer.mutableSpan
                switch core.receive(bytes.span, arrival, into: &span) {
                case .waiting: break
                case .answered(let count):
                    answers.append(try Message(parsing: span.span.extracting(0..<count)))
                }
            }
            return answers
        }

        /// Runs what can go on.
        mutating func step(at now: Moment, _ news: [ExchangeReply] = []) -> Outputs {
            core.begin(at: now)
            for news in news { core.take(news) }
            var outputs = Outputs()
            core.end(into: &outputs)
            return outputs
        }
    }

    private static func published(
        _ corefile: String,
        _ registry: Registry
    ) throws -> Published<Configuration> {
        let files = ScenarioFiles()
        files.write("Corefile", corefile)
        let surroundings = Surroundings(
            plugins: Plugins.all,
            pluginsNotYet: Plugins.notYet,
            files: files,
            metrics: registry,
            log: NotedLog(),
            wallSeconds: { ScenarioServer.startSeconds }
        )
        let loader = CorefileLoader(try CommandLine(parsing: ["-conf", "Corefile"]), surroundings)
        let built = ConfigurationBuilder.build(
            try loader.load().blocks,
            in: surroundings,
            previous: nil
        )
        return Published(try built.get())
    }

    private static func reply(to exchange: Exchange) throws -> [UInt8] {
        var message = try Message(parsing: exchange.message.span)
        message.header.flags = [.response, .recursionAvailable]
        message.additionals = []
        message.answers = [
            Record(owner: message.questions[0].name, type: .a, ttl: 60, data: [192, 0, 2, 9])
        ]
        return try message.encoded()
    }

    /// The ids of the clients that were answered with the one address.
    private static func answered(_ outputs: Outputs) throws -> Set<UInt16> {
        var ids: Set<UInt16> = []
        for late in outputs.late {
            let message = try Message(parsing: late.bytes.span)
            #expect(message.answers.map(\.data) == [[192, 0, 2, 9]])
            #expect(late.arrival.client.port == 1_024 + message.header.id)
            ids.insert(message.header.id)
        }
        return ids
    }

    private let start = Moment(nanoseconds: 1_000_000_000)

    @Test(arguments: [". {\n  forward . 192.0.2.53\n}", ". {\n  forward . 192.0.2.53\n  cache\n}"])
    func causeOneExchange(corefile: String) throws {
        let registry = Registry()
        let published = try Self.published(corefile, registry)
        var first = Seat(0, published, registry)
        var second = Seat(1, published, registry)
        let early = [
            try first.ask("www.example.net", clients: 0..<2_500, at: start),
            try second.ask("www.example.net", clients: 2_500..<5_000, at: start),
        ]
        #expect(early == [[], []])
        var orders = first.step(at: start).orders
        orders += second.step(at: start).orders
        #expect(orders.count == 1)
        let order = try #require(orders.first)
        let isResting = second.core.rest()
        let hasReady = second.core.hasReady
        #expect(isResting && !hasReady)

        let later = start.adding(milliseconds: 20)
        let news = ExchangeReply(id: order.id, news: .message(try Self.reply(to: order.exchange)))
        let own = try Self.answered(first.step(at: later, [news]))
        // It is woken once, for all its clients.
        let isReady = second.core.hasReady
        #expect(isReady && second.wakes.count == 1)
        let isStillResting = second.core.rest()
        #expect(!isStillResting)
        let others = try Self.answered(second.step(at: later))

        #expect(own == Set(0..<2_500) && others == Set(2_500..<5_000))
        let areWaiting = (first.core.isWaiting, second.core.isWaiting)
        #expect(areWaiting == (false, false))
    }

    /// What has run out is better than none; what would be fetched ahead of time is still good.
    @Test(
        "They get what is kept where nobody can wait any more",
        arguments: [("serve_stale 1h", 120_000, 30), ("prefetch 1 1m 50%", 40_000, 20)]
    )
    func getWhatIsKept(option: String, age: UInt64, ttl: UInt32) throws {
        let registry = Registry()
        let corefile = ". {\n  forward . 192.0.2.53\n  cache {\n    \(option)\n  }\n}"
        let published = try Self.published(corefile, registry)
        var first = Seat(0, published, registry)
        try first.ask("www.example.net", clients: 0..<1, at: start)
        let order = try #require(first.step(at: start).orders.first)
        let news = ExchangeReply(id: order.id, news: .message(try Self.reply(to: order.exchange)))
        _ = first.step(at: start, [news])
        let between = start.adding(milliseconds: 1_000)
        #expect(try first.ask("www.example.net", clients: 0..<2, at: between).count == 2)

        // One client has half of the places.
        let later = start.adding(milliseconds: age)
        let places = (WaitingRoom.maximumCount - WaitingRoom.reservedCount) / 2
        #expect(try first.ask("other.example.net", clients: 0..<places, at: later).isEmpty)
        let refused = try first.ask("other.example.net", clients: 0..<1, at: later)
        let given = try first.ask("www.example.net", clients: 0..<3, at: later)

        #expect(refused.map(\.code) == [.serverFailure])
        #expect(given.map(\.code) == [.noError, .noError, .noError])
        #expect(given.allSatisfy { $0.answers.map(\.data) == [[192, 0, 2, 9]] })
        #expect(given.allSatisfy { $0.answers.map(\.ttl) == [ttl] })
    }

    @Test func failTogetherWhenNobodyAnswers() throws {
        let registry = Registry()
        let published = try Self.published(". {\n  forward . 192.0.2.53\n}", registry)
        var first = Seat(0, published, registry)
        try first.ask("www.example.net", clients: 0..<10, at: start)
        _ = first.step(at: start)

        var codes: [ResponseCode] = []
        for step in 1...60 as ClosedRange<UInt64> {
            let outputs = first.step(at: start.adding(milliseconds: step * 100))
            codes += try outputs.late.map { try Message(parsing: $0.bytes.span).code }
        }

        #expect(codes == [ResponseCode](repeating: .serverFailure, count: 10))
        let isWaiting = first.core.isWaiting
        #expect(!isWaiting)
    }

    /// The time of the first is over just after the second has come.
    @Test func askAnewWhoHaveTimeLeft() throws {
        let registry = Registry()
        let text = ". {\n  forward . 192.0.2.53 {\n    max_connect_attempts 0\n  }\n}"
        var first = Seat(0, try Self.published(text, registry), registry)
        try first.ask("www.example.net", clients: 0..<1, at: start)
        for step in 0...49 as ClosedRange<UInt64> {
            _ = first.step(at: start.adding(milliseconds: step * 100))
        }
        let late = start.adding(milliseconds: 4_900)
        try first.ask("www.example.net", clients: 1..<2, at: late)
        #expect(first.step(at: late).orders.isEmpty)

        let end = first.step(at: start.adding(milliseconds: 5_000))
        let order = try #require(end.orders.last)
        let news = ExchangeReply(id: order.id, news: .message(try Self.reply(to: order.exchange)))
        let last = first.step(at: start.adding(milliseconds: 5_010), [news])

        #expect(try end.late.map { try Message(parsing: $0.bytes.span).code } == [.serverFailure])
        #expect(try Self.answered(last) == [1])
    }

    /// The first came over UDP, and can ask for the rest of what was cut.
    @Test func askAnewForTheWholeOverTCP() throws {
        let registry = Registry()
        let published = try Self.published(". {\n  forward . 192.0.2.53\n}", registry)
        var first = Seat(0, published, registry)
        try first.ask("www.example.net", clients: 0..<1, at: start)
        try first.ask("www.example.net", clients: 1..<2, over: .tcp, at: start)
        let again = try first.cutReply(at: start)

        let failure = ExchangeReply(id: again.id, news: .failure("connection reset"))
        let failed = first.step(at: start, [failure])
        let whole = try #require(failed.orders.first)
        let good = ExchangeReply(id: whole.id, news: .message(try Self.reply(to: whole.exchange)))
        let last = first.step(at: start, [good])

        #expect([again, whole].map(\.exchange.transport) == [.tcp, .tcp])
        #expect(try Self.answered(failed) == [0])
        #expect(try Self.answered(last) == [1])
    }

    /// The first came over TCP, and is not told a part: whoever came over UDP is.
    @Test func giveAPartToWhoCanAskForTheRest() throws {
        let registry = Registry()
        let text = ". {\n  forward . 192.0.2.53 {\n    prefer_udp\n  }\n  cache\n}"
        var first = Seat(0, try Self.published(text, registry), registry)
        try first.ask("www.example.net", clients: 0..<1, over: .tcp, at: start)
        try first.ask("www.example.net", clients: 1..<2, at: start)
        let again = try first.cutReply(at: start)

        let failure = ExchangeReply(id: again.id, news: .failure("connection refused"))
        let end = first.step(at: start, [failure])
        let answers = try end.late.map { try Message(parsing: $0.bytes.span) }
            .sorted { $0.header.id < $1.header.id }

        #expect(answers.map(\.code) == [.serverFailure, .noError])
        #expect(answers.map { $0.header.flags.contains(.truncated) } == [false, true])
        // It is asked for anew.
        let later = start.adding(milliseconds: 10)
        #expect(try first.ask("www.example.net", clients: 2..<3, at: later).isEmpty)
    }

    /// Nobody asks again for what nobody can have.
    @Test func takeAPartForAFailureTogether() throws {
        let registry = Registry()
        let text = ". {\n  forward . 192.0.2.53 {\n    prefer_udp\n  }\n  cache\n}"
        var first = Seat(0, try Self.published(text, registry), registry)
        try first.ask("www.example.net", clients: 0..<4, over: .tcp, at: start)
        let again = try first.cutReply(at: start)

        let failure = ExchangeReply(id: again.id, news: .failure("connection refused"))
        let end = first.step(at: start, [failure])

        let codes = try end.late.map { try Message(parsing: $0.bytes.span).code }
        #expect(codes == [ResponseCode](repeating: .serverFailure, count: 4))
        #expect(end.orders.isEmpty)
    }

    @Test func doNotShareWhatIsSaidOfANetwork() throws {
        let registry = Registry()
        let published = try Self.published(". {\n  forward . 192.0.2.53\n}", registry)
        var first = Seat(0, published, registry)
        first.core.begin(at: start)
        var message = Message(header: Header(id: 1, flags: .recursionDesired))
        message.questions = [Question(try Name("www.example.net"), .a)]
        message.additionals = [
            Record(
                owner: .root,
                type: .opt,
                recordClass: RecordClass(rawValue: 1_232),
                ttl: 0,
                data: [0, 8, 0, 7, 0, 1, 24, 0, 198, 51, 100]
            )
        ]
        let bytes = try message.encoded()
        var buffer = [UInt8](repeating: 0, count: 4_096)
        for port in [1_024, 1_025] as [UInt16] {
            let arrival = Arrival(
                listener: 0,
                transport: .udp,
                client: Endpoint(IPAddress(v4: 0xC633_6407), port: port),
                local: Endpoint(ScenarioServer.address, port: 53)
            )
            var span = buffer.mutableSpan
            _ = first.core.receive(bytes.span, arrival, into: &span)
        }

        #expect(first.step(at: start).orders.count == 2)
    }
}

// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Wire

@testable import Server

/// A core on a bench: the test is its network, its upstreams and its clock.
final class Bench {
    static let client = Endpoint(IPAddress(v4: 0xC633_6401), port: 40_000)
    static let server = Endpoint(IPAddress(v4: 0xC633_6402), port: 53)

    let registry = Registry()
    let published: Published<Configuration>
    private var core: Core
    private var milliseconds: UInt64 = 0

    /// Serves zones with the plugins given for them.
    init(
        _ blocks: [(zone: String, plugins: [ScriptedPlugin])],
        takesEveryClass: Bool = false,
        clock: (@Sendable () -> Moment)? = nil
    ) throws {
        published = Published(
            try Self.configuration(blocks, registry, takesEveryClass: takesEveryClass)
        )
        var random = SplitMix(seed: 1)
        // Only ever called on the thread of the test.
        let bits = (0..<10_000).map { _ in random.next() }
        let drawn = Drawn()
        core = Core(
            index: 0,
            serving: published,
            counting: registry.cells(forWorker: 0),
            clock: clock,
            random: { bits[drawn.next() % bits.count] }
        )
    }

    static func configuration(
        _ blocks: [(zone: String, plugins: [ScriptedPlugin])],
        _ registry: Registry,
        takesEveryClass: Bool = false
    ) throws -> Configuration {
        let blocks = try blocks.map { block in
            ServerBlock(
                zones: [try Name(block.zone)],
                chain: Chain(block.plugins),
                limits: AnswerLimits(),
                takesEveryClass: takesEveryClass
            )
        }
        let dropped = QueryMetrics(
            registry,
            server: "dns://:53",
            zone: QueryMetrics.droppedZone,
            plugins: []
        )
        let listener = Listener(address: nil, port: 53, blocks: blocks, dropped: dropped)
        return Configuration(listeners: [listener], plan: Plan())
    }

    /// A core alone, in which the plugin answers for example.
    static func core(_ plugin: ScriptedPlugin, _ registry: Registry) throws -> Core {
        Core(
            index: 0,
            serving: Published(try configuration([("example.", [plugin])], registry)),
            counting: registry.cells(forWorker: 0),
            random: { 1 }
        )
    }

    /// Serves other blocks from now on.
    func serve(_ blocks: [(zone: String, plugins: [ScriptedPlugin])]) throws {
        published.publish(try Self.configuration(blocks, registry))
    }

    /// A query's message.
    static func question(
        _ name: String,
        _ type: RecordType = .a,
        recordClass: RecordClass = .internet,
        id: UInt16 = 7,
        size: UInt16? = nil
    ) throws -> [UInt8] {
        var message = Message(header: Header(id: id, flags: .recursionDesired))
        message.questions = [Question(try Name(name), type, recordClass)]
        if let size {
            message.additionals = [
                Record(
                    owner: .root,
                    type: .opt,
                    recordClass: RecordClass(rawValue: size),
                    ttl: 0,
                    data: []
                )
            ]
        }
        return try message.encoded()
    }

    /// A reply with one address to an upstream's question.
    static func reply(_ question: [UInt8], last: UInt8 = 9) throws -> [UInt8] {
        var message = try Message(parsing: question.span)
        message.header.flags = [.response, .recursionAvailable]
        message.additionals = []
        message.answers = [
            Record(owner: message.questions[0].name, type: .a, ttl: 5, data: [192, 0, 2, last])
        ]
        return try message.encoded()
    }

    /// What is sent at once for these bytes; empty when nothing is.
    ///
    /// `times`: how often they come in one step; the last answer counts.
    func send(
        _ bytes: [UInt8],
        transport: Transport = .udp,
        client: Endpoint = Bench.client,
        listener: Int = 0,
        times: Int = 1
    ) -> [UInt8] {
        core.begin(at: Moment(nanoseconds: 0).adding(milliseconds: milliseconds))
        var buffer = [UInt8](repeating: 0xEE, count: 65_535)
        let arrival = Arrival(
            listener: listener,
            transport: transport,
            client: client,
            local: Self.server
        )
        var span = buffer.mutableSpan
        var count = 0
        for _ in 0..<times { count = core.take(bytes.span, arrival, into: &span) }
        return Array(buffer.prefix(count))
    }

    /// The message that is sent at once for a question; nil when nothing is.
    func ask(
        _ name: String,
        _ type: RecordType = .a,
        recordClass: RecordClass = .internet,
        id: UInt16 = 7,
        size: UInt16? = nil,
        transport: Transport = .udp
    ) throws -> Message? {
        let question = try Self.question(name, type, recordClass: recordClass, id: id, size: size)
        let bytes = send(question, transport: transport)
        return bytes.isEmpty ? nil : try Message(parsing: bytes.span)
    }

    /// Goes on to a time with news from upstreams, and tells what came of it.
    @discardableResult
    func step(at milliseconds: UInt64? = nil, _ replies: [ExchangeReply] = []) -> Outputs {
        self.milliseconds = milliseconds ?? self.milliseconds
        core.begin(at: Moment(nanoseconds: 0).adding(milliseconds: self.milliseconds))
        for reply in replies { core.take(reply) }
        var outputs = Outputs()
        core.end(into: &outputs)
        return outputs
    }

    /// Whether a query still waits.
    var isWaiting: Bool { core.isWaiting }
}

extension Outputs {
    /// The late answers as messages.
    var messages: [Message] {
        get throws {
            var messages: [Message] = []
            for answer in late where !answer.bytes.isEmpty {
                messages.append(try Message(parsing: answer.bytes.span))
            }
            return messages
        }
    }
}

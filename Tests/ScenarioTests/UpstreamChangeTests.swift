// SPDX-License-Identifier: Apache-2.0

import Corefile
import Metrics
import Plugin
import Plugins
import Synchronization
import Testing
import Wire

@testable import Server

/// A resolv.conf that changes while many queries are being forwarded.
@Suite struct UpstreamChangeTests {
    /// A server without sockets whose resolv.conf can be written.
    private final class Bench {
        static let corefile = ". {\n  forward . /etc/resolv.conf\n  CACHE\n}\n"

        private let files = ScenarioFiles()
        private let surroundings: Surroundings
        private let blocks: [Block]
        private let published: Published<Configuration>
        var core: Core

        init(_ cache: String, _ servers: [UInt8]) throws {
            Self.write(servers, to: files)
            files.write("Corefile", Self.corefile.replacing("CACHE", with: cache))
            surroundings = Surroundings(
                plugins: Plugins.all,
                pluginsNotYet: Plugins.notYet,
                files: files,
                metrics: Metrics.Registry(),
                log: NotedLog(),
                wallSeconds: { ScenarioServer.startSeconds }
            )
            let line = try CommandLine(parsing: ["-conf", "Corefile"])
            blocks = try CorefileLoader(line, surroundings).load().blocks
            let first = ConfigurationBuilder.build(blocks, in: surroundings, previous: nil)
            published = Published(try first.get())
            let bits = Mutex(SplitMix(seed: 1))
            core = Core(
                index: 0,
                serving: published,
                counting: surroundings.metrics.cells(forWorker: 0),
                random: { bits.withLock { $0.next() } }
            )
        }

        private static func write(_ servers: [UInt8], to files: ScenarioFiles) {
            let lines = servers.map { "nameserver 192.0.2.\($0)\n" }
            files.write("/etc/resolv.conf", lines.joined())
        }

        /// Names other servers, and has that noticed.
        func change(_ servers: [UInt8]) throws {
            Self.write(servers, to: files)
            let next = ConfigurationBuilder.build(
                blocks,
                in: surroundings,
                previous: published.current
            )
            published.publish(try next.get())
        }

        /// A client asks for the name of a number, which is also the id.
        func ask(_ number: UInt16) throws -> Bool {
            var message = Message(header: Header(id: number, flags: .recursionDesired))
            message.questions = [Question(try Name("n\(number).example.net"), .a)]
            let bytes = try message.encoded()
            let arrival = Arrival(
                listener: 0,
                transport: .udp,
                client: Endpoint(
                    IPAddress(v4: 0xC633_6400 + UInt32(number % 200)),
                    port: 1_024 + number
                ),
                local: Endpoint(ScenarioServer.address, port: 53)
            )
            var buffer = [UInt8](repeating: 0, count: 1_232)
            var span = buffer.mutableSpan
            return core.receive(bytes.span, arrival, into: &span) == .waiting
        }
    }

    /// The reply to a question, and the number that its name stands for; nil for a look for loops,
    /// as many queries cause one.
    private static func reply(to exchange: Exchange) throws -> (bytes: [UInt8], number: UInt16)? {
        var message = try Message(parsing: exchange.message.span)
        guard message.questions[0].type == .a else { return nil }
        let label = message.questions[0].name.labels[0]
        let number = try #require(UInt16(String(decoding: label.dropFirst(), as: UTF8.self)))
        message.header.flags = [.response, .recursionAvailable]
        let last = exchange.upstream.address.byte(at: 3)
        let data = [203, last, UInt8(number >> 8), UInt8(number & 0xFF)]
        message.answers = [Record(owner: message.questions[0].name, type: .a, ttl: 60, data: data)]
        return (try message.encoded(), number)
    }

    @Test("No query is lost, and none is told a wrong answer", arguments: ["", "cache"])
    func losesNothing(cache: String) throws {
        let bench = try Bench(cache, [53])
        var now = Moment(nanoseconds: 1_000_000_000)
        var random = SplitMix(seed: 7)
        // What was named when each number was asked for.
        var named: [[UInt8]] = []
        var servers: [UInt8] = [53]
        var pending: [(at: Moment, reply: ExchangeReply)] = []
        var answered: Set<UInt16> = []
        var outputs = Outputs()
        for step in 0..<400 {
            if step % 25 == 24 {
                servers = [[54], [53, 55], [56, 54], [53]][step / 25 % 4]
                try bench.change(servers)
            }
            bench.core.begin(at: now)
            for item in pending where item.at <= now { bench.core.take(item.reply) }
            pending.removeAll { $0.at <= now }
            for _ in 0..<(step < 300 ? 20 : 0) {
                let isWaiting = try bench.ask(UInt16(named.count))
                #expect(isWaiting)
                named.append(servers)
            }
            // LIMIT: each turn begins exchanges, of which there are so many a query.
            repeat {
                bench.core.end(into: &outputs)
                for order in outputs.orders {
                    guard let reply = try Self.reply(to: order.exchange) else { continue }
                    let last = order.exchange.upstream.address.byte(at: 3)
                    #expect(named[Int(reply.number)].contains(last))
                    let at = now.adding(milliseconds: 1 + random.next() % 250)
                    pending.append((at, ExchangeReply(id: order.id, news: .message(reply.bytes))))
                }
                for late in outputs.late {
                    let message = try Message(parsing: late.bytes.span)
                    let id = message.header.id
                    let data = try #require(message.answers.first?.data)
                    #expect(named[Int(id)].contains(data[1]))
                    #expect(Array(data[2...]) == [UInt8(id >> 8), UInt8(id & 0xFF)])
                    #expect(late.arrival.client.port == 1_024 + id)
                    #expect(answered.insert(id).inserted)
                }
            } while !outputs.orders.isEmpty
            now = now.adding(milliseconds: 10)
        }

        #expect(answered.count == 6_000)
        #expect(named.count == 6_000)
        let isWaiting = bench.core.isWaiting
        #expect(!isWaiting)
    }
}

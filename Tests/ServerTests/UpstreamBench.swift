// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Posix
import Synchronization
import Testing
import Wire

@testable import Server

/// A worker's way to its upstreams on a bench: real sockets over loopback, and the test's own time.
final class UpstreamBench {
    /// How long the bench waits before it says that nothing happens any more, in milliseconds.
    private static let patienceMilliseconds = 20_000
    static let loopback = Endpoint(IPAddress(v4: 0x7F00_0001), port: 0)

    var core: Core
    var sockets: UpstreamSockets
    let poll: Poll
    /// What the clients say that they take, so that they can be told why something failed.
    var udpByteCount: UInt16?
    /// What the clients were sent, in order.
    private(set) var answers: [Message] = []
    /// The exchanges that were ordered and that are over.
    private(set) var orderCount = 0
    private(set) var endedCount = 0
    private var now = Moment(nanoseconds: 1_000_000_000)
    private var outputs = Outputs()
    private var batch = MessageBatch(slotByteCount: 65_535)

    /// Every name is asked of `upstream`.
    convenience init(
        _ upstream: Endpoint,
        over transport: Transport = .udp,
        waitMilliseconds: UInt64 = 1_000,
        mixesCase: Bool = false,
        on terms: ConnectionTerms? = nil
    ) throws {
        try self.init([
            .forwarding(
                to: upstream,
                over: transport,
                waitMilliseconds: waitMilliseconds,
                mixesCase: mixesCase,
                on: terms
            )
        ])
    }

    init(_ plugins: [ScriptedPlugin], counting registry: Registry = Registry()) throws {
        let randomness = RandomnessBuffer()
        core = Core(
            index: 0,
            serving: Published(try Bench.configuration([("example.", plugins)], registry)),
            counting: registry.cells(forWorker: 0),
            random: { randomness.bits() }
        )
        sockets = UpstreamSockets(random: { randomness.bits() })
        poll = try Poll()
    }

    /// Moves the clock on.
    func advance(milliseconds: UInt64) {
        now = now.adding(milliseconds: milliseconds)
        core.begin(at: now)
        settle()
    }

    /// A client asks for these names in one step.
    func ask(_ names: [String]) throws {
        core.begin(at: now)
        var buffer = [UInt8](repeating: 0, count: 512)
        for name in names {
            let question = try Bench.question(name, size: udpByteCount)
            let arrival = Arrival(
                listener: 0,
                transport: .udp,
                client: Bench.client,
                local: Bench.server
            )
            var span = buffer.mutableSpan
            let count = core.take(question.span, arrival, into: &span)
            guard count > 0 else { continue }
            answers.append(try Message(parsing: buffer.span.extracting(first: count)))
        }
        settle()
    }

    func ask(_ name: String) throws { try ask([name]) }

    /// Serves the sockets until so many answers have come in all.
    func run(untilAnswers count: Int) throws { try run { answers.count >= count } }

    /// Serves the sockets until it is so.
    func run(until isDone: () throws -> Bool) throws {
        let end = Clock.monotonicNanoseconds() + UInt64(Self.patienceMilliseconds) * 1_000_000
        while try !isDone() {
            guard Clock.monotonicNanoseconds() < end else {
                throw SystemError(call: "nothing happens any more", code: 0)
            }
            step(milliseconds: 5)
        }
    }

    /// Serves what there is.
    func step(milliseconds: Int = 0) {
        let count = (try? poll.wait(milliseconds: milliseconds)) ?? 0
        now = Moment(nanoseconds: now.nanoseconds + 1)
        core.begin(at: now)
        for index in 0..<count {
            let (token, interest) = poll.event(at: index)
            let value = token & 0x00FF_FFFF_FFFF_FFFF
            switch token >> 56 {
            case Worker.Token.upstreamDatagrams:
                sockets.serveDatagrams(Int(value), &batch, &core)
            default: sockets.serveStream(value, interest, &core, poll, at: now)
            }
        }
        settle()
    }

    /// Closes what was used long enough.
    func closeOld() { sockets.closeOld(at: now) }

    private func settle() {
        while true {
            core.end(into: &outputs)
            if outputs.isEmpty { return }
            orderCount += outputs.orders.count
            endedCount += outputs.endedExchanges.count
            for id in outputs.endedExchanges { sockets.end(id) }
            for order in outputs.orders { sockets.begin(order, &core, poll, at: now) }
            sockets.flush(&batch, &core, poll, at: now)
            for answer in outputs.late {
                if let message = try? Message(parsing: answer.bytes.span) {
                    answers.append(message)
                }
            }
        }
    }

    /// The texts of extended errors in the answers.
    var complaints: [String] {
        answers.compactMap { answer in
            guard answer.code == .serverFailure, let data = answer.options?.data else { return nil }
            return String(decoding: data.dropFirst(6), as: UTF8.self)
        }
    }
}

/// An upstream of a test: a socket whose datagrams the test reads and answers itself.
final class BenchUpstream {
    /// A question, and the port it came from.
    struct Asked {
        let question: [UInt8]
        let sender: Endpoint
    }

    let socket: UDPSocket
    private var batch = MessageBatch(slotByteCount: 65_535)

    init(_ place: Endpoint = UpstreamBench.loopback) throws {
        socket = try UDPSocket(binding: place, sharingPort: false)
    }

    var place: Endpoint { socket.local }

    /// So many questions, waited for.
    func next(_ count: Int = 1) throws -> [Asked] {
        var asked: [Asked] = []
        let poll = try Poll()
        try poll.add(socket.number, .input, token: 0)
        while asked.count < count {
            try #require(try poll.wait(milliseconds: 20_000) == 1)
            try socket.receive(into: &batch)
            for index in 0..<batch.count {
                guard let sender = batch.client(at: index) else { continue }
                asked.append(Asked(question: batch.message(at: index).copied, sender: sender))
            }
        }
        return asked
    }

    /// Sends a datagram from this upstream's place.
    func send(_ bytes: [UInt8], to client: Endpoint) {
        batch.removeAll()
        batch.append(copying: bytes.span, to: client, isMapped: false, from: nil, interface: 0)
        _ = socket.send(&batch)
    }

    /// Answers with one address.
    func answer(_ asked: Asked, last: UInt8 = 9) throws {
        send(try Bench.reply(asked.question, last: last), to: asked.sender)
    }
}

// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Posix
import Testing
import Wire

@testable import Server

/// A worker's TCP side on a bench: real sockets over loopback, and the test's own time.
final class StreamBench {
    /// Where events of the client's socket go.
    private static let clientToken = Worker.Token.make(Worker.Token.wakeup, 1)
    /// How long the bench waits before it says that nothing happens any more, in milliseconds.
    private static let patienceMilliseconds = 2_000

    let listener: TCPListener
    let poll: Poll
    let client: TCPSocket
    var streams: StreamSockets
    var core: Core
    var now = Moment(nanoseconds: 1_000_000_000)
    /// What the client has read.
    private(set) var received: [UInt8] = []
    private(set) var hasEnded = false
    /// Why the client could not read on.
    private(set) var failure: SystemError?
    private var buffer = [UInt8](repeating: 0, count: 65_536)
    private var outputs = Outputs()

    /// One client is connected; every name has so many addresses, 16 bytes each.
    convenience init(addressCount: Int, sharing board: SocketBoard? = nil) throws {
        let plugin = ScriptedPlugin(answering: { _, answer in
            for number in 0..<addressCount {
                let address = IPAddress(v4: 0x0A00_0000 | UInt32(number))
                answer.append(.answer, .question, address, ttl: 5)
            }
            return .done
        })
        try self.init(serving: plugin, sharing: board)
    }

    /// One client is connected; the plugin answers.
    init(serving plugin: ScriptedPlugin, sharing board: SocketBoard? = nil) throws {
        let registry = Registry()
        let place = Endpoint(IPAddress(v4: 0x7F00_0001), port: 0)
        let listener = try TCPListener(binding: place, sharingPort: false)
        let poll = try Poll()
        try poll.add(listener.number, .input, token: Worker.Token.make(Worker.Token.tcp, 0))
        let client = try TCPSocket(connectingTo: listener.local)
        try poll.add(client.number, .input, token: Self.clientToken)
        core = try Bench.core(plugin, registry)
        streams = StreamSockets(
            sharing: board
                ?? SocketBoard(workerCount: 1, counting: registry, log: SilentLog())
        )
        self.listener = listener
        self.poll = poll
        self.client = client
    }

    /// Whether a connection has messages left.
    var hasWork: Bool { streams.hasWork }

    /// Whether every answer was handed to the system.
    var isIdle: Bool { streams.isIdle }

    /// Another client, which nothing reads from.
    func connect(from source: IPAddress? = nil) throws -> TCPSocket {
        try TCPSocket(connectingTo: listener.local, from: source)
    }

    /// So many questions, each with its number as ID and its length in front.
    static func questions(_ count: Int) throws -> [UInt8] {
        try (0..<count).flatMap { number in
            let message = try Bench.question("x.example.", id: UInt16(number))
            return [UInt8(message.count >> 8), UInt8(message.count & 0xFF)] + message
        }
    }

    /// One round of the worker, and of the client if it reads; false when nothing happens.
    func step(clientReads: Bool = true, patience: Int = patienceMilliseconds) throws -> Bool {
        let hadWork = streams.hasWork
        let count = try poll.wait(milliseconds: hadWork ? 0 : patience)
        core.begin(at: now)
        streams.goOn(&core, poll, now)
        for index in 0..<count {
            let (token, interest) = poll.event(at: index)
            switch token >> 56 {
            case Worker.Token.tcp: streams.accept(listener, listener: 0, poll, now)
            case Worker.Token.stream:
                let id = token & 0x00FF_FFFF_FFFF_FFFF
                streams.serve(id, interest, &core, poll, now)
            default: if clientReads { try read() } else { poll.remove(client.number) }
            }
        }
        core.end(into: &outputs)
        return count > 0 || hadWork
    }

    /// Runs until the client has had the end, or nothing happens any more.
    func run() throws {
        while !hasEnded, try step() {}
    }

    /// The client takes what is there.
    func read() throws {
        do throws(SystemError) {
            switch try client.read(into: &buffer) {
            case .bytes(let count): received += buffer[..<count]
            case .nothing: break
            case .end: hasEnded = true
            }
        } catch {
            failure = error
            hasEnded = true
        }
        if hasEnded { poll.remove(client.number) }
    }

    /// The IDs of the whole messages that the client has read.
    var ids: [UInt16] {
        var ids: [UInt16] = []
        var start = 0
        while received.count - start >= 4 {
            let length = Int(received[start]) << 8 | Int(received[start + 1])
            guard received.count - start - 2 >= length else { return ids }
            ids.append(UInt16(received[start + 2]) << 8 | UInt16(received[start + 3]))
            start += 2 + length
        }
        return ids
    }
}

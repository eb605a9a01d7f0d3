// SPDX-License-Identifier: Apache-2.0

import Plugin
import Posix
import Wire

/// The sockets of a worker's TCP connections, and what is known about each.
struct StreamSockets: ~Copyable {
    /// How many connections are taken in a row before others get their turn.
    private static let maximumAcceptCount = 64
    /// How many bytes one reading takes at most.
    private static let readByteCount = 65_536

    /// One socket, and what it is polled for.
    private final class Open {
        let socket: TCPSocket
        var interest: Interest = .input

        init(_ socket: consuming TCPSocket) { self.socket = socket }
    }

    private var streams = Streams()
    private var sockets: [UInt64: Open] = [:]
    /// The places of listeners that are not polled, because taking a connection failed.
    private var restingListeners: Set<Int> = []
    private var buffer = [UInt8](repeating: 0, count: readByteCount)
    private var answerBuffer = [UInt8](repeating: 0, count: 65_535)

    init() {}

    /// Whether nothing is left to be sent or answered.
    var isIdle: Bool {
        !sockets.keys.contains { id in
            guard let connection = streams.connection(id) else { return false }
            return connection.outputByteCount > 0 || connection.waitingCount > 0
        }
    }

    /// Takes the connections that wait at a listener.
    mutating func accept(
        _ listener: borrowing TCPListener,
        listener place: Int,
        _ poll: borrowing Poll,
        _ now: Moment
    ) {
        for _ in 0..<Self.maximumAcceptCount {
            do throws(SystemError) {
                guard let socket = try listener.accept() else { return }
                take(socket, place, poll, now)
            } catch {
                // Without descriptors the connection stays where it is until one is free; the
                // listener would be told again and again meanwhile, and keep the worker busy.
                let token = Worker.Token.make(Worker.Token.tcp, UInt64(place))
                try? poll.change(listener.number, [], token: token)
                restingListeners.insert(place)
                return
            }
        }
    }

    /// Takes one connection.
    private mutating func take(
        _ socket: consuming TCPSocket,
        _ place: Int,
        _ poll: borrowing Poll,
        _ now: Moment
    ) {
        guard
            let id = streams.open(
                client: socket.peer,
                local: Endpoint(socket.local.address, port: socket.local.port),
                listener: place,
                at: now
            )
        else { return }
        let open = Open(socket)
        let token = Worker.Token.make(Worker.Token.stream, id)
        guard (try? poll.add(open.socket.number, .input, token: token)) != nil else {
            streams.close(id)
            return
        }
        sockets[id] = open
    }

    /// The listeners that are not polled any more and are to be tried again.
    mutating func takeRestingListeners() -> Set<Int> {
        let places = restingListeners
        restingListeners = []
        return places
    }

    /// Reads, answers and writes as far as one connection allows.
    mutating func serve(
        _ id: UInt64,
        _ interest: Interest,
        _ core: inout Core,
        _ poll: borrowing Poll,
        _ now: Moment
    ) {
        guard let open = sockets[id] else { return }
        if interest.contains(.failure), !streams.wants(id).input {
            // Nobody is there any more, and no reading would notice.
            close(id)
            return
        }
        if interest.contains(.input), streams.wants(id).input {
            do throws(SystemError) {
                switch try open.socket.read(into: &buffer) {
                case .bytes(let count):
                    streams.receive(count, of: buffer, on: id)
                case .nothing: break
                case .end: streams.closeInput(id)
                }
            } catch {
                close(id)
                return
            }
        }
        answerMessages(id, &core, now)
        flush(id, poll, now)
    }

    /// Puts a late answer to a connection, and goes on with what it held back.
    mutating func answer(
        _ bytes: [UInt8],
        on id: UInt64,
        _ core: inout Core,
        _ poll: borrowing Poll,
        _ now: Moment
    ) {
        streams.answer(bytes.count, of: bytes, on: id, at: now)
        answerMessages(id, &core, now)
        flush(id, poll, now)
    }

    /// Hands every whole message to the core.
    private mutating func answerMessages(_ id: UInt64, _ core: inout Core, _ now: Moment) {
        while let (message, arrival) = streams.nextMessage(on: id, at: now) {
            var span = answerBuffer.mutableSpan
            let result = core.receive(message.span, arrival, into: &span)
            switch result {
            case .waiting: break
            case .answered(let count):
                streams.answer(count, of: answerBuffer, on: id, at: now)
            }
        }
    }

    /// Sends what can be sent, and polls for what the connection wants next.
    private mutating func flush(_ id: UInt64, _ poll: borrowing Poll, _ now: Moment) {
        guard let open = sockets[id] else { return }
        if let connection = streams.connection(id), connection.outputByteCount > 0 {
            guard let count = try? open.socket.write(connection.pendingOutput) else {
                close(id)
                return
            }
            streams.wrote(count, on: id, at: now)
        }
        let wanted = streams.wants(id)
        guard !wanted.isFinished else {
            close(id)
            return
        }
        var interest: Interest = []
        if wanted.input { interest.insert(.input) }
        if wanted.output { interest.insert(.output) }
        guard interest != open.interest else { return }
        open.interest = interest
        let token = Worker.Token.make(Worker.Token.stream, id)
        if (try? poll.change(open.socket.number, interest, token: token)) == nil { close(id) }
    }

    /// Moves every connection to its listener's new place, and closes those that have none.
    mutating func moveListeners(_ places: [Int?]) {
        for id in streams.moveListeners(places) { close(id) }
    }

    /// Cuts off the connections whose time has come.
    mutating func closeOverdue(at now: Moment) {
        for id in streams.overdue(at: now) { close(id) }
    }

    private mutating func close(_ id: UInt64) {
        sockets[id] = nil
        streams.close(id)
    }
}

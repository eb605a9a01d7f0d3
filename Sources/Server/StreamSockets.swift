// SPDX-License-Identifier: Apache-2.0

import Plugin
import Posix
import Wire

/// The sockets of a worker's TCP connections, and what is known about each.
struct StreamSockets: ~Copyable {
    /// How many connections are taken in a row before others get their turn.
    private static let maximumAcceptCount = 64
    /// How many messages of one connection are answered before others get their turn.
    static let maximumTurnMessageCount = 64
    /// How many connections go on with their messages in one round of the worker.
    static let maximumTurnCount = 64
    /// How many bytes one reading takes at most.
    private static let readByteCount = 65_536

    /// One socket, its connection, and what it is polled for.
    private final class Open {
        let id: UInt64
        let socket: TCPSocket
        let connection: StreamConnection
        var interest: Interest = .input
        /// Whether it is among those that go on in the next round.
        var isReady = false

        init(_ id: UInt64, _ socket: consuming TCPSocket, _ connection: StreamConnection) {
            self.id = id
            self.socket = socket
            self.connection = connection
        }
    }

    private let reports: StreamReports
    private var streams: Streams
    private var sockets: [UInt64: Open] = [:]
    /// The connections whose turn ended with messages left, in the order of their next turns.
    private var ready: [UInt64] = []
    /// The places of listeners that are not polled, because taking a connection failed.
    private var restingListeners: Set<Int> = []
    private var buffer = [UInt8](repeating: 0, count: readByteCount)
    /// The answers of the connection whose turn it is; empty between turns.
    private var gathered = GatheredAnswers()

    /// `board`: what the workers share.
    init(sharing board: SocketBoard) {
        reports = board.streamReports
        streams = Streams(sharing: board.streamBudget)
    }

    /// Whether nothing is left to be sent or answered.
    var isIdle: Bool {
        !sockets.values.contains { open in
            let connection = open.connection
            return connection.outputByteCount > 0 || connection.waitingCount > 0
                || connection.hasMessage
        }
    }

    /// Whether messages are left that may be answered without waiting for a socket.
    var hasWork: Bool { !ready.isEmpty }

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
                reports.count(.system(error.description), at: now)
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
        let id: UInt64
        do throws(StreamRefusal) {
            id = try streams.open(
                client: socket.peer,
                local: Endpoint(socket.local.address, port: socket.local.port),
                listener: place,
                at: now
            )
        } catch {
            reports.count(error, at: now)
            return
        }
        guard let connection = streams.connection(id) else { return }
        let open = Open(id, socket, connection)
        let token = Worker.Token.make(Worker.Token.stream, id)
        do throws(SystemError) {
            try poll.add(open.socket.number, .input, token: token)
        } catch {
            reports.count(.system(error.description), at: now)
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
    ///
    /// A function of its own also where the whole program is optimised: what can be reached from it
    /// is looked at for locks, which only `close` and `account` may take.
    @inline(never)
    mutating func serve(
        _ id: UInt64,
        _ interest: Interest,
        _ core: inout Core,
        _ poll: borrowing Poll,
        _ now: Moment
    ) {
        guard let open = sockets[id] else { return }
        let connection = open.connection
        if interest.contains(.failure), !connection.wantsInput {
            // Nobody is there any more, and no reading would notice.
            close(id)
            return
        }
        if interest.contains(.input), connection.wantsInput {
            do throws(SystemError) {
                switch try open.socket.read(into: &buffer) {
                case .bytes(let count): connection.receive(buffer[..<count])
                case .nothing: break
                case .end: connection.closeInput()
                }
            } catch {
                close(id)
                return
            }
        }
        takeTurn(open, &core, poll, now)
    }

    /// Puts a late answer to a connection, and goes on with what it held back.
    mutating func answer(
        _ bytes: [UInt8],
        on id: UInt64,
        _ core: inout Core,
        _ poll: borrowing Poll,
        _ now: Moment
    ) {
        guard let open = sockets[id] else { return }
        open.connection.answer(bytes[...], at: now)
        takeTurn(open, &core, poll, now)
    }

    /// Gives those their next turn whose last one ended with messages left.
    mutating func goOn(_ core: inout Core, _ poll: borrowing Poll, _ now: Moment) {
        guard !ready.isEmpty else { return }
        let turns = Array(ready.prefix(Self.maximumTurnCount))
        ready.removeFirst(turns.count)
        for id in turns {
            guard let open = sockets[id] else { continue }
            open.isReady = false
            takeTurn(open, &core, poll, now)
        }
    }

    /// Answers and sends until nothing more is possible, or until it is the others' turn.
    private mutating func takeTurn(
        _ open: Open,
        _ core: inout Core,
        _ poll: borrowing Poll,
        _ now: Moment
    ) {
        let connection = open.connection
        // One that has its next turn in line already only sends.
        var left = open.isReady ? 0 : Self.maximumTurnMessageCount
        lookAhead(connection, core, atMost: left)
        // Sending may make room for more answers, and then nothing else would tell of the
        // messages that wait for it.
        repeat {
            answerMessages(open, &core, now, &left)
            connection.letGoOfInput()
            guard send(open, now) else { return }
        } while left > 0 && connection.canAnswer
        if !open.isReady, connection.canAnswer {
            open.isReady = true
            ready.append(open.id)
        }
        watch(open, poll)
        if connection.hasUntoldBytes || streams.isOverBudget { account(open.id) }
    }

    /// Tells the budget what a connection keeps now, and cuts off others while that is too much.
    @inline(never)
    private mutating func account(_ id: UInt64) {
        while let largest = streams.account(id) {
            reports.count(.memory)
            reset(largest)
        }
    }

    /// Has the memory fetched that the answers of a turn will be made of.
    private func lookAhead(
        _ connection: StreamConnection,
        _ core: borrowing Core,
        atMost count: Int
    ) {
        let input = connection.input
        var next = connection.nextPlace(in: input)
        for _ in 0..<min(count, connection.roomCount) {
            guard let place = next else { return }
            core.prefetchMemory(for: input.span.extracting(place), listener: connection.listener)
            next = StreamConnection.place(in: input, ofMessageAt: place.upperBound)
        }
    }

    /// Hands whole messages to the core, at most `left` of them, and gathers the answers.
    private mutating func answerMessages(
        _ open: Open,
        _ core: inout Core,
        _ now: Moment,
        _ left: inout Int
    ) {
        let connection = open.connection
        let input = connection.input
        let arrival = connection.arrival(open.id)
        while left > 0, !gathered.isFull, let place = connection.takeMessage(in: input, at: now) {
            left -= 1
            let isAnswered = gathered.append { buffer in
                core.receive(input.span.extracting(place), arrival, into: &buffer)
            }
            if isAnswered { connection.endMessage() }
            connection.gatheredByteCount = gathered.count
        }
    }

    /// Sends what can be sent, and keeps the rest; false when the connection is no more.
    private mutating func send(_ open: Open, _ now: Moment) -> Bool {
        let connection = open.connection
        defer {
            gathered.removeAll()
            connection.gatheredByteCount = 0
        }
        do throws(SystemError) {
            if connection.outputByteCount > 0 {
                connection.put(gathered.bytes, at: now)
                connection.wrote(try open.socket.write(connection.pendingOutput), at: now)
            } else if gathered.count > 0 {
                let count = try open.socket.write(gathered.bytes)
                connection.put(gathered.bytes.dropFirst(count), at: now)
                if count == gathered.count { connection.wrote(0, at: now) }
            }
            return true
        } catch {
            close(open.id)
            return false
        }
    }

    /// Polls for what the connection wants next, or closes it when that is nothing.
    private mutating func watch(_ open: Open, _ poll: borrowing Poll) {
        let connection = open.connection
        guard !connection.isFinished else {
            close(open.id)
            return
        }
        var interest: Interest = []
        if connection.wantsInput { interest.insert(.input) }
        if connection.outputByteCount > 0 { interest.insert(.output) }
        guard interest != open.interest else { return }
        open.interest = interest
        let token = Worker.Token.make(Worker.Token.stream, open.id)
        if (try? poll.change(open.socket.number, interest, token: token)) == nil { close(open.id) }
    }

    /// Moves every connection to its listener's new place, and closes those that have none.
    mutating func moveListeners(_ places: [Int?]) {
        for id in streams.moveListeners(places) { close(id) }
    }

    /// Cuts off the connections whose time has come.
    mutating func closeOverdue(at now: Moment) {
        for id in streams.overdue(at: now) {
            // What the system took may be as unread as what it did not.
            if streams.wants(id).output || sockets[id]?.socket.unsentByteCount != 0 {
                reports.count(.slow)
                reset(id)
            } else {
                close(id)
            }
        }
    }

    /// Closes a connection and throws away what it would still send, the system's part included.
    private mutating func reset(_ id: UInt64) {
        // It fails only for a socket that is gone already.
        try? sockets[id]?.socket.discardUnsent()
        close(id)
    }

    @inline(never)
    private mutating func close(_ id: UInt64) {
        sockets[id] = nil
        streams.close(id)
    }
}

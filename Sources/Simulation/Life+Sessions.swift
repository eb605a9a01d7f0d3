// SPDX-License-Identifier: Apache-2.0

import Plugin
import Server
import Wire

/// One TCP connection of a client, and how the client behaves.
struct Session {
    /// What kind of client it is.
    enum Manner: Hashable {
        case ordinary
        /// It sends all it has, says that no more comes, and reads on.
        case halfClosing
        /// It goes away in the middle.
        case leaving
        /// It never reads.
        case deaf
    }

    let manner: Manner
    let worker: Int
    let client: Endpoint
    let port: UInt16
    /// The places of its messages among all that were asked.
    let asked: Range<Int>
    /// Everything it sends, lengths included.
    let bytes: [UInt8]
    /// Where its messages end.
    let ends: Set<Int>
    var sentCount = 0
    /// The connection at the worker; 0 before there is one.
    var connection: UInt64 = 0
    /// How many of its messages the server has taken.
    var takenCount = 0
    /// What the server put there for it and it has not read.
    var promised: [UInt8] = []
    var isReading = false
    var isClosed = false
    /// How many bytes it takes before it leaves.
    var leavesAfter = Int.max
}

extension Life {
    /// A client opens a connection and has some questions.
    func openSession() {
        let client = Endpoint(
            IPAddress(v4: 0x0A00_0101 + UInt32(sessions.count % 5)),
            port: UInt16(truncatingIfNeeded: 1_024 + sessions.count)
        )
        let first = asked.count
        var bytes: [UInt8] = []
        var ends: Set<Int> = []
        var ids: Set<UInt16> = []
        let port = network.pick(wanted.blocks).port
        for _ in 0..<(network.chance(5) ? 300 : network.number(1...25)) {
            var message = questions.next(wanted, over: .tcp, from: client)
            message.port = port
            // Answers of one connection are told apart by their ids alone.
            guard ids.insert(message.id).inserted else { continue }
            asked.append(message)
            bytes += [UInt8(message.bytes.count >> 8), UInt8(message.bytes.count & 0xFF)]
            bytes += message.bytes
            ends.insert(bytes.count)
        }
        let manner: Session.Manner =
            switch network.below(10) {
            case 0: .leaving
            case 1: .deaf
            case 2: .halfClosing
            default: .ordinary
            }
        var session = Session(
            manner: manner,
            worker: network.below(workers.count),
            client: client,
            port: port,
            asked: first..<asked.count,
            bytes: bytes,
            ends: ends
        )
        if manner == .leaving { session.leavesAfter = network.below(bytes.count + 1) }
        sessions.append(session)
        plan(.connect(session: sessions.count - 1), inMicroseconds: network.number(1...2_000))
    }

    func connect(_ number: Int) {
        let worker = workers[sessions[number].worker]
        begin(worker)
        guard let listener = worker.listener(at: sessions[number].port) else { return }
        let id = try? worker.streams.open(
            client: sessions[number].client,
            local: Endpoint(Self.local, port: sessions[number].port),
            listener: listener,
            at: now
        )
        guard let id else {
            fail("a connection was refused, and there are few")
            return
        }
        sessions[number].connection = id
        worker.sessions[id] = number
        plan(.chunk(session: number), inMicroseconds: network.number(1...500))
    }

    /// The next bytes arrive, split anywhere.
    func sendChunk(_ number: Int) {
        let session = sessions[number]
        guard !session.isClosed else { return }
        let worker = workers[session.worker]
        begin(worker)
        let left = session.bytes.count - session.sentCount
        if session.sentCount >= session.leavesAfter {
            close(number)
            return
        }
        guard left > 0 else {
            if session.manner == .halfClosing { worker.streams.closeInput(session.connection) }
            finish(number)
            return
        }
        // The server does not read when it is owed too much already.
        if worker.streams.wants(session.connection).input {
            let size = network.chance(50) ? network.number(1...3) : network.number(1...400)
            let count = min(size, left)
            let end = session.sentCount + count
            let chunk = Array(session.bytes[session.sentCount..<end])
            worker.streams.receive(count, of: chunk, on: session.connection)
            sessions[number].sentCount = end
            if !session.ends.contains(end) { faults.split += 1 }
            takeMessages(of: worker, session.connection)
        }
        plan(.chunk(session: number), inMicroseconds: network.number(1...300))
    }

    /// Lets the core answer every whole message of a connection.
    func takeMessages(of worker: SimulatedWorker, _ connection: UInt64) {
        guard let number = worker.sessions[connection] else { return }
        while let (bytes, arrival) = worker.streams.nextMessage(on: connection, at: now) {
            let session = sessions[number]
            var place = session.asked.lowerBound + session.takenCount
            // Empty messages are passed over.
            while place < session.asked.upperBound, asked[place].bytes.isEmpty { place += 1 }
            sessions[number].takenCount = place + 1 - session.asked.lowerBound
            guard place < session.asked.upperBound, asked[place].bytes == bytes else {
                fail("a message of \(session.client) was not taken as it was sent")
                return
            }
            deliveredCount += 1
            take(place, bytes, arrival, of: worker, session: number)
        }
    }

    /// Hands one message to the core.
    private func take(
        _ place: Int,
        _ bytes: [UInt8],
        _ arrival: Arrival,
        of worker: SimulatedWorker,
        session number: Int
    ) {
        let (receipt, reply) = worker.receiveStream(bytes, arrival, at: now)
        switch receipt {
        case .waiting: owe(place, worker, arrival.connection)
        case .answered(0):
            if !Verdict.mustBeSilent(asked[place]) {
                fail("no answer to \(asked[place].description)")
            }
        case .answered:
            promise(reply, session: number)
            judge(reply, place, from: models.count - 1)
        }
    }

    /// Notes what the client of a session will read.
    func promise(_ bytes: [UInt8], session number: Int) {
        guard !bytes.isEmpty else { return }
        sessions[number].promised += [UInt8(bytes.count >> 8), UInt8(bytes.count & 0xFF)]
        sessions[number].promised += bytes
        if sessions[number].manner != .deaf, !sessions[number].isReading {
            sessions[number].isReading = true
            plan(.read(session: number), inMicroseconds: network.number(1...3_000))
        }
    }

    /// The client reads some bytes.
    func read(_ number: Int) {
        sessions[number].isReading = false
        let session = sessions[number]
        let worker = workers[session.worker]
        guard !session.isClosed, let connection = worker.streams.connection(session.connection)
        else { return }
        begin(worker)
        let pending = connection.pendingOutput
        let count = min(pending.count, network.number(1...2_000))
        guard pending.count == session.promised.count,
            pending.prefix(count).elementsEqual(session.promised.prefix(count))
        else {
            fail("what \(session.client) reads is not what was answered")
            return
        }
        worker.streams.wrote(count, on: session.connection, at: now)
        sessions[number].promised.removeFirst(count)
        if count < pending.count {
            sessions[number].isReading = true
            plan(.read(session: number), inMicroseconds: network.number(1...2_000))
        }
        takeMessages(of: worker, session.connection)
        finish(number)
    }

    /// Closes a session with which nothing is left to be done.
    private func finish(_ number: Int) {
        let session = sessions[number]
        if workers[session.worker].streams.wants(session.connection).isFinished { close(number) }
    }

    /// The server cuts a connection off.
    func cutOff(_ id: UInt64, of worker: SimulatedWorker) {
        if let number = worker.sessions[id] { close(number) } else { worker.streams.close(id) }
    }

    /// A connection ends; the core goes on with what waits for it, and the answers go nowhere.
    private func close(_ number: Int) {
        let session = sessions[number]
        let worker = workers[session.worker]
        sessions[number].isClosed = true
        worker.streams.close(session.connection)
        worker.sessions[session.connection] = nil
    }
}

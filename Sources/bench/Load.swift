// SPDX-License-Identifier: Apache-2.0

import Posix
import Wire

/// A closed loop over UDP: a window of queries is kept in flight, each answer makes room for one.
struct Load: ~Copyable {
    /// What a run gave.
    struct Result {
        var answeredCount = 0
        var lostCount = 0
        /// Answers that were not what the workload expects.
        var wrongCount = 0
        var elapsedNanoseconds: UInt64 = 0
    }

    /// How long an answer may take before it counts as lost, in nanoseconds.
    private static let patienceNanoseconds: UInt64 = 1_000_000_000

    private let server: Endpoint
    private let socket: UDPSocket
    private let poll: Poll
    private var sent = MessageBatch(slotByteCount: 512)
    private var received = MessageBatch(slotByteCount: 4_096)

    init(to server: Endpoint) throws(SystemError) {
        let local =
            server.address.family == .v4
            ? IPAddress(v4: 0x7F00_0001) : IPAddress(v6High: 0, low: 1)
        let socket = try UDPSocket(binding: Endpoint(local, port: 0), sharingPort: false)
        let poll = try Poll()
        try poll.add(socket.number, .input, token: 0)
        self.server = server
        self.socket = socket
        self.poll = poll
    }

    /// Sends `count` queries of the workload, `window` of them at a time.
    mutating func run(
        _ workload: Workload,
        count: Int,
        window: Int
    ) throws(SystemError) -> Result {
        var result = Result()
        var random = Spread(seed: 1)
        /// The question that is in flight under each id; -1 where none is.
        var questions = [Int](repeating: -1, count: 65_536)
        var nextID: UInt16 = 0
        var inFlight = 0
        var begun = 0
        let start = Clock.monotonicNanoseconds()
        while begun < count || inFlight > 0 {
            while begun < count, inFlight < window, sent.count < MessageBatch.maximumCount {
                nextID &+= 1
                if questions[Int(nextID)] >= 0 { continue }
                let question = Int(random.next() % UInt64(workload.questions.count))
                questions[Int(nextID)] = question
                let id = nextID
                sent.append(to: server, isMapped: false, from: nil, interface: 0) { buffer in
                    Self.copy(workload.questions[question].message, id, into: &buffer)
                }
                inFlight += 1
                begun += 1
            }
            _ = socket.send(&sent)
            let ready = try poll.wait(milliseconds: Int(Self.patienceNanoseconds / 1_000_000))
            if ready == 0 {
                result.lostCount += inFlight
                inFlight = 0
                for id in questions.indices { questions[id] = -1 }
                continue
            }
            try socket.receive(into: &received)
            for index in 0..<received.count {
                let message = received.message(at: index)
                guard message.count >= Header.byteCount else { continue }
                let id = Int(message.uint16(at: 0))
                let question = questions[id]
                guard question >= 0 else { continue }
                questions[id] = -1
                inFlight -= 1
                result.answeredCount += 1
                if !workload.questions[question].isAnswered(by: message) { result.wrongCount += 1 }
            }
        }
        result.elapsedNanoseconds = Clock.monotonicNanoseconds() - start
        return result
    }

    /// Copies a question into the send batch, under its own id.
    private static func copy(
        _ message: [UInt8],
        _ id: UInt16,
        into buffer: inout MutableSpan<UInt8>
    ) -> Int {
        for index in 2..<message.count { buffer[index] = message[index] }
        buffer[0] = UInt8(truncatingIfNeeded: id >> 8)
        buffer[1] = UInt8(truncatingIfNeeded: id)
        return message.count
    }
}

/// A small generator of evenly spread numbers, so that each run asks the same.
struct Spread {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state >> 33
    }
}

// SPDX-License-Identifier: Apache-2.0

import Posix
import Wire

/// Changes a Service's address and reloads, again and again, while questions never stop.
///
/// Each version of the Service has an address of its own, so an answer tells which version it is
/// from. Allowed is the version before the one that was newest when the question left, and any up to
/// the newest when the answer came.
struct ReloadRun: ~Copyable {
    /// How many questions are in flight at a time.
    private static let window = 64
    /// How long an answer may take before it counts as lost, in milliseconds.
    private static let patienceMilliseconds = 2_000

    private let server: Endpoint
    private let process: Int
    private let file: String
    private let socket: UDPSocket
    private let poll: Poll
    private var sent = MessageBatch(slotByteCount: 512)
    private var received = MessageBatch(slotByteCount: 4_096)
    /// The newest version at the time when the question under an id left; -1 where none is out.
    private var versions = [Int](repeating: -1, count: 65_536)
    private var nextID: UInt16 = 0
    private var inFlight = 0
    private var answeredCount = 0
    private var lostCount = 0
    private var wrongCount = 0
    private var written = 0
    /// The newest version that an answer was from.
    private var seen = 0

    init(port: UInt16, process: Int, file: String) throws(SystemError) {
        let local = Endpoint(IPAddress(v4: 0x7F00_0001), port: 0)
        let socket = try UDPSocket(binding: local, sharingPort: false)
        let poll = try Poll()
        try poll.add(socket.number, .input, token: 0)
        server = Endpoint(local.address, port: port)
        self.process = process
        self.file = file
        self.socket = socket
        self.poll = poll
    }

    /// The address of the Service in one version.
    private static func address(of version: Int) -> UInt32 { 0x0A60_8000 + UInt32(version) }

    /// Reloads so often; each time it waits until the new version was seen.
    mutating func run(count: Int) throws {
        let message = try question()
        let start = Clock.monotonicNanoseconds()
        for version in 1...count {
            try write(version)
            while seen < version {
                try round(message)
                guard lostCount < 1_000 else { throw SystemError(call: "reload", code: 110) }
            }
        }
        while inFlight > 0 { try receive() }
        let elapsed = Clock.monotonicNanoseconds() - start
        Process.write("\(count) \(answeredCount) \(lostCount) \(wrongCount) \(elapsed)\n")
    }

    /// The question that is asked all the time.
    private func question() throws(WireError) -> [UInt8] {
        var message = Message(header: Header(id: 0, flags: .recursionDesired))
        message.questions = [Question(try Name("changing.default.svc.cluster.local"), .a)]
        return try message.encoded()
    }

    /// Writes one version of the Service and tells the server.
    private mutating func write(_ version: Int) throws(SystemError) {
        let text = """
            apiVersion: v1
            kind: Service
            metadata:
              name: changing
            spec:
              clusterIP: \(IPAddress(v4: Self.address(of: version)))
              ports:
                - port: 80

            """
        try DiskFiles().replace(file, with: Array(text.utf8))
        written = version
        try Process.send(.hangUp, to: process)
    }

    /// Fills the window and takes what came.
    private mutating func round(_ message: [UInt8]) throws(SystemError) {
        while inFlight < Self.window {
            nextID &+= 1
            if versions[Int(nextID)] >= 0 { continue }
            versions[Int(nextID)] = written
            let id = nextID
            sent.append(to: server, isMapped: false, from: nil, interface: 0) { buffer in
                for index in 2..<message.count { buffer[index] = message[index] }
                buffer[0] = UInt8(truncatingIfNeeded: id >> 8)
                buffer[1] = UInt8(truncatingIfNeeded: id)
                return message.count
            }
            inFlight += 1
        }
        _ = socket.send(&sent)
        try receive()
    }

    /// Takes what came, or counts what did not.
    private mutating func receive() throws(SystemError) {
        if try poll.wait(milliseconds: Self.patienceMilliseconds) == 0 {
            lostCount += inFlight
            inFlight = 0
            for id in versions.indices { versions[id] = -1 }
            return
        }
        try socket.receive(into: &received)
        for index in 0..<received.count {
            let (id, version) = Self.read(received, index)
            guard let id, versions[id] >= 0 else { continue }
            if let version, version >= versions[id] - 1, version <= written {
                seen = max(seen, version)
            } else if written > 1 || version != nil {
                wrongCount += 1
            }
            versions[id] = -1
            inFlight -= 1
            answeredCount += 1
        }
    }

    /// The id of an answer, and the version that it is from.
    private static func read(_ batch: borrowing MessageBatch, _ index: Int) -> (Int?, Int?) {
        let answer = batch.message(at: index)
        guard answer.count >= Header.byteCount else { return (nil, nil) }
        return (Int(answer.uint16(at: 0)), version(of: answer))
    }

    /// The version that an answer is from; nil when it holds no address.
    private static func version(of answer: Span<UInt8>) -> Int? {
        guard answer.uint16(at: 6) == 1,
            let end = try? answer.nameEnd(at: Header.byteCount),
            let record = try? answer.nameEnd(at: end + 4), record + 14 <= answer.count
        else { return nil }
        return Int(answer.uint32(at: record + 10)) - Int(address(of: 0))
    }
}

// SPDX-License-Identifier: Apache-2.0

import Plugin
import Posix
import Wire

/// A client that sends one question and takes what comes back for it, whatever it is.
struct PlainAsker {
    /// Nothing came in time.
    struct NoAnswer: Error {}

    let server: Endpoint
    /// How long it waits for an answer, and how often it asks over UDP.
    let patienceMilliseconds: Int
    private let tryCount: Int

    init(_ server: Endpoint, patienceMilliseconds: Int = 6_000, tryCount: Int = 1) {
        self.server = server
        self.patienceMilliseconds = patienceMilliseconds
        self.tryCount = tryCount
    }

    static func loopback(_ port: UInt16) -> Endpoint {
        Endpoint(IPAddress(v4: 0x7F00_0001), port: port)
    }

    /// Lets some time pass while another program gets ready.
    static func pause(milliseconds: Int) {
        guard let poll = try? Poll() else { return }
        _ = try? poll.wait(milliseconds: milliseconds)
    }

    /// Asks; `wantsSignatures`: with OPT, that says so.
    func ask(
        _ question: Question,
        _ transport: Transport,
        wantsSignatures: Bool = false
    ) throws -> Message {
        var message = Message(header: Header(id: 0x1234, flags: .recursionDesired))
        message.questions = [question]
        if wantsSignatures {
            message.additionals = [
                Record(
                    owner: .root,
                    type: .opt,
                    recordClass: RecordClass(rawValue: 1_232),
                    ttl: 0x8000,
                    data: []
                )
            ]
        }
        let bytes = try message.encoded()
        guard transport == .udp else { return try askOverTCP(bytes) }
        for _ in 0..<tryCount {
            if let answer = try askOverUDP(bytes) { return answer }
        }
        throw NoAnswer()
    }

    private func askOverUDP(_ message: [UInt8]) throws -> Message? {
        let socket = try ConnectedUDPSocket(to: server)
        try socket.send(message)
        guard try wait(socket.number, .input) else { return nil }
        let came = try socket.receive()
        return try came.map { try Message(parsing: $0.span) }
    }

    private func askOverTCP(_ message: [UInt8]) throws -> Message {
        let socket = try TCPSocket(connectingTo: server)
        guard try wait(socket.number, .output) else { throw NoAnswer() }
        try socket.checkConnected()
        let bytes = [UInt8(message.count >> 8), UInt8(message.count & 0xFF)] + message
        guard try socket.write(bytes[...]) == bytes.count else { throw NoAnswer() }
        var input: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_537)
        while try wait(socket.number, .input) {
            guard case .bytes(let count) = try socket.read(into: &buffer) else { break }
            input += buffer[..<count]
            guard input.count >= 2 else { continue }
            let end = 2 + Int(input.span.uint16(at: 0))
            guard input.count >= end else { continue }
            return try Message(parsing: Array(input[2..<end]).span)
        }
        throw NoAnswer()
    }

    private func wait(_ number: CInt, _ interest: Interest) throws -> Bool {
        let poll = try Poll()
        try poll.add(number, interest, token: 0)
        return try poll.wait(milliseconds: patienceMilliseconds) > 0
    }
}

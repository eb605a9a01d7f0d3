// SPDX-License-Identifier: Apache-2.0

import Glibc
import Plugin
import Posix
import Testing
import Wire

@testable import Server

/// What a connection takes that has been served and is silent.
@Suite struct IdleConnectionTests {
    /// A sanitizer has memory of its own, which tells nothing of ours.
    private static var isOwnMemory: Bool {
        unsafe dlsym(nil, "__tsan_init") == nil && dlsym(nil, "__asan_init") == nil
    }

    /// In a process of its own, so that nobody else takes memory meanwhile.
    ///
    /// Each connection has kept as much of what it received as it may; what it may keep of what was
    /// to be sent, which needs a client that does not read, is added.
    @Test("An idle connection takes at most 2 KiB", .enabled(if: isOwnMemory))
    func takesLittle() async {
        await #expect(processExitsWith: .success) {
            let count = 1_000
            let bench = try StreamBench(addressCount: 20)
            // Messages of some 30 bytes, as many as make the most that is kept.
            let questions = try StreamBench.questions(Streams.keptByteCount / 35)
            Process.raiseDescriptorLimit()
            var clients = OpenClients(count)
            for number in 0..<count {
                // 512 of one address are taken.
                let source = IPAddress(v4: 0x7F00_0101 + UInt32(number / 256) << 8)
                try clients.add(try bench.connect(from: source))
                if number % 64 == 63 { while try bench.step(patience: 0) {} }
            }
            while try bench.step(patience: 0) {}
            let before = Process.allocatedByteCount

            for number in 0..<count {
                try clients.write(questions, to: number)
                if number % 64 == 63 { while try bench.step(patience: 0) {} }
            }
            while try bench.step(patience: 100) {}

            let served = Process.allocatedByteCount
            // The clients' own memory was there before; theirs is not a part of this.
            let ofMessages = (served - before) / count
            #expect((64...Streams.keptByteCount + 64).contains(ofMessages), "\(ofMessages) bytes")
            let answerCount = try clients.answerByteCount(of: count - 1)
            #expect(answerCount > questions.count)
            for number in 0..<count { clients.close(number) }
            while try bench.step(patience: 100) {}
            let after = Process.allocatedByteCount
            let each = (served - after) / count + Self.outputByteCount()
            // It does take something, or nothing was measured.
            #expect((200...2_048).contains(each), "\(each) bytes a connection")
        }
    }

    /// What a connection keeps of an answer that it was sent late.
    private static func outputByteCount() -> Int {
        let now = Moment(nanoseconds: 0)
        let place = Endpoint(IPAddress(v4: 0x7F00_0001), port: 53)
        let connection = StreamConnection(client: place, local: place, listener: 0, now: now)
        let answer = [UInt8](repeating: 1, count: Streams.keptByteCount - 32)
        let before = Process.allocatedByteCount
        connection.put(answer[...], at: now)
        connection.wrote(answer.count, at: now)
        #expect(connection.isFinished == false)
        return Process.allocatedByteCount - before
    }
}

/// Clients whose sockets stay open.
private struct OpenClients {
    /// One of them; nil when it was closed.
    private final class Client {
        var socket: TCPSocket?

        init(_ socket: consuming TCPSocket) { self.socket = consume socket }
    }

    private var clients: [Client] = []

    init(_ count: Int) { clients.reserveCapacity(count) }

    mutating func add(_ socket: consuming TCPSocket) throws { clients.append(Client(socket)) }

    func write(_ bytes: [UInt8], to number: Int) throws {
        _ = try clients[number].socket?.write(bytes[...])
    }

    /// The number of bytes that wait to be read.
    func answerByteCount(of number: Int) throws -> Int {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        guard case .bytes(let count)? = try clients[number].socket?.read(into: &bytes) else {
            return 0
        }
        return count
    }

    func close(_ number: Int) { clients[number].socket = nil }
}

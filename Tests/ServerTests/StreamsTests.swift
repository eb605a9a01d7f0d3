// SPDX-License-Identifier: Apache-2.0

import Plugin
import Server
import Testing
import Wire

@Suite struct StreamsTests {
    static let client = Endpoint(IPAddress(v4: 0xC000_0201), port: 4_000)
    static let local = Endpoint(IPAddress(v4: 0x7F00_0001), port: 53)
    static let start = Moment(nanoseconds: 1_000_000_000)

    /// A message of so many bytes with its length in front.
    static func framed(_ count: Int) -> [UInt8] {
        [UInt8(count >> 8), UInt8(count & 0xFF)] + (0..<count).map { UInt8($0 & 0xFF) }
    }

    /// Streams with one connection.
    static func one(_ streams: inout Streams) throws -> UInt64 {
        try open(&streams, client)
    }

    /// Opens one more connection, which must be taken.
    static func open(
        _ streams: inout Streams,
        _ client: Endpoint,
        listener: Int = 0
    ) throws -> UInt64 {
        let id = streams.open(client: client, local: local, listener: listener, at: start)
        return try #require(id)
    }

    @Test("Messages come whole however their bytes are split", arguments: 1...9)
    func joinsSplitMessages(size: Int) throws {
        var streams = Streams()
        let id = try Self.one(&streams)
        let bytes = Self.framed(5) + Self.framed(0) + Self.framed(300)
        var messages: [[UInt8]] = []

        for start in stride(from: 0, to: bytes.count, by: size) {
            let part = Array(bytes[start..<min(start + size, bytes.count)])
            streams.receive(part.count, of: part, on: id)
            while let (message, _) = streams.nextMessage(on: id, at: Self.start) {
                messages.append(message)
            }
        }

        #expect(messages.map(\.count) == [5, 300])
    }

    @Test func framesAnswersInTheirOrder() throws {
        var streams = Streams()
        let id = try Self.one(&streams)

        streams.answer(3, of: [1, 2, 3, 9], on: id, at: Self.start)
        streams.answer(0, of: [], on: id, at: Self.start)
        streams.answer(1, of: [7], on: id, at: Self.start)

        let output = streams.connection(id)?.pendingOutput ?? []
        #expect(Array(output) == [0, 3, 1, 2, 3, 0, 1, 7])
    }

    @Test func pausesWhileTooManyMessagesWait() throws {
        var streams = Streams()
        let id = try Self.one(&streams)
        for _ in 0...Streams.maximumWaitingCount {
            streams.receive(3, of: Self.framed(1), on: id)
        }

        var count = 0
        while streams.nextMessage(on: id, at: Self.start) != nil { count += 1 }

        #expect(count == Streams.maximumWaitingCount)
        let wantsInput = streams.wants(id).input
        #expect(!wantsInput)
        streams.answer(1, of: [7], on: id, at: Self.start)
        let next = streams.nextMessage(on: id, at: Self.start)
        #expect(next != nil)
    }

    @Test func pausesWhileTheClientDoesNotRead() throws {
        var streams = Streams()
        let id = try Self.one(&streams)
        let answer = [UInt8](repeating: 1, count: 65_535)

        for _ in 0..<4 { streams.answer(65_535, of: answer, on: id, at: Self.start) }

        let wantsInput = streams.wants(id).input
        #expect(!wantsInput)
        streams.wrote(65_537, on: id, at: Self.start)
        let wantsMoreInput = streams.wants(id).input
        #expect(wantsMoreInput)
    }

    @Test func takesSoManyConnectionsOfOneClientAndNoMore() throws {
        var streams = Streams()
        for _ in 0..<Streams.maximumClientConnectionCount { _ = try Self.one(&streams) }

        let more = streams.open(
            client: Self.client,
            local: Self.local,
            listener: 0,
            at: Self.start
        )
        #expect(more == nil)
        let other = Endpoint(IPAddress(v4: 0xC000_0202), port: 1)
        let ofOther = streams.open(client: other, local: Self.local, listener: 0, at: Self.start)
        #expect(ofOther != nil)
    }

    @Test func takesSoManyConnectionsInAllAndNoMore() {
        var streams = Streams()
        for number in 0..<Streams.maximumConnectionCount {
            let client = Endpoint(IPAddress(v4: UInt32(number)), port: 1)
            _ = streams.open(client: client, local: Self.local, listener: 0, at: Self.start)
        }

        let count = streams.count
        #expect(count == Streams.maximumConnectionCount)
        let client = Endpoint(IPAddress(v4: .max), port: 1)
        let more = streams.open(client: client, local: Self.local, listener: 0, at: Self.start)
        #expect(more == nil)
    }

    @Test func cutsOffWhoNeverAsks() throws {
        var streams = Streams()
        let id = try Self.one(&streams)
        let limit = Self.start.adding(milliseconds: Streams.firstReadMilliseconds)

        streams.receive(1, of: [0], on: id)

        let before = streams.overdue(at: Moment(nanoseconds: limit.nanoseconds - 1))
        #expect(before == [])
        let after = streams.overdue(at: limit)
        #expect(after == [id])
    }

    @Test func givesMoreTimeAfterAMessage() throws {
        var streams = Streams()
        let id = try Self.one(&streams)
        streams.receive(3, of: Self.framed(1), on: id)
        _ = streams.nextMessage(on: id, at: Self.start)
        streams.answer(0, of: [], on: id, at: Self.start)

        let limit = Self.start.adding(milliseconds: Streams.idleMilliseconds)
        let before = streams.overdue(at: Moment(nanoseconds: limit.nanoseconds - 1))
        #expect(before == [])
        let after = streams.overdue(at: limit)
        #expect(after == [id])
    }

    @Test func cutsOffWhoDoesNotReadButNotWhoWaits() throws {
        var streams = Streams()
        let id = try Self.one(&streams)
        streams.receive(6, of: Self.framed(1) + Self.framed(1), on: id)
        while streams.nextMessage(on: id, at: Self.start) != nil {}
        let later = Self.start.adding(milliseconds: 60_000)
        let overdue = streams.overdue(at: later)
        #expect(overdue == [])

        streams.answer(1, of: [7], on: id, at: Self.start)

        let before = streams.overdue(at: Self.start.adding(milliseconds: 4_999))
        #expect(before == [])
        let after = streams.overdue(at: Self.start.adding(milliseconds: 5_000))
        #expect(after == [id])
    }

    @Test func finishesOnceEverythingIsSent() throws {
        var streams = Streams()
        let id = try Self.one(&streams)
        streams.receive(3, of: Self.framed(1), on: id)
        _ = streams.nextMessage(on: id, at: Self.start)
        streams.closeInput(id)
        let isFinishedBefore = streams.wants(id).isFinished
        #expect(!isFinishedBefore)

        streams.answer(1, of: [7], on: id, at: Self.start)
        let isFinishedUnsent = streams.wants(id).isFinished
        #expect(!isFinishedUnsent)
        streams.wrote(3, on: id, at: Self.start)

        let isFinished = streams.wants(id).isFinished
        #expect(isFinished)
    }

    @Test func movesConnectionsWithTheirListener() throws {
        var streams = Streams()
        let first = try Self.open(&streams, Self.client)
        let second = try Self.open(&streams, Self.client, listener: 1)

        let orphans = streams.moveListeners([nil, 0])

        #expect(orphans == [first])
        let place = streams.connection(second)?.listener
        #expect(place == 0)
    }

    @Test func forgetsAClosedConnection() throws {
        var streams = Streams()
        let id = try Self.one(&streams)

        streams.close(id)
        streams.answer(1, of: [7], on: id, at: Self.start)

        let count = streams.count
        #expect(count == 0)
        let isFinished = streams.wants(id).isFinished
        #expect(isFinished)
    }
}

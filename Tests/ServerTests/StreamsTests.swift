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
        try streams.open(client: client, local: local, listener: listener, at: start)
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

    @Test func sharesTheLimitOfAClientWithOtherWorkers() throws {
        let budget = StreamBudget()
        var first = Streams(sharing: budget)
        var second = Streams(sharing: budget)
        let half = StreamBudget.maximumClientConnectionCount / 2
        for _ in 0..<half { _ = try Self.one(&first) }
        var id: UInt64 = 0
        for _ in 0..<half { id = try Self.one(&second) }

        #expect(throws: StreamRefusal.fullForClient(Self.client.address)) {
            try Self.one(&first)
        }
        second.close(id)
        _ = try Self.one(&first)

        #expect(throws: StreamRefusal.fullForClient(Self.client.address)) {
            try Self.one(&second)
        }
        let counts = (first.count, second.count)
        #expect(counts == (half + 1, half - 1))
    }

    @Test func sharesTheLimitOfAllConnectionsWithOtherWorkers() throws {
        let budget = StreamBudget()
        var first = Streams(sharing: budget)
        var second = Streams(sharing: budget)
        for number in 0..<StreamBudget.maximumConnectionCount {
            let client = Endpoint(IPAddress(v4: UInt32(number)), port: 1)
            if number.isMultiple(of: 2) {
                _ = try Self.open(&first, client)
            } else {
                _ = try Self.open(&second, client)
            }
        }

        #expect(throws: StreamRefusal.full) { try Self.one(&first) }
        #expect(throws: StreamRefusal.full) { try Self.one(&second) }
    }

    @Test func givesItsBudgetBackWhenItEnds() throws {
        let budget = StreamBudget(maximumHeldByteCount: 2)
        do {
            var streams = Streams(sharing: budget)
            let id = try Self.one(&streams)
            streams.receive(3, of: [0, 9, 1], on: id)
            let largest = streams.account(id)
            #expect(largest == id)
            #expect(budget.isExceeded)
            #expect(budget.count == 1)
        }

        #expect(budget.count == 0)
        #expect(!budget.isExceeded)
    }

    @Test func holdsSoManyBytesAndCutsWhoHoldsMostAfterThat() throws {
        let budget = StreamBudget(maximumHeldByteCount: 300)
        var streams = Streams(sharing: budget)
        let ids = try (0..<3).map { _ in try Self.one(&streams) }
        var told: [UInt64?] = []
        for (id, count) in zip(ids, [98, 148, 48]) {
            streams.answer(count, of: [UInt8](repeating: 7, count: count), on: id, at: Self.start)
            told.append(streams.account(id))
        }
        // 100, 150 and 50 bytes with their lengths: just what may be held.
        #expect(told == [nil, nil, nil])

        streams.receive(1, of: [0], on: ids[2])
        let largest = streams.account(ids[2])

        #expect(largest == ids[1])
        streams.close(ids[1])
        #expect(!budget.isExceeded)
        let largestAfter = streams.account(ids[2])
        #expect(largestAfter == nil)
    }

    @Test func holdsNothingOfWhatIsAnsweredAndSent() throws {
        let budget = StreamBudget(maximumHeldByteCount: 0)
        var streams = Streams(sharing: budget)
        let id = try Self.one(&streams)

        for _ in 0..<3 {
            streams.receive(302, of: Self.framed(300), on: id)
            while streams.nextMessage(on: id, at: Self.start) != nil {
                streams.answer(300, of: Self.framed(298), on: id, at: Self.start)
            }
            streams.wrote(302, on: id, at: Self.start)
            let largest = streams.account(id)
            #expect(largest == nil)
        }
    }

    @Test func keepsLittleForAClientThatReadsOnButNeverAll() throws {
        var streams = Streams()
        let id = try Self.one(&streams)
        let answer = [UInt8](repeating: 1, count: 998)

        streams.answer(998, of: answer, on: id, at: Self.start)
        for _ in 0..<10_000 {
            streams.answer(998, of: answer, on: id, at: Self.start)
            streams.wrote(1_000, on: id, at: Self.start)
        }

        let found = streams.connection(id)
        let connection = try #require(found)
        #expect(connection.outputByteCount == 1_000)
        #expect(connection.heldByteCount <= 3_000)
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

    @Test func askingOnWinsNoTimeForWhoDoesNotRead() throws {
        var streams = Streams()
        let id = try Self.one(&streams)
        streams.answer(1, of: [7], on: id, at: Self.start)
        let cut = Self.start.adding(milliseconds: Streams.writeMilliseconds)

        for second in 1...4 {
            let now = Self.start.adding(milliseconds: UInt64(second) * 1_000)
            streams.receive(3, of: Self.framed(1), on: id)
            while streams.nextMessage(on: id, at: now) != nil {
                streams.answer(1, of: [7], on: id, at: now)
            }
        }

        let before = streams.overdue(at: Moment(nanoseconds: cut.nanoseconds - 1))
        #expect(before == [])
        let after = streams.overdue(at: cut)
        #expect(after == [id])
    }

    @Test func readingSomeWinsTime() throws {
        var streams = Streams()
        let id = try Self.one(&streams)
        streams.answer(2, of: [7, 8], on: id, at: Self.start)
        let later = Self.start.adding(milliseconds: 4_000)

        streams.wrote(1, on: id, at: later)
        streams.wrote(0, on: id, at: later.adding(milliseconds: 4_000))

        let cut = later.adding(milliseconds: Streams.writeMilliseconds)
        let before = streams.overdue(at: Moment(nanoseconds: cut.nanoseconds - 1))
        #expect(before == [])
        let after = streams.overdue(at: cut)
        #expect(after == [id])
    }

    @Test func doesNotFinishBeforeEveryWholeMessageIsAnswered() throws {
        var streams = Streams()
        let id = try Self.one(&streams)
        let bytes = Self.framed(1) + Self.framed(1) + [0, 9, 1]
        streams.receive(bytes.count, of: bytes, on: id)
        streams.closeInput(id)
        _ = streams.nextMessage(on: id, at: Self.start)
        streams.answer(0, of: [], on: id, at: Self.start)

        let isFinishedBefore = streams.wants(id).isFinished
        #expect(!isFinishedBefore)
        let canAnswer = streams.canAnswer(id)
        #expect(canAnswer)
        _ = streams.nextMessage(on: id, at: Self.start)
        streams.answer(0, of: [], on: id, at: Self.start)

        // The rest will never be a whole message.
        let isFinished = streams.wants(id).isFinished
        #expect(isFinished)
    }

    @Test func readsNoMoreWhileAMessageIsLeft() throws {
        var streams = Streams()
        let id = try Self.one(&streams)
        streams.receive(3, of: Self.framed(1), on: id)

        let wantsInputBefore = streams.wants(id).input
        #expect(!wantsInputBefore)
        _ = streams.nextMessage(on: id, at: Self.start)

        let wantsInput = streams.wants(id).input
        #expect(wantsInput)
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

// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@testable import Posix

@Suite struct PollTests {
    @Test func tellsNothingWhenNothingHappens() throws {
        let poll = try Poll()
        let wakeup = try Wakeup()
        try poll.add(wakeup.number, .input, token: 1)

        #expect(try poll.wait(milliseconds: 0) == 0)
        #expect(try poll.wait(milliseconds: -5) == 0)
    }

    @Test func tellsAgainUntilItWasServed() throws {
        let poll = try Poll()
        let wakeup = try Wakeup()
        try poll.add(wakeup.number, .input, token: .max)
        wakeup.wake()

        for _ in 0..<2 {
            #expect(try poll.wait(milliseconds: nil) == 1)
            #expect(poll.event(at: 0) == (.max, .input))
        }
        wakeup.clear()
        #expect(try poll.wait(milliseconds: 0) == 0)
    }

    @Test func tellsOnlyChangesWhenAsked() throws {
        let poll = try Poll()
        let wakeup = try Wakeup()
        try poll.add(wakeup.number, [.input, .onlyChanges], token: 7)
        wakeup.wake()

        #expect(try poll.wait(milliseconds: nil) == 1)
        #expect(poll.event(at: 0) == (7, .input))
        #expect(try poll.wait(milliseconds: 0) == 0)
        wakeup.wake()
        #expect(try poll.wait(milliseconds: nil) == 1)
    }

    @Test func changesWhatItWatchesFor() throws {
        let poll = try Poll()
        let socket = try UDPSocket(binding: Endpoint(Loopback.v4(), port: 0), sharingPort: false)
        try poll.add(socket.number, .input, token: 1)
        #expect(try poll.wait(milliseconds: 0) == 0)

        try poll.change(socket.number, .output, token: 2)

        #expect(try poll.wait(milliseconds: nil) == 1)
        #expect(poll.event(at: 0) == (2, .output))
        poll.remove(socket.number)
        #expect(try poll.wait(milliseconds: 0) == 0)
        // Removing it twice is no mistake.
        poll.remove(socket.number)
    }

    @Test func refusesADescriptorTwice() throws {
        let poll = try Poll()
        let wakeup = try Wakeup()
        try poll.add(wakeup.number, .input, token: 1)

        #expect(throws: SystemError.self) { try poll.add(wakeup.number, .input, token: 1) }
        #expect(throws: SystemError.self) { try poll.add(-1, .input, token: 1) }
    }

    @Test func tellsAConnectionThatIsGone() throws {
        let pair = try TCPSocketTests.Pair()
        let poll = try Poll()
        try poll.add(pair.server.number, [], token: 3)

        try pair.server.closeOutput()
        try pair.client.closeOutput()

        #expect(try Loopback.wait(poll) == 1)
        #expect(poll.event(at: 0) == (3, [.input, .failure]))
    }

    @Test func tellsManyAtOnceAndTheRestTheNextTime() throws {
        let poll = try Poll()
        var wakeups: [Wakeup] = []
        for token in 0...Poll.maximumEventCount {
            let wakeup = try Wakeup()
            try poll.add(wakeup.number, [.input, .onlyChanges], token: UInt64(token))
            wakeup.wake()
            wakeups.append(wakeup)
        }

        let first = try poll.wait(milliseconds: 0)
        var tokens = Set((0..<first).map { poll.event(at: $0).token })
        let second = try poll.wait(milliseconds: 0)
        tokens.formUnion((0..<second).map { poll.event(at: $0).token })

        #expect(first == Poll.maximumEventCount)
        #expect(second == 1)
        #expect(tokens == Set(0...UInt64(Poll.maximumEventCount)))
    }
}

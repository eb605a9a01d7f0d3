// SPDX-License-Identifier: Apache-2.0

import Glibc
import Plugin
import Posix
import Testing
import Wire

@testable import Server

@Suite struct StreamSocketsTests {
    /// In a process of its own, because the limit concerns all of a process.
    @Test func restsWhenDescriptorsRunOutAndGoesOnLater() async {
        await #expect(processExitsWith: .success) {
            let now = Moment(nanoseconds: 0)
            let place = Endpoint(IPAddress(v4: 0x7F00_0001), port: 0)
            let listener = try TCPListener(binding: place, sharingPort: false)
            let poll = try Poll()
            try poll.add(listener.number, .input, token: Worker.Token.make(Worker.Token.tcp, 0))
            let client = try TCPSocket(connectingTo: listener.local)
            #expect(try poll.wait(milliseconds: 60_000) == 1)
            var limit = rlimit()
            let kind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
            try #require(unsafe getrlimit(kind, &limit) == 0)
            limit.rlim_cur = rlim_t(client.number) + 1
            try #require(unsafe setrlimit(kind, &limit) == 0)
            while dup(0) >= 0 {}
            var streams = StreamSockets()

            streams.accept(listener, listener: 0, poll, now)

            // The connection still waits; but nobody is told of it.
            #expect(try poll.wait(milliseconds: 0) == 0)
            let resting = streams.takeRestingListeners()
            #expect(resting == [0])
            let restingAfter = streams.takeRestingListeners()
            #expect(restingAfter == [])

            limit.rlim_cur = limit.rlim_max
            try #require(unsafe setrlimit(kind, &limit) == 0)
            let token = Worker.Token.make(Worker.Token.tcp, 0)
            try poll.change(listener.number, .input, token: token)
            #expect(try poll.wait(milliseconds: 60_000) == 1)
            streams.accept(listener, listener: 0, poll, now)
            _ = try client.write([0])
            #expect(try poll.wait(milliseconds: 60_000) == 1)
            #expect(poll.event(at: 0).token >> 56 == Worker.Token.stream)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

@testable import Posix

@Suite struct SignalsTests {
    @Test(
        "A signal has its name and number",
        arguments: [
            (Signal.hangUp, "SIGHUP", 1), (.user1, "SIGUSR1", 10), (.terminate, "SIGTERM", 15),
            (.interrupt, "SIGINT", 2), (.quit, "SIGQUIT", 3),
        ]
    )
    func hasNameAndNumber(signal: Signal, name: String, number: CInt) {
        #expect(signal.name == name)
        #expect(signal.number == number)
    }

    /// In a process of its own, because signals concern all of a process.
    @Test func readsSignalsInsteadOfDying() async {
        await #expect(processExitsWith: .success) {
            let signals = try Signals()
            let poll = try Poll()
            try poll.add(signals.number, .input, token: 1)
            #expect(signals.next() == nil)

            // To this thread: others of this process were started before.
            raise(SIGHUP)
            raise(SIGTERM)
            raise(SIGPIPE)

            #expect(try Loopback.wait(poll) == 1)
            let first = signals.next()
            let second = signals.next()
            #expect(Set([first, second]) == [.hangUp, .terminate])
            #expect(signals.next() == nil)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Posix
import Testing
import Wire

@testable import Server

@Suite struct WorkerTests {
    @Test func looksAtAllDatagramsOfABatchBeforeItAnswersTheFirst() throws {
        let place = Endpoint(IPAddress(v4: 0x7F00_0001), port: 0)
        let listener = OpenListener(
            udp: try UDPSocket(binding: place, sharingPort: false),
            tcp: try TCPListener(binding: place, sharingPort: false)
        )
        let client = try ConnectedUDPSocket(to: listener.udp.local)
        for id in 1...3 { try client.send(try Bench.question("x.example.", id: UInt16(id))) }
        var received = MessageBatch(slotByteCount: Worker.maximumQueryByteCount)
        var sent = MessageBatch(slotByteCount: Worker.maximumAnswerByteCount)
        try listener.udp.receive(into: &received)
        let steps = StepList()
        var core = try Bench.core(steps.plugin(), Registry())
        core.begin(at: Moment(nanoseconds: 0))

        Worker.answer(received, listener, 0, &core, into: &sent)

        #expect(
            steps.all == [
                "look 1", "look 2", "look 3", "answer 1", "answer 2", "answer 3",
            ]
        )
        #expect(listener.udp.send(&sent) == 0)
    }

    @Test func looksAtNothingForAListenerThatIsGone() throws {
        let steps = StepList()
        let core = try Bench.core(steps.plugin(), Registry())
        let message = try Bench.question("x.example.")

        core.prefetchMemory(for: message.span, listener: 1)
        #expect(steps.all == [])
        core.prefetchMemory(for: message.span, listener: 0)
        #expect(steps.all == ["look 7"])
    }
}

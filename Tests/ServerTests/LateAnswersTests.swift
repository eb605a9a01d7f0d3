// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing
import Wire

@testable import Server

@Suite struct LateAnswersTests {
    private func arrival(_ number: Int) -> Arrival {
        Arrival(
            listener: number,
            transport: .tcp,
            client: Bench.client,
            local: Bench.server,
            connection: UInt64(number)
        )
    }

    @Test func keepEachMessageWithItsClient() {
        var late = LateAnswers()
        let messages: [[UInt8]] = [[1, 2, 3], [], [4], [UInt8](repeating: 5, count: 70_000)]
        for round in 0..<2 {
            for (number, message) in messages.enumerated() {
                late.append(message.span, to: arrival(number))
            }

            #expect(late.map(\.bytes) == messages, "round \(round)")
            #expect(late.map(\.arrival) == (0..<4).map(arrival))
            late.removeAll()
            #expect(late.isEmpty)
        }
    }

    @Test(arguments: [(0, true), (1, false)])
    func keepOnlySoMuchMemory(surplus: Int, isKept: Bool) {
        var late = LateAnswers()
        let message = [UInt8](repeating: 1, count: LateAnswers.keptByteCount + surplus)
        late.append(message.span, to: arrival(1))

        late.removeAll()

        #expect((late.capacity >= message.count) == isKept)
    }
}

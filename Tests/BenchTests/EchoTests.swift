// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import bench

@Suite struct EchoTests {
    /// A query as TCP carries it, its length first.
    private static func framed(_ message: [UInt8]) -> [UInt8] {
        [UInt8(message.count >> 8), UInt8(message.count & 0xFF)] + message
    }

    @Test func answersAStreamWheneverAQueryIsWhole() throws {
        var question = try Workload.services(1).questions[0]
        question.answerByteCount = 300
        let query = question.forEcho.message
        let input = Self.framed(query) + Self.framed(query)
        let answer = Self.framed(query + [UInt8](repeating: 0, count: 300 - query.count))

        for length in 0...input.count {
            let (output, used) = EchoedStream.answers(to: Array(input.prefix(length)))
            let count = length / (query.count + 2)

            #expect(used == count * (query.count + 2))
            #expect(output == Array([answer, answer].prefix(count).joined()))
        }
    }

    @Test func sendsBackWhatIsTooShortForAQuery() {
        let short: [UInt8] = [1, 2, 3]
        let wanted = Echo.wantedByteCount(short.span)

        #expect(wanted == 3)
        #expect(EchoedStream.answers(to: [0, 0]) == ([0, 0], 2))
    }
}

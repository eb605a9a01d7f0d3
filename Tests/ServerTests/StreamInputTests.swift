// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Server

@Suite struct StreamInputTests {
    /// The bytes of messages with their lengths in front.
    private static func stream(_ lengths: [Int]) -> (messages: [[UInt8]], bytes: [UInt8]) {
        let messages = lengths.enumerated().map { place, length in
            (0..<length).map { UInt8(truncatingIfNeeded: $0 &+ place &* 7) }
        }
        let bytes = messages.flatMap { message in
            [UInt8(message.count >> 8), UInt8(message.count & 255)] + message
        }
        return (messages, bytes)
    }

    @Test(
        "However the bytes come, the messages are the same",
        arguments: [1, 2, 3, 5, 11, 12, 13, 100, 1_000, 65_536, 200_000]
    )
    func cutsMessages(pieceByteCount: Int) {
        let (messages, bytes) = Self.stream([0, 1, 12, 300, 0, 65_535, 2, 512])
        var input = StreamInput()
        var came: [[UInt8]] = []
        var most = 0
        for start in stride(from: 0, to: bytes.count, by: pieceByteCount) {
            let end = min(start + pieceByteCount, bytes.count)
            input.take(bytes.span.extracting(start..<end)) { came.append($0) }
            most = max(most, input.keptByteCount)
        }

        #expect(came == messages)
        #expect(input.keptByteCount == 0)
        #expect(most <= 65_537)
    }

    @Test func keepsTheMessageThatIsNotWhole() {
        let (messages, bytes) = Self.stream([3, 4])
        var input = StreamInput()
        var came: [[UInt8]] = []
        input.take(bytes.span.extracting(0..<8)) { came.append($0) }

        #expect(came == [messages[0]])
        #expect(input.keptByteCount == 3)
        input.take(bytes.span.extracting(8...)) { came.append($0) }
        #expect(came == messages)
    }
}

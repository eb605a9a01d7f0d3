// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@Suite struct SpanIntegersTests {
    private static let bytes: [UInt8] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 0xFF]

    @Test func readsBigEndianIntegersWhereverTheyStand() {
        let span = Self.bytes.span

        let values = (span.uint16(at: 8), span.uint32(at: 1), span.uint64(at: 1))

        #expect(values.0 == 0x08FF)
        #expect(values.1 == 0x0102_0304)
        #expect(values.2 == 0x0102_0304_0506_0708)
    }

    @Test func trapsPastTheEnd() async {
        await #expect(processExitsWith: .failure) {
            let bytes: [UInt8] = [1]
            _ = bytes.span.uint16(at: 0)
        }
    }

    @Test("Integers are written one behind the other, up to the end", arguments: 0...20)
    func writesIntegersOneBehindTheOther(count: Int) {
        let words = (0..<count).map { 0x0102_0304 &* UInt32($0 + 1) }
        var bytes = [UInt8](repeating: 0xEE, count: 3 + 4 * count)
        var span = bytes.mutableSpan

        span.set(words.span, at: 3)

        #expect(bytes[..<3] == [0xEE, 0xEE, 0xEE])
        #expect((0..<count).map { bytes.span.uint32(at: 3 + 4 * $0) } == words)
    }

    @Test func trapsWhereIntegersDoNotFit() async {
        await #expect(processExitsWith: .failure) {
            var bytes = [UInt8](repeating: 0, count: 10)
            let words: [UInt32] = [1, 2]
            var span = bytes.mutableSpan
            span.set(words.span, at: 3)
        }
    }

    @Test func exchangesIntegersUpToTheEnd() {
        var bytes = Self.bytes
        var span = bytes.mutableSpan

        span.swap32(at: 6, 0)
        span.swap32(at: 1, 1)

        #expect(bytes == [6, 7, 8, 0xFF, 4, 5, 0, 1, 2, 3])
    }

    @Test func trapsWhereAnIntegerToExchangeDoesNotFit() async {
        await #expect(processExitsWith: .failure) {
            var bytes = [UInt8](repeating: 0, count: 10)
            var span = bytes.mutableSpan
            span.swap32(at: 7, 0)
        }
    }

    @Test("A copy in lower case fills its place up to the end", arguments: [0, 1, 7, 8, 9, 16, 17])
    func copiesAlsoInLowerCase(count: Int) {
        let source = (0..<count).map { UInt8(0x3E + $0 * 3) }
        var bytes = [UInt8](repeating: 0xEE, count: 2 * count + 2)
        var span = bytes.mutableSpan
        span.copy(source.span, to: 1, inLowerCaseTo: count + 2)

        #expect(bytes == [0xEE] + source + [0xEE] + source.map(\.asciiLowercased))
    }

    @Test func trapsWhereACopyInLowerCaseDoesNotFit() async {
        await #expect(processExitsWith: .failure) {
            var bytes = [UInt8](repeating: 0, count: 16)
            var span = bytes.mutableSpan
            span.copy([UInt8](repeating: 0x41, count: 8).span, to: 9, inLowerCaseTo: 0)
        }
        await #expect(processExitsWith: .failure) {
            var bytes = [UInt8](repeating: 0, count: 16)
            var span = bytes.mutableSpan
            span.copy([UInt8](repeating: 0x41, count: 8).span, to: 0, inLowerCaseTo: 9)
        }
        await #expect(processExitsWith: .failure) {
            var bytes = [UInt8](repeating: 0, count: 16)
            var span = bytes.mutableSpan
            span.copy([UInt8](repeating: 0x41, count: 8).span, to: -1, inLowerCaseTo: 8)
        }
        await #expect(processExitsWith: .failure) {
            var bytes = [UInt8](repeating: 0, count: 16)
            var span = bytes.mutableSpan
            span.copy([UInt8](repeating: 0x41, count: 7).span, to: 0, inLowerCaseTo: 10)
        }
    }
}

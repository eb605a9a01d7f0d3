// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

@testable import Posix

@Suite struct ProcessStreamsTests {
    /// Both ends of a pipe.
    struct Pipe: ~Copyable {
        let input: Descriptor
        let output: Descriptor

        init() throws {
            var ends: [CInt] = [-1, -1]
            try #require(unsafe pipe(&ends) == 0)
            input = Descriptor(owning: ends[0])
            output = Descriptor(owning: ends[1])
        }
    }

    @Test func writesAllThroughAPipeThatIsSmallerAndDoesNotBlock() throws {
        let pipe = try Pipe()
        let (input, output) = (pipe.input.number, pipe.output.number)
        try #require(fcntl(output, F_SETFL, O_NONBLOCK) == 0)
        let message = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0) }
        let note = ThreadTests.Note<[UInt8]>()
        let reader = try Thread(name: "reader") {
            let bytes = try? readAll(
                from: input,
                maximumByteCount: message.count - 1,
                name: "pipe"
            )
            note.set(bytes ?? [])
        }

        try writeAll(message, to: output, name: "pipe")
        reader.join()

        // One byte further than the limit is what is read at most.
        #expect(note.get == message)
    }

    @Test("Reading ends one byte past its limit", arguments: [(3, 4), (4, 5), (5, 5), (6, 5)])
    func endsPastItsLimit(limit: Int, count: Int) throws {
        let pipe = try Pipe()
        try pipe.output.writeAll([1, 2, 3, 4, 5], name: "pipe")
        try #require(fcntl(pipe.input.number, F_SETFL, O_NONBLOCK) == 0)
        // The number stays open, on something else: its owner closes it, and nobody else may.
        if limit >= 5 { try #require(dup2(0, pipe.output.number) >= 0) }

        let bytes = try readAll(from: pipe.input.number, maximumByteCount: limit, name: "pipe")

        #expect(bytes.count == count)
    }

    @Test("What is longer or shorter than expected is read whole", arguments: [1, 50_000, 300_000])
    func readsAllWhateverIsExpected(count: Int) throws {
        let folder = TemporaryFolder()
        let message = String(repeating: "0123456789", count: 20_000)
        folder.write(message, to: "file")
        let file = Descriptor(owning: unsafe open(folder("file"), O_RDONLY))

        let bytes = try readAll(
            from: file.number,
            maximumByteCount: 1 << 20,
            expecting: count,
            name: "file"
        )

        #expect(bytes == Array(message.utf8))
    }

    @Test func givesUpAStreamThatStopped() throws {
        let pipe = try Pipe()
        try #require(fcntl(pipe.output.number, F_SETFL, O_NONBLOCK) == 0)
        let message = [UInt8](repeating: 1, count: 1 << 20)

        #expect(throws: SystemError(call: "write pipe", code: ETIMEDOUT)) {
            try pipe.output.writeAll(message, name: "pipe")
        }
    }

    @Test func writesTextToItsStreams() async throws {
        let result = try await #require(
            processExitsWith: .success,
            observing: [\.standardOutputContent, \.standardErrorContent]
        ) {
            Process.write("one line\n")
            Process.write("a complaint\n", toError: true)
        }

        let output = String(decoding: result.standardOutputContent, as: UTF8.self)
        let errors = String(decoding: result.standardErrorContent, as: UTF8.self)
        #expect(output.contains("one line\n"))
        #expect(errors.contains("a complaint\n"))
    }

    @Test func survivesAnOutputThatIsClosed() async {
        await #expect(processExitsWith: .exitCode(7)) {
            close(1)
            Process.write("nobody reads this\n")
            Process.exit(7)
        }
    }

    @Test func readsItsInput() async {
        await #expect(processExitsWith: .success) {
            let folder = TemporaryFolder()
            folder.write("whoami\n", to: "Corefile")
            let number = unsafe open(folder("Corefile"), O_RDONLY)
            dup2(number, 0)

            #expect(!Process.isInputTerminal)
            #expect(Process.readInput(maximumByteCount: 100) == Array("whoami\n".utf8))
        }
    }
}

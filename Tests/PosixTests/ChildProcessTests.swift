// SPDX-License-Identifier: Apache-2.0

import Posix
import Testing

@Suite struct ChildProcessTests {
    private let folder = TemporaryFolder()

    /// What the program wrote, once it has ended by itself.
    private func output(_ child: ChildProcess) throws -> String {
        let poll = try Poll()
        for _ in 0..<6_000 where !child.hasEnded { _ = try poll.wait(milliseconds: 10) }
        let bytes = try DiskFiles().read(folder("output"))
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func keepsWhatTheProgramSays() throws {
        let child = try ChildProcess(
            running: ["/bin/sh", "-c", "echo said; echo complained >&2"],
            output: folder("output"),
            onProcessor: nil
        )

        #expect(try output(child) == "said\ncomplained\n")
    }

    @Test func staysOnItsProcessor() throws {
        let processor = try #require(Process.processors.last)
        let child = try ChildProcess(
            running: ["/bin/sh", "-c", "grep Cpus_allowed_list /proc/self/status"],
            output: folder("output"),
            onProcessor: processor
        )

        #expect(try output(child) == "Cpus_allowed_list:\t\(processor)\n")
    }

    @Test func endsAtOnceWhenThereIsNoSuchProgram() throws {
        let child = try ChildProcess(
            running: [folder("missing")],
            output: folder("output"),
            onProcessor: nil
        )

        #expect(try output(child) == "")
        #expect(child.hasEnded)
    }

    @Test func endsAProgramWithAllThatItStarted() throws {
        let child = try ChildProcess(
            running: ["/bin/sh", "-c", "sleep 600 & echo $!; wait"],
            output: folder("output"),
            onProcessor: nil
        )
        let poll = try Poll()
        var started: Int?
        for _ in 0..<6_000 where started == nil {
            _ = try poll.wait(milliseconds: 10)
            let said = (try? DiskFiles().read(folder("output"))) ?? []
            started = Int(String(decoding: said, as: UTF8.self).dropLast())
        }
        let grandchild = try #require(started)

        #expect(!child.hasEnded)
        child.end()

        #expect(child.hasEnded)
        // A process that was ended may stay known as a zombie until somebody reaps it.
        let state = try? DiskFiles().read("/proc/\(grandchild)/stat")
        let text = state.map { String(decoding: $0, as: UTF8.self) } ?? ") Z "
        #expect(text.contains(") Z ") || text.contains(") X "), "\(text)")
    }
}

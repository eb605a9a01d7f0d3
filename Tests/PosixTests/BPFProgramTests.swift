// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Posix

@Suite(.enabled(if: KernelRights.takesMaps, "programs in the kernel want CAP_BPF"))
struct BPFProgramTests {
    /// `r0 = verdict; exit` (RFC 9669).
    private static func program(verdict: UInt64) -> [UInt64] { [verdict << 32 | 0xB7, 0x95] }

    @Test func runsAProgramOnAFrame() throws {
        let frame = (0..<64).map { UInt8($0) }

        let program = try BPFProgram(Self.program(verdict: 2), name: "test")
        let result = try program.run(on: frame)

        #expect(result.verdict == 2)
        #expect(result.frame == frame)
    }

    @Test func tellsWhatTheVerifierSays() throws {
        // It ends without a verdict.
        let refusal = #expect(throws: ProgramRefusal.self) {
            _ = try BPFProgram([0x95], name: "test")
        }

        #expect(refusal?.error.call == "bpf BPF_PROG_LOAD")
        #expect(refusal?.log.contains { $0.contains("R0 !read_ok") } == true)
    }

    @Test func saysWhichInterfaceIsMissing() throws {
        let program = try BPFProgram(Self.program(verdict: 2), name: "test")

        let error = #expect(throws: SystemError.self) {
            _ = try BPFLink.hang(program, on: "nowhere0")
        }

        #expect(error?.call == "interface nowhere0")
    }
}

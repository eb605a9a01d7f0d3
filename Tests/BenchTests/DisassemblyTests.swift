// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import bench

@Suite struct DisassemblyTests {
    static let text = """

        program:     file format elf64-x86-64


        Disassembly of section .text:

        0000000000001000 <serve>:
            1000:\tpush   %rbp
            1001:\tcall   2000 <answer>
            1006:\tjne    1001 <serve+0x1>
            1008:\tlea    0xff1(%rip),%rdi        # 3000 <later>
            100f:\tret

        0000000000002000 <answer>:
            2000:\txchg   %ax,%ax
            2002:\tjmp    4000 <finish+0x10>

        0000000000003000 <later>:
            3000:\tlock cmpxchg %edi,0x0(%r13)
            3006:\tcall   1000 <serve>

        0000000000004000 <finish>:
            4000:\txchg   %rbx,(%r12,%rax,1)

        """

    @Test func refusesProgramsOfOtherMachines() {
        let text = Self.text.replacing("elf64-x86-64", with: "elf64-littleaarch64")

        let error = #expect(throws: Disassembly.OtherFormat.self) {
            _ = try Disassembly(parsing: text.utf8)
        }

        #expect(
            error?.description == "objdump says file format elf64-littleaarch64: what locks is "
                + "only known for elf64-x86-64"
        )
        #expect(throws: Disassembly.OtherFormat(format: nil)) {
            _ = try Disassembly(parsing: "0000000000001000 <serve>:\n".utf8)
        }
    }

    @Test func followsWhatIsCalledJumpedToAndHandedOn() throws {
        let program = try Disassembly(parsing: Self.text.utf8)

        #expect(program.functions.keys.sorted() == ["answer", "finish", "later", "serve"])
        #expect(
            program.reached(from: ["serve"])
                == ["serve": "serve", "answer": "serve", "later": "serve"]
        )
        #expect(program.reached(from: ["missing"]).isEmpty)
    }

    @Test func followsNothingBeyondWhatIsExcused() throws {
        let program = try Disassembly(parsing: Self.text.utf8)
        let path = ServingPath(
            name: "test",
            start: "serve",
            exceptions: [ServingPath.Exception(beginning: "lat", reason: "it is later")]
        )
        let reached = program.reached(from: ["answer", "later"], endingAt: path.excuses)

        #expect(reached == ["answer": "answer", "later": "later"])
        #expect(DisassemblyRun.lockings(in: program, reached, path).isEmpty)
        #expect(program.locksSomewhere(from: "serve"))
        #expect(program.locksSomewhere(from: "later"))
        #expect(!program.locksSomewhere(from: "answer"))
    }

    @Test func tellsWhereAndHowItLocks() throws {
        let program = try Disassembly(parsing: Self.text.utf8)
        let reached = program.reached(from: ["serve"])

        #expect(
            DisassemblyRun.lockings(in: program, reached, .datagrams)
                == ["lock cmpxchg %edi,0x0(%r13) in later\n    from serve"]
        )
        #expect(DisassemblyRun.lockings(in: program, ["answer": "answer"], .streams).isEmpty)
        #expect(
            DisassemblyRun.lockings(in: program, ["finish": "finish"], .streams)
                == ["xchg   %rbx,(%r12,%rax,1) in finish"]
        )
    }

    @Test(
        "An exchange of registers locks nothing, one with memory always does",
        arguments: [
            ("lock incq 0x10(%rax)", true), ("lock xadd %rax,(%rbx)", true),
            ("xchg   %rax,0x8(%rsp)", true), ("xchgb  %al,(%rbx)", true),
            ("xacquire lock incl (%rax)", true), ("xchg   %ax,%ax", false),
            ("mov    %rax,(%rbx)", false), ("cmpxchg %rax,(%rbx)", false), ("", false),
        ]
    )
    func knowsWhatLocks(instruction: String, locks: Bool) {
        #expect(Disassembly.locks(instruction) == locks)
    }

    @Test(
        "What plugins are asked is found by its mangled name",
        arguments: [
            (
                "$s7Plugins11LoadbalanceV6Plugin8FinisherAadEP6finishyyAD5QueryV_AD6AnswerVztFTW",
                true
            ),
            ("$s6Server8ListenerVAA9QueryPathA2aDP5routeySiSg6Plugin0C0VzFTW", true),
            ("$s7Plugins4BindV6PluginAda2DP7parsing5setupxTW", false),
            ("$s7Plugins4BindV6finishyyAD5QueryV_AD6AnswerVztF", false),
        ]
    )
    func findsTheFunctionsOfPlugins(name: String, isRoot: Bool) {
        #expect(DisassemblyRun.isWitness(name) == isRoot)
    }
}

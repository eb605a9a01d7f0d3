// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import bench

@Suite struct CallgrindProfileTests {
    typealias Call = CallgrindProfile.Call

    /// Two functions, one of them in a library; names are told once and then by their number.
    static let text = """
        # callgrind format
        version: 1
        positions: line
        events: Ir
        summary: 420

        ob=(1) /bin/program
        fl=(1) main.swift
        fn=(1) answer(_:)
        12 100
        cob=(2) /lib/libc.so
        cfn=(2) malloc
        calls=3 0
        12 60
        cfn=(2)
        calls=4 0
        13 80

        fn=(2)
        0 140
        cfn=(3) grow
        calls=1 0
        0 40
        totals: 420

        """

    @Test func sumsWhatEachCallerCalls() throws {
        let profile = try CallgrindProfile(parsing: Self.text)

        #expect(profile.instructionCount == 420)
        #expect(profile.functions == ["answer(_:)", "malloc"])
        #expect(
            profile.calls == [
                Call(caller: "answer(_:)", callee: "malloc"): 7,
                Call(caller: "malloc", callee: "grow"): 1,
            ]
        )
    }

    @Test func isEmptyOfAThreadThatSlept() throws {
        let profile = try CallgrindProfile(parsing: "version: 1\nsummary: 0\n")

        #expect(profile.instructionCount == 0)
        #expect(profile.calls.isEmpty)
    }

    @Test(
        "A line that means nothing is refused",
        arguments: ["fn=(7)", "calls=many 0", "calls=", "summary: all"]
    )
    func refusesWhatItCannotRead(line: String) {
        #expect(throws: CallgrindProfile.Mistake.self) {
            try CallgrindProfile(parsing: "fn=(1) a\n\(line)\n")
        }
    }
}

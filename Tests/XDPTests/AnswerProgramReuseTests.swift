// SPDX-License-Identifier: Apache-2.0

import Posix
import Testing
import Wire
import XDP

/// The program while the answers that it reads are taken out, and their memory is used again.
@Suite(.enabled(if: LoadedProgram.isPermitted, LoadedProgram.why))
struct AnswerProgramReuseTests {
    /// The program and its maps, for several threads.
    private final class Shared: Sendable {
        let loaded: LoadedProgram

        init() throws { loaded = try LoadedProgram() }

        /// Sets the answers to `query` and to another question again and again, in turns: what
        /// the one leaves, the other gets.
        func renew(_ query: KernelQuery, times: Int) throws {
            let foreign = Array(query.record.dropLast(4)) + [9, 9, 9, 9]
            let names = [query.name, KernelQuery.name(ofByteCount: 20)]
            let (turns, records) = (100, [query.record, foreign])
            let keys = try names.map {
                let question = KernelQuestion($0.span, .a, table: 7)
                return try #require(question).key
            }
            let values = try records.map {
                try #require(KernelAnswer(record: $0, udpByteCount: 1_232, zone: 1)).bytes
            }
            let allKeys = Array(repeatElement(keys, count: turns).joined().joined())
            let allValues = Array(repeatElement(values, count: turns).joined().joined())
            for _ in 0..<times { try loaded.answers.set(allKeys, allValues) }
        }
    }

    @Test func neverAnswersWithAnothersRecord() async throws {
        let shared = try Shared()
        let query = AnswerProgramTests.web
        try shared.loaded.add([query])
        let (frame, answer) = (Frame.query(query.message), query.answer)

        async let isRenewed: Void = shared.renew(query, times: 20_000)
        var wrongCount = 0
        for _ in 0..<300_000 {
            let (verdict, sent) = try shared.loaded.program.run(on: frame)
            guard verdict != AnswerProgram.Verdict.pass.rawValue else { continue }
            if !sent.suffix(answer.count).elementsEqual(answer) { wrongCount += 1 }
        }
        try await isRenewed

        #expect(wrongCount == 0)
    }
}

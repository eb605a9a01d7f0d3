// SPDX-License-Identifier: Apache-2.0

import Posix
import Testing
import Wire
import XDP

/// The program as the kernel runs it, frame by frame.
@Suite(.enabled(if: LoadedProgram.isPermitted, LoadedProgram.why))
struct AnswerProgramTests {
    static let families: [IPAddress.Family] = [.v4, .v6]
    static let web = KernelQuery(name: [3] + Array("web".utf8) + [4] + Array("test".utf8) + [0])

    @Test("Names of every length are answered, for both types", arguments: families)
    func answersNames(family: IPAddress.Family) throws {
        let program = try LoadedProgram()
        for length in 4...120 {
            for type: RecordType in [.a, .aaaa] {
                let query = KernelQuery(name: KernelQuery.name(ofByteCount: length), type: type)
                try program.add([query])

                let isAnswered = try program.answers(query, family)

                #expect(isAnswered, "\(length) \(type)")
                let key = KernelQuestion(query.name.span, type, table: 7)?.key
                try program.answers.remove(key ?? [])
            }
        }
    }

    @Test("Flags and OPT come back as they must", arguments: families)
    func answersFlags(family: IPAddress.Family) throws {
        let program = try LoadedProgram()
        try program.add([Self.web])
        for flags: UInt16 in [0, 0x0100, 0x0010, 0x0020, 0x0130] {
            for options: UInt16? in [nil, 0, 0x8000] {
                var query = Self.web
                query.flags = flags
                query.options = options
                query.id = flags ^ 0x5AA5

                let isAnswered = try program.answers(query, family)

                #expect(isAnswered, "\(flags) \(String(describing: options))")
            }
        }
    }

    @Test func keepsTheCaseOfTheQuestion() throws {
        let program = try LoadedProgram()
        try program.add([Self.web])
        for bits in 0..<128 {
            var query = Self.web
            for (bit, index) in [1, 2, 3, 5, 6, 7, 8].enumerated() where bits >> bit & 1 == 1 {
                query.name[index] ^= 0x20
            }

            let isAnswered = try program.answers(query, .v4)

            #expect(isAnswered, "\(bits)")
        }
    }

    /// What is done to the message of a sound query, and must send it to the sockets.
    static let changes: [(String, @Sendable (inout [UInt8]) -> Void)] = [
        ("a response", { $0[2] |= 0x80 }),
        ("NOTIFY", { $0[2] |= 0x20 }),
        ("AA", { $0[2] |= 0x04 }),
        ("TC", { $0[2] |= 0x02 }),
        ("RA", { $0[3] |= 0x80 }),
        ("Z", { $0[3] |= 0x40 }),
        ("a code", { $0[3] |= 0x01 }),
        ("no question", { $0[5] = 0 }),
        ("two questions", { $0[5] = 2 }),
        ("an answer", { $0[7] = 1 }),
        ("an authority", { $0[9] = 1 }),
        ("OPT that is not there", { $0[11] = 1 }),
        ("two additional records", { $0[11] = 2 }),
        ("class CH", { $0[$0.count - 1] = 3 }),
        ("another type", { $0[$0.count - 3] = 28 }),
        ("a type in capitals", { $0[$0.count - 3] = 0x41 }),
        ("another name", { $0[14] = 0x78 }),
        ("a name above", { $0.removeSubrange(12...15) }),
        ("a name below", { $0.insert(contentsOf: [1, 0x78], at: 12) }),
        ("a pointer", { $0[12] = 0xC0 }),
        ("a byte too many", { $0.append(0) }),
        ("eight bytes too many", { $0 += [UInt8](repeating: 0, count: 8) }),
        ("a byte too few", { $0.removeLast() }),
        ("a header alone", { $0.removeLast($0.count - 12) }),
    ]

    @Test("What is not understood whole goes on as it came", arguments: changes.indices)
    func passesChangedQueries(index: Int) throws {
        let program = try LoadedProgram()
        try program.add([Self.web])
        var message = Self.web.message

        Self.changes[index].1(&message)

        for family in Self.families {
            let isPassed = try program.passes(Frame.query(message, family))
            #expect(isPassed, "\(Self.changes[index].0)")
        }
    }

    @Test(
        "An OPT that says more goes on as it came",
        arguments: [0, 1, 2, 5, 6, 8, 9, 10]
    )
    func passesOtherOptions(offset: Int) throws {
        let program = try LoadedProgram()
        try program.add([Self.web])
        var query = Self.web
        query.options = 0x8000
        var message = query.message

        message[message.count - 11 + offset] |= 0x40

        let isPassed = try program.passes(Frame.query(message))
        #expect(isPassed)
    }

    @Test("A frame with anything else in front goes on as it came", arguments: families)
    func passesOtherFrames(family: IPAddress.Family) throws {
        let program = try LoadedProgram()
        try program.add([Self.web])
        let sound = Frame.query(Self.web.message, family)
        let start = Frame.start(family)
        // A group's MAC; a VLAN tag; IP's version and options, or fragments; another protocol;
        // another address, port or length; a port that cannot be answered.
        var changes: [(Int, UInt8)] = [(0, 0xFF), (12, 0x81), (14, 0x46), (start - 1, 0x99)]
        changes += family == .v4 ? [(20, 0x20), (21, 0x01), (23, 6), (26, 0), (26, 224)] : []
        changes += family == .v6 ? [(14, 0x45), (20, 6), (20, 44), (20, 0), (22, 0xFF)] : []
        changes += [(start + 3, 54), (start + 5, 200)]
        for (offset, value) in changes {
            var frame = sound
            frame[offset] = value

            let isPassed = try program.passes(frame)

            #expect(isPassed, "\(offset) \(value)")
        }
        var nowhere = sound
        nowhere[start] = 0
        nowhere[start + 1] = 0
        let isPassed = try program.passes(nowhere)
        #expect(isPassed)
    }

    @Test("A frame that is cut goes on as it came", arguments: families)
    func passesCutFrames(family: IPAddress.Family) throws {
        let program = try LoadedProgram()
        try program.add([Self.web])
        let sound = Frame.query(Self.web.message, family)
        for length in 14..<sound.count {
            let isPassed = try program.passes(Array(sound.prefix(length)))

            #expect(isPassed, "\(length)")
        }
    }

    @Test func leavesPaddingOut() throws {
        let program = try LoadedProgram()
        try program.add([Self.web])
        let padded = Frame.query(Self.web.message) + [UInt8](repeating: 0xEE, count: 30)

        let (verdict, frame) = try program.program.run(on: padded)

        #expect(verdict == AnswerProgram.Verdict.send.rawValue)
        #expect(frame.suffix(Self.web.answer.count) == Self.web.answer[...])
    }

    @Test func answersWhatIsInTheTableOfThePlaceOnly() throws {
        let program = try LoadedProgram()
        try program.add([Self.web])
        try program.add([], table: 8)

        let isPassed = try program.passes(Frame.query(Self.web.message))

        #expect(isPassed)
    }

    @Test func countsWhatItAnswers() throws {
        let program = try LoadedProgram()
        var wide = KernelQuery(name: KernelQuery.name(ofByteCount: 120), type: .aaaa)
        wide.options = 0x8000
        try program.add([Self.web, wide])
        var asked: [(KernelQuery, IPAddress.Family)] = []
        asked += [(Self.web, .v4), (Self.web, .v4), (Self.web, .v6), (wide, .v6), (wide, .v4)]

        for (query, family) in asked { _ = try program.answers(query, family) }
        _ = try program.passes(Frame.query([0, 0]))

        // The second zone of the place, whose tallies begin at 2.
        let tally = Tally(try program.tallies.counters(at: 3))
        #expect(tally.queryCount == 5)
        #expect(tally[.queriesForA] == 2)
        #expect(tally[.queriesForAOverIPv6] == 1)
        #expect(tally[.queriesForAAAA] == 1)
        #expect(tally[.queriesForAAAAOverIPv6] == 1)
        #expect(tally[.signatures] == 2)
        #expect(tally[.queryBytes] == UInt64(asked.map { $0.0.message.count }.reduce(0, +)))
        #expect(tally[.answerBytes] == UInt64(asked.map { $0.0.answer.count }.reduce(0, +)))
        #expect(tally[.queriesOver100] == 2)
        #expect(tally[.answersOver100] == 2)
    }
}

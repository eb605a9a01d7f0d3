// SPDX-License-Identifier: Apache-2.0

/// From the query's frame to the answer's.
extension AnswerProgram {
    /// Makes the frame as long as the answer; from here on it can only be sent or dropped.
    mutating func resizeFrame() {
        code.set(.r1, .register(.r6))
        code.call(.frameByteCount)
        findByteCount(.r2, isAnswer: true)
        code.compute(.add, .r2, .register(.r8))
        code.compute(.subtract, .r2, .register(.r0))
        code.set(.r1, .register(.r6))
        code.call(.adjustTail)
        // A frame that cannot grow is as it was.
        want(.r0, equals: 0)
    }

    /// Writes the record behind the question, and OPT with our own size behind it.
    mutating func writeRecords() {
        code.set(.r1, .register(.r6))
        findQuestionEnd()
        code.set(.r3, .register(.r7))
        code.compute(.add, .r3, .value(Int32(KernelAnswer.Offset.record)))
        code.load(.r4, .bits32, .r7, KernelAnswer.Offset.recordByteCount)
        // Never otherwise; the kernel wants to see it.
        let longest = Int32(KernelAnswer.maximumRecordByteCount)
        code.jump(to: "drop", when: .r4, .isAbove, .value(longest))
        code.jump(to: "drop", when: .r4, .isEqual, 0)
        code.call(.storeBytes)
        code.jump(to: "drop", when: .r0, .isUnequal, 0)
        code.load(.r5, .bits64, .frame, Stack.optionsByteCount)
        code.jump(to: "written", when: .r5, .isEqual, 0)
        code.load(.r5, .bits16, .r7, KernelAnswer.Offset.udpByteCount)
        code.store(.bits16, .frame, Stack.options + 3, .register(.r5))
        code.set(.r1, .register(.r6))
        findQuestionEnd()
        code.load(.r5, .bits32, .r7, KernelAnswer.Offset.recordByteCount)
        code.compute(.add, .r2, .register(.r5))
        point(.r3, to: Stack.options)
        code.set(.r4, 11)
        code.call(.storeBytes)
        code.jump(to: "drop", when: .r0, .isUnequal, 0)
        code.mark("written")
    }

    /// Turns the headers round and brings them up to date; r9 stays.
    mutating func writeHeaders() {
        findFrame(atLeast: 54, else: "drop")
        for offset: Int16 in [0, 2, 4] { exchange(.bits16, offset, offset + 6) }
        findByteCount(.r0, isAnswer: true)
        code.jump(to: "answer6", when: .r8, .isEqual, 54)
        writeVersion4()
        code.jump(to: "turned")
        code.mark("answer6")
        writeVersion6()
        code.mark("turned")
        // UDP, and its sum as nothing for now.
        exchange(.bits16, 0, 2)
        code.set(.r1, .register(.r0))
        code.swap16(.r1)
        code.store(.bits16, .r2, 4, .register(.r1))
        code.store(.bits16, .r2, 6, 0)
        // QR and AA; RD and CD are the client's (RFC 1035 §4.1.1, RFC 4035 §3.2.2).
        code.load(.r1, .bits16, .r2, 10)
        code.compute(.and, .r1, .value(.field(0x0110)))
        code.compute(.or, .r1, .value(.field(0x8400)))
        code.store(.bits16, .r2, 10, .register(.r1))
        code.store(.bits16, .r2, 14, .value(.field(1)))
    }

    /// Exchanges two fields of what r2 points to.
    private mutating func exchange(_ width: Width, _ first: Int16, _ second: Int16) {
        code.load(.r4, width, .r2, first)
        code.load(.r5, width, .r2, second)
        code.store(width, .r2, first, .register(.r5))
        code.store(width, .r2, second, .register(.r4))
    }

    /// A new IPv4 header between the same two; r2 moves on to UDP.
    ///
    /// It must not be fragmented, so that its id says nothing (RFC 6864 §4.1).
    private mutating func writeVersion4() {
        code.set(.r1, .register(.r0))
        code.compute(.add, .r1, 20)
        code.swap16(.r1)
        code.store(.bits16, .r2, 14, .value(.field(0x4500)))
        code.store(.bits16, .r2, 16, .register(.r1))
        code.store(.bits16, .r2, 18, 0)
        code.store(.bits16, .r2, 20, .value(.field(0x4000)))
        code.store(.bits16, .r2, 22, .value(.field(0x4011)))
        exchange(.bits32, 26, 30)
        let constants = Int32.field(0x4500) + .field(0x4000) + .field(0x4011)
        code.compute(.add, .r1, .value(constants))
        code.compute(.add, .r1, .register(.r4))
        code.compute(.add, .r1, .register(.r5))
        fold(.r1, over: .r4)
        code.store(.bits16, .r2, 24, .register(.r1))
        code.compute(.add, .r2, 34)
    }

    /// A new IPv6 header between the same two; r2 moves on to UDP.
    private mutating func writeVersion6() {
        code.set(.r4, .register(.r2))
        code.compute(.add, .r4, 74)
        code.jump(to: "drop", when: .r4, .isAbove, .register(.r3))
        code.set(.r1, .register(.r0))
        code.swap16(.r1)
        code.store(.bits32, .r2, 14, 0x60)
        code.store(.bits16, .r2, 18, .register(.r1))
        code.store(.bits16, .r2, 20, .value(.field(0x1140)))
        exchange(.bits64, 22, 38)
        exchange(.bits64, 30, 46)
        code.compute(.add, .r2, 54)
    }

    /// Makes a sum of 16-bit fields the checksum of them (RFC 1071); uses another register.
    private mutating func fold(_ sum: Register, over other: Register) {
        // What is carried over is carried over again; from 64 bits three times are enough.
        for _ in 0..<3 {
            code.set(other, .register(sum))
            code.compute(.shiftRight, other, 16)
            code.compute(.and, sum, 0xFFFF)
            code.compute(.add, sum, .register(other))
        }
        code.compute(.exclusiveOr, sum, 0xFFFF)
        code.compute(.and, sum, 0xFFFF)
    }

    /// Writes the sum over addresses and datagram (RFC 768, RFC 8200 §8.1).
    mutating func writeSum() {
        let end = Stack.datagram + Stack.datagramByteCount
        for offset in stride(from: Stack.datagram, to: end, by: 8) {
            code.store(.bits64, .frame, offset, 0)
        }
        findByteCount(.r4, isAnswer: true)
        // The addresses lie right in front of UDP, whichever the version.
        code.set(.r2, .register(.r8))
        code.set(.r0, 8)
        code.jump(to: "addresses", when: .r8, .isEqual, 34)
        code.set(.r0, 32)
        code.mark("addresses")
        code.compute(.subtract, .r2, .register(.r0))
        code.compute(.add, .r4, .register(.r0))
        code.jump(to: "drop", when: .r4, .isAbove, .value(Int32(Stack.datagramByteCount)))
        code.jump(to: "drop", when: .r4, .isEqual, 0)
        code.set(.r1, .register(.r6))
        point(.r3, to: Stack.datagram)
        code.call(.loadBytes)
        code.jump(to: "drop", when: .r0, .isUnequal, 0)
        code.set(.r1, 0)
        code.set(.r2, 0)
        point(.r3, to: Stack.datagram)
        code.set(.r4, .value(Int32(Stack.datagramByteCount)))
        findByteCount(.r0, isAnswer: true)
        code.swap16(.r0)
        code.compute(.add, .r0, .value(.field(17)))
        code.set(.r5, .register(.r0))
        code.call(.sumDifference)
        // A negative result would be an error, and never comes.
        code.compute(.shiftLeft, .r0, 32)
        code.compute(.shiftRight, .r0, 32)
        fold(.r0, over: .r1)
        // A sum of 0 would say that there is none.
        code.jump(to: "sum", when: .r0, .isUnequal, 0)
        code.set(.r0, 0xFFFF)
        code.mark("sum")
        findFrame(atLeast: 54, else: "drop")
        code.jump(to: "sum6", when: .r8, .isEqual, 54)
        code.store(.bits16, .r2, 40, .register(.r0))
        code.jump(to: "summed")
        code.mark("sum6")
        code.set(.r4, .register(.r2))
        code.compute(.add, .r4, 74)
        code.jump(to: "drop", when: .r4, .isAbove, .register(.r3))
        code.store(.bits16, .r2, 60, .register(.r0))
        code.mark("summed")
    }

    /// Counts the query and its answer in the tally of the place and zone.
    mutating func count() {
        code.load(.r1, .bits64, .frame, Stack.tally)
        code.load(.r2, .bits32, .r7, KernelAnswer.Offset.zone)
        code.compute(.add, .r1, .register(.r2))
        code.store(.bits32, .frame, Stack.place, .register(.r1))
        code.set(.r1, map: maps.tallies)
        point(.r2, to: Stack.place)
        code.call(.lookUp)
        code.jump(to: "counted", when: .r0, .isEqual, 0)
        code.set(.r4, 1)
        code.load(.r5, .bits32, .r7, KernelAnswer.Offset.recordByteCount)
        code.jump(to: "wide", when: .r5, .isEqual, 28)
        countFamily(.queriesForA, "narrow6")
        code.mark("wide")
        countFamily(.queriesForAAAA, "wide6")
        code.mark("typed")
        code.load(.r5, .bits64, .frame, Stack.optionsByteCount)
        code.jump(to: "unsigned", when: .r5, .isEqual, 0)
        code.load(.r5, .bits16, .frame, Stack.options + 7)
        code.jump(to: "unsigned", when: .r5, .isEqual, 0)
        add(.r4, to: .signatures)
        code.mark("unsigned")
        countSizes()
        code.mark("counted")
    }

    /// Counts a query of one type by the version of IP, and goes on at `typed`.
    private mutating func countFamily(_ cell: Tally.Cell, _ label: Label) {
        code.jump(to: label, when: .r8, .isEqual, 54)
        add(.r4, to: cell)
        code.jump(to: "typed")
        code.mark(label)
        add(.r4, toCell: cell.rawValue + 1)
        code.jump(to: "typed")
    }

    /// Counts the sizes of query and answer, without the UDP header.
    private mutating func countSizes() {
        findByteCount(.r1, isAnswer: false)
        code.compute(.subtract, .r1, 8)
        add(.r1, to: .queryBytes)
        code.jump(to: "short", when: .r1, .isAtMost, 100)
        add(.r4, to: .queriesOver100)
        code.mark("short")
        findByteCount(.r1, isAnswer: true)
        code.compute(.subtract, .r1, 8)
        add(.r1, to: .answerBytes)
        code.jump(to: "counted", when: .r1, .isAtMost, 100)
        add(.r4, to: .answersOver100)
    }

    private mutating func add(_ amount: Register, to cell: Tally.Cell) {
        add(amount, toCell: cell.rawValue)
    }

    /// Adds to a cell of the tally at r0; nothing else runs on this processor meanwhile.
    private mutating func add(_ amount: Register, toCell cell: Int) {
        let offset = Int16(cell * 8)
        code.load(.r3, .bits64, .r0, offset)
        code.compute(.add, .r3, .register(amount))
        code.store(.bits64, .r0, offset, .register(.r3))
    }
}

// SPDX-License-Identifier: Apache-2.0

/// From a frame to the answer that is known for it.
extension AnswerProgram {
    /// Ethernet and IP: leaves the UDP header's address in r7, the bytes in front of it in r8, and
    /// the datagram's length by IP in r9.
    mutating func readFrame() {
        code.set(.r6, .register(.r1))
        // Ethernet (14), IPv4 (20), UDP (8), a header (12) and the shortest question that is looked
        // for (8).
        findFrame(atLeast: 62, else: "pass")
        // What was sent to a group of machines is not ours alone to answer.
        code.load(.r5, .bits8, .r2, 0)
        code.compute(.and, .r5, 1)
        want(.r5, equals: 0)
        code.load(.r5, .bits16, .r2, 12)
        code.jump(to: "version6", when: .r5, .isEqual, .value(.field(0x86DD)))
        want(.r5, equals: .field(0x0800))
        readVersion4()
        code.jump(to: "datagram")
        code.mark("version6")
        readVersion6()
        code.mark("datagram")
    }

    /// The IPv4 header (RFC 791 §3.1), without options and fragments.
    private mutating func readVersion4() {
        code.load(.r5, .bits8, .r2, 14)
        want(.r5, equals: 0x45)
        code.load(.r5, .bits16, .r2, 20)
        code.compute(.and, .r5, .value(.field(0x3FFF)))
        want(.r5, equals: 0)
        code.load(.r5, .bits8, .r2, 23)
        want(.r5, equals: 17)
        // Nobody is answered at "this network" or at a group.
        code.load(.r5, .bits8, .r2, 26)
        code.jump(to: "pass", when: .r5, .isEqual, 0)
        code.jump(to: "pass", when: .r5, .isAtLeast, 224)
        code.store(.bits64, .frame, Stack.place, 0)
        code.store(.bits32, .frame, Stack.place + 8, .value(Int32(bitPattern: 0xFFFF_0000)))
        code.load(.r5, .bits32, .r2, 30)
        code.store(.bits32, .frame, Stack.place + 12, .register(.r5))
        code.load(.r9, .bits16, .r2, 16)
        code.swap16(.r9)
        code.compute(.subtract, .r9, 20)
        code.set(.r7, .register(.r2))
        code.compute(.add, .r7, 34)
        code.set(.r8, 34)
    }

    /// The IPv6 header (RFC 8200 §3) with UDP right behind it.
    private mutating func readVersion6() {
        code.set(.r4, .register(.r2))
        code.compute(.add, .r4, 82)
        code.jump(to: "pass", when: .r4, .isAbove, .register(.r3))
        code.load(.r5, .bits8, .r2, 14)
        code.compute(.and, .r5, 0xF0)
        want(.r5, equals: 0x60)
        code.load(.r5, .bits8, .r2, 20)
        want(.r5, equals: 17)
        // Nobody is answered at a group or at no address.
        code.load(.r5, .bits8, .r2, 22)
        code.jump(to: "pass", when: .r5, .isEqual, 0xFF)
        code.load(.r4, .bits64, .r2, 22)
        code.load(.r5, .bits64, .r2, 30)
        code.compute(.or, .r4, .register(.r5))
        code.jump(to: "pass", when: .r4, .isEqual, 0)
        for half: Int16 in [0, 8] {
            code.load(.r5, .bits64, .r2, 38 + half)
            code.store(.bits64, .frame, Stack.place + half, .register(.r5))
        }
        code.load(.r9, .bits16, .r2, 18)
        code.swap16(.r9)
        code.set(.r7, .register(.r2))
        code.compute(.add, .r7, 54)
        code.set(.r8, 54)
    }

    /// UDP and the message's header: leaves the length of the question in r9.
    mutating func readHeader() {
        // A port of 0 cannot be answered.
        code.load(.r5, .bits16, .r7, 0)
        code.jump(to: "pass", when: .r5, .isEqual, 0)
        code.load(.r5, .bits16, .r7, 2)
        code.store(.bits32, .frame, Stack.placePort, .register(.r5))
        code.load(.r5, .bits16, .r7, 4)
        code.swap16(.r5)
        code.jump(to: "pass", when: .r5, .isUnequal, .register(.r9))
        // A query, and of the flags only RD, AD and CD.
        code.load(.r5, .bits16, .r7, 10)
        code.compute(.and, .r5, .value(.field(~0x0130)))
        want(.r5, equals: 0)
        // One question, no answer; no authority, at most one additional record.
        code.load(.r5, .bits32, .r7, 12)
        want(.r5, equals: Int32(UInt32(0x0001_0000).bigEndian))
        code.store(.bits64, .frame, Stack.optionsByteCount, 0)
        code.compute(.subtract, .r9, 20)
        code.load(.r5, .bits32, .r7, 16)
        code.jump(to: "sized", when: .r5, .isEqual, 0)
        want(.r5, equals: Int32(UInt32(0x0000_0001).bigEndian))
        code.store(.bits64, .frame, Stack.optionsByteCount, 11)
        code.compute(.subtract, .r9, 11)
        code.mark("sized")
        // Less than nothing is a large number here.
        let longest = Int32(KernelQuestion.maximumByteCount)
        code.jump(to: "pass", when: .r9, .isAbove, .value(longest))
        code.jump(to: "pass", when: .r9, .isBelow, .value(Int32(KernelQuestion.minimumByteCount)))
    }

    /// Looks up where the query was sent to.
    mutating func findPlace() {
        code.set(.r1, map: maps.places)
        point(.r2, to: Stack.place)
        code.call(.lookUp)
        code.jump(to: "pass", when: .r0, .isEqual, 0)
        code.load(.r5, .bits32, .r0, KernelPlace.Offset.table)
        code.store(.bits64, .frame, Stack.tableCopy, .register(.r5))
        code.load(.r5, .bits32, .r0, KernelPlace.Offset.firstTally)
        code.store(.bits64, .frame, Stack.tally, .register(.r5))
    }

    /// OPT without options, of version 0 (RFC 6891 §6.1.2); of its flags only DO.
    mutating func readOptions() {
        code.load(.r5, .bits64, .frame, Stack.optionsByteCount)
        code.jump(to: "question", when: .r5, .isEqual, 0)
        findQuestionEnd()
        code.set(.r1, .register(.r6))
        point(.r3, to: Stack.options)
        code.set(.r4, 11)
        code.call(.loadBytes)
        want(.r0, equals: 0)
        code.load(.r5, .bits8, .frame, Stack.options)
        want(.r5, equals: 0)
        code.load(.r5, .bits16, .frame, Stack.options + 1)
        want(.r5, equals: .field(41))
        code.load(.r5, .bits16, .frame, Stack.options + 5)
        want(.r5, equals: 0)
        code.load(.r5, .bits16, .frame, Stack.options + 7)
        code.compute(.and, .r5, .value(.field(0x7FFF)))
        want(.r5, equals: 0)
        code.load(.r5, .bits16, .frame, Stack.options + 9)
        want(.r5, equals: 0)
        code.mark("question")
    }

    /// Copies the question, with capital letters made small, its length, and the number of the table.
    mutating func readQuestion() {
        for offset in stride(from: Stack.question, to: 0, by: 8) {
            code.store(.bits64, .frame, offset, 0)
        }
        code.set(.r1, .register(.r6))
        code.set(.r2, .register(.r8))
        code.compute(.add, .r2, 20)
        point(.r3, to: Stack.question)
        code.set(.r4, .register(.r9))
        code.call(.loadBytes)
        want(.r0, equals: 0)
        code.set(.r2, wide: 0x7F7F_7F7F_7F7F_7F7F)
        code.set(.r3, wide: 0x2525_2525_2525_2525)
        code.set(.r4, wide: 0x3F3F_3F3F_3F3F_3F3F)
        code.set(.r5, wide: 0x8080_8080_8080_8080)
        for offset in stride(from: Stack.question, to: 0, by: 8) {
            let before = Int32(offset - Stack.question)
            if before >= KernelQuestion.minimumByteCount {
                code.jump(to: "lowered", when: .r9, .isAtMost, .value(before))
            }
            lower(offset)
        }
        code.mark("lowered")
        code.load(.r5, .bits64, .frame, Stack.tableCopy)
        code.compute(.shiftLeft, .r5, 8)
        code.compute(.or, .r5, .register(.r9))
        code.store(.bits32, .frame, Stack.table, .register(.r5))
    }

    /// Makes the capital letters among eight bytes small, all at once.
    ///
    /// The two sums carry into a byte's upper bit where it is at least `A`, and where it is above
    /// `Z`; where they differ and the byte's own upper bit is clear, it gets the bit 0x20. Lengths of
    /// labels, type and class that are in a key are all below `A`.
    private mutating func lower(_ offset: Int16) {
        code.load(.r0, .bits64, .frame, offset)
        code.set(.r1, .register(.r0))
        code.compute(.and, .r1, .register(.r2))
        code.set(.r7, .register(.r1))
        code.compute(.add, .r1, .register(.r3))
        code.compute(.add, .r7, .register(.r4))
        code.compute(.exclusiveOr, .r1, .register(.r7))
        code.set(.r7, .register(.r0))
        code.compute(.exclusiveOr, .r7, -1)
        code.compute(.and, .r1, .register(.r7))
        code.compute(.and, .r1, .register(.r5))
        code.compute(.shiftRight, .r1, 2)
        code.compute(.or, .r0, .register(.r1))
        code.store(.bits64, .frame, offset, .register(.r0))
    }

    /// Looks up the question; leaves the address of a copy of the answer in r7.
    ///
    /// The kernel may use an element that is removed for another key at once, while it is still being
    /// read here. So what was copied counts only when it is what the key leads to afterwards too.
    mutating func findAnswer() {
        let offsets = stride(from: 0, to: Int16(KernelAnswer.byteCount), by: 8)
        lookUpAnswer()
        for offset in offsets {
            code.load(.r5, .bits64, .r0, offset)
            code.store(.bits64, .frame, Stack.answer + offset, .register(.r5))
        }
        lookUpAnswer()
        for offset in offsets {
            code.load(.r5, .bits64, .r0, offset)
            code.load(.r4, .bits64, .frame, Stack.answer + offset)
            code.jump(to: "pass", when: .r5, .isUnequal, .register(.r4))
        }
        point(.r7, to: Stack.answer)
    }

    /// Leaves the address of the answer in the map in r0.
    private mutating func lookUpAnswer() {
        code.set(.r1, map: maps.answers)
        point(.r2, to: Stack.question)
        code.call(.lookUp)
        code.jump(to: "pass", when: .r0, .isEqual, 0)
    }
}

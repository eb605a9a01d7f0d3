// SPDX-License-Identifier: Apache-2.0

/// The program that answers in the kernel, before a datagram becomes a socket's.
///
/// It runs for every frame that an interface receives. A frame that is, as a whole, a query it
/// knows becomes the answer and goes back out (`XDP_TX`); every other goes on to the sockets as it
/// came (`XDP_PASS`). It understands: one question of at most `KernelQuestion.maximumByteCount` bytes
/// in an unfragmented UDP datagram over IPv4 without options or IPv6 without extension headers, no
/// VLAN tag, opcode QUERY, of the flags only RD, AD and CD, and at most one OPT without options.
///
/// What the registers hold from the first look-up on:
///
///     r6  the program's context
///     r7  free, and later the copy of the answer that was found
///     r8  the bytes in front of the UDP header
///     r9  the bytes of the question
package struct AnswerProgram: Sendable {
    /// The descriptors of the maps that the program looks into.
    package struct Maps: Hashable, Sendable {
        /// `KernelPlace` by address and port.
        package let places: Int32
        /// `KernelAnswer` by `KernelQuestion`.
        package let answers: Int32
        /// `Tally` by number, one a processor.
        package let tallies: Int32

        package init(places: Int32, answers: Int32, tallies: Int32) {
            self.places = places
            self.answers = answers
            self.tallies = tallies
        }
    }

    /// What becomes of a frame (`enum xdp_action`).
    package enum Verdict: Int32, Sendable {
        case drop = 1
        case pass = 2
        case send = 3
    }

    /// Whether this machine keeps numbers as the program expects it.
    package static var isPossible: Bool { UInt16(1).littleEndian == 1 }

    /// Where on the stack things lie, in bytes from its upper end.
    enum Stack {
        /// The key of the answers' map: the question, zeros, its length and the table's number.
        static let question: Int16 = -128
        static let table: Int16 = -4
        /// The key of the places' map: address (16 bytes) and port.
        static let place: Int16 = -152
        static let placePort: Int16 = -136
        /// How many bytes the OPT record takes: 0 or 11.
        static let optionsByteCount: Int16 = -160
        /// The tally of the first zone of the place.
        static let tally: Int16 = -168
        /// The OPT record; at this place its 16-bit fields lie even.
        static let options: Int16 = -183
        /// The table's number, until the question is in its key.
        static let tableCopy: Int16 = -192
        /// Addresses and datagram, while their sum is made.
        static let datagram: Int16 = -408
        static let datagramByteCount: Int16 = 216
        /// A copy of the answer: in the map it may become another one at any time.
        static let answer: Int16 = -456
    }

    let maps: Maps
    var code = Assembly()

    private init(_ maps: Maps) { self.maps = maps }

    /// The instructions of the program over these maps.
    package static func assembled(over maps: Maps) throws(AssemblyError) -> [UInt64] {
        var program = AnswerProgram(maps)
        program.readFrame()
        program.readHeader()
        program.findPlace()
        program.readOptions()
        program.readQuestion()
        program.findAnswer()
        program.resizeFrame()
        program.writeRecords()
        program.writeHeaders()
        program.writeSum()
        program.count()
        program.code.end(Verdict.send.rawValue)
        program.code.mark("pass")
        program.code.end(Verdict.pass.rawValue)
        // Half an answer must not go on as a query.
        program.code.mark("drop")
        program.code.end(Verdict.drop.rawValue)
        return try program.code.assembled()
    }

    // MARK: Common steps

    /// Passes the frame on unless a register compares so.
    mutating func want(_ register: Register, equals value: Int32) {
        code.jump(to: "pass", when: register, .isUnequal, .value(value))
    }

    /// Puts the address of something on the stack into a register.
    mutating func point(_ register: Register, to place: Int16) {
        code.set(register, .register(.frame))
        code.compute(.add, register, .value(Int32(place)))
    }

    /// Puts the beginning of the frame into r2, and goes to `label` unless it has so many bytes.
    mutating func findFrame(atLeast byteCount: Int32, else label: Label) {
        code.load(.r2, .bits32, .r6, 0)
        code.load(.r3, .bits32, .r6, 4)
        code.set(.r4, .register(.r2))
        code.compute(.add, .r4, .value(byteCount))
        code.jump(to: label, when: .r4, .isAbove, .register(.r3))
    }

    /// Puts the place of what follows the question into r2, in bytes from the beginning.
    mutating func findQuestionEnd() {
        code.set(.r2, .register(.r8))
        code.compute(.add, .r2, 20)
        code.compute(.add, .r2, .register(.r9))
    }

    /// Puts the number of the datagram's bytes, its header included, into a register.
    ///
    /// `isAnswer`: with the record that was found; it uses r5.
    mutating func findByteCount(_ register: Register, isAnswer: Bool) {
        code.set(register, .register(.r9))
        code.compute(.add, register, 20)
        code.load(.r5, .bits64, .frame, Stack.optionsByteCount)
        code.compute(.add, register, .register(.r5))
        guard isAnswer else { return }
        code.load(.r5, .bits32, .r7, KernelAnswer.Offset.recordByteCount)
        code.compute(.add, register, .register(.r5))
    }
}

extension Int32 {
    /// A 16-bit field in network order, as a load on this machine sees it.
    static func field(_ value: UInt16) -> Int32 { Int32(value.bigEndian) }
}

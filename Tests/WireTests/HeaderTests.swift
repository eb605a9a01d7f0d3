// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@Suite struct HeaderTests {
    private static let bytes: [UInt8] = [0x2A, 0x2B, 0x81, 0x85, 0, 1, 0, 2, 0, 3, 1, 4]

    @Test func readsEveryField() throws {
        let header = try Header(parsing: Self.bytes.span)

        #expect(header.id == 0x2A2B)
        #expect(header.flags.rawValue == 0x8185)
        #expect(header.questionCount == 1)
        #expect(header.answerCount == 2)
        #expect(header.authorityCount == 3)
        #expect(header.additionalCount == 260)
    }

    @Test("A message cut anywhere in its header is refused", arguments: 0..<Header.byteCount)
    func refusesCutMessage(length: Int) {
        let cut = Array(Self.bytes.prefix(length))

        #expect(throws: WireError.truncated(offset: length)) {
            try Header(parsing: cut.span)
        }
    }

    @Test(arguments: 0..<16)
    func setsTheOpcodeAndNothingElse(opcode: UInt8) {
        var flags = Flags(rawValue: 0xFFFF)
        flags.opcode = Opcode(rawValue: opcode)

        #expect(flags.opcode.rawValue == opcode)
        #expect(flags.rawValue & 0x87FF == 0x87FF)
        flags = Flags(rawValue: 0)
        flags.opcode = Opcode(rawValue: opcode)
        #expect(flags.rawValue == UInt16(opcode) << 11)
    }

    @Test(arguments: 0..<16)
    func setsTheCodeAndNothingElse(code: UInt8) {
        var flags = Flags(rawValue: 0xFFF0)
        flags.code = code

        #expect(flags.code == code)
        #expect(flags.rawValue == 0xFFF0 | UInt16(code))
    }

    @Test func keepsOpcodesAndCodesInsideTheirFourBits() {
        var flags = Flags(rawValue: 0)
        flags.opcode = Opcode(rawValue: 0xFF)
        flags.code = 0xFF

        #expect(flags.rawValue == 0x780F)
    }

    @Test(
        arguments: [
            (Flags.response, 0x8000), (.authoritative, 0x0400), (.truncated, 0x0200),
            (.recursionDesired, 0x0100), (.recursionAvailable, 0x0080), (.authenticData, 0x0020),
            (.checkingDisabled, 0x0010),
        ] as [(Flags, UInt16)]
    )
    func hasEachFlagWhereTheStandardPutsIt(flag: Flags, bits: UInt16) {
        #expect(flag.rawValue == bits)
    }
}

// SPDX-License-Identifier: Apache-2.0

import LDNS
import Testing

@Suite struct ParsedRecordTests {
    /// `example.` in wire form.
    private static let origin: [UInt8] = [7] + Array("example".utf8) + [0]

    /// The data of `type` read from `text`, in hexadecimal; else what is wrong.
    private static func read(_ type: UInt16, _ text: String) -> String {
        do throws(LDNSError) {
            let record = try ParsedRecord.reading(
                type: type,
                text: Array(text.utf8),
                origin: origin
            )
            return hexadecimal(record.data)
        } catch {
            return error.description
        }
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test(arguments: [
        (1, "192.0.2.1", "c0000201"),
        (2, "ns", "026e73076578616d706c6500"),
        (2, "ns.", "026e7300"),
        (5, "@", "076578616d706c6500"),
        (15, "10 mail", "000a046d61696c076578616d706c6500"),
        (16, "\"a b\" c", "036120620163"),
        (16, "\"a\\\"b\\040c\"", "0561226228" + "63"),
        (28, "2001:db8::1", "20010db8000000000000000000000001"),
        (33, "0 5 53 a.b.", "000000050035" + "0161016200"),
        (43, "1 8 2 00 ff", "0001080200ff"),
        (64, "1 . port=53", "0001000003000200" + "35"),
        (257, "0 issue \"ca.example\"", "0005697373756563612e6578616d706c65"),
        (261, "abc", "03616263"),
    ])
    func readsTextOfMasterFiles(type: UInt16, text: String, data: String) {
        #expect(Self.read(type, text) == data)
    }

    @Test(arguments: [
        "192.0.2.1\n", "192.0.2.1\r", "\0", "(192.0.2.1", "192.0.2.1 )", "\u{7f}", "é",
    ])
    func keepsAwayBytesThatLibldnsMustNotSee(text: String) {
        #expect(
            Self.read(1, text) == "a byte that must be escaped, as in \\013, stands in the data"
        )
    }

    @Test func takesTextAtItsLimitAndNoByteMore() {
        let most = ParsedRecord.maximumTextByteCount
        let fitting = "192.0.2.1" + String(repeating: " ", count: most - 9)

        #expect(Self.read(1, fitting) == "c0000201")
        #expect(
            Self.read(1, fitting + " ") == "the data is longer than 65000 bytes of text; split it"
        )
    }

    @Test(arguments: [(1, "192.0.2"), (1, ""), (15, "10"), (28, "192.0.2.1"), (16, ""), (2, "")])
    func refusesWhatDoesNotFitItsType(type: UInt16, text: String) {
        #expect(throws: LDNSError.self) {
            _ = try ParsedRecord.reading(type: type, text: Array(text.utf8), origin: Self.origin)
        }
    }

    @Test func refusesTextBehindTheData() {
        #expect(throws: LDNSError.self) {
            _ = try ParsedRecord.reading(
                type: 1,
                text: Array("192.0.2.1 192.0.2.2".utf8),
                origin: Self.origin
            )
        }
    }

    @Test func refusesANameThatTheOriginMakesTooLong() {
        let label = String(repeating: "a", count: 63)
        let fitting = [label, label, label, String(repeating: "b", count: 53)]
        let tooLong = [label, label, label, String(repeating: "b", count: 54)]

        #expect(Self.read(2, fitting.joined(separator: ".")).count == 255 * 2)
        #expect(Self.read(2, tooLong.joined(separator: ".")) == "a name is longer than 255 bytes")
    }

    @Test(arguments: [66, 260] as [UInt16])
    func asksForTheGeneralFormOfTypesWithoutAText(type: UInt16) {
        #expect(
            Self.read(type, "1 2 3")
                == "the type has no text form here; write its data as '\\# LENGTH HEXADECIMAL'"
        )
    }

    @Test(
        arguments: [
            (1, [192, 0, 2, 1], "192.0.2.1"),
            (15, [0, 10, 1, 0x61, 0], "10 a."),
            (16, [1, 0x61, 0], "\"a\" \"\""),
            (65_280, [1, 2, 3], "\\# 3 010203"),
        ] as [(UInt16, [UInt8], String)]
    )
    func writesDataAsText(type: UInt16, data: [UInt8], text: String) throws {
        let record = try ParsedRecord.decoding(type: type, data: data)

        #expect(record.text == text)
        #expect(record.data == data)
    }

    @Test(
        arguments: [
            (1, [192, 0, 2]), (1, [192, 0, 2, 1, 0]), (15, [0, 10, 1, 0x61]), (2, [0xC0, 0]),
        ] as [(UInt16, [UInt8])]
    )
    func refusesDataThatDoesNotFitItsType(type: UInt16, data: [UInt8]) {
        #expect(throws: LDNSError.self) { _ = try ParsedRecord.decoding(type: type, data: data) }
    }
}

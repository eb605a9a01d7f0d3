// SPDX-License-Identifier: Apache-2.0

import Testing
import YAML

@Suite struct YAMLScalarTests {
    @Test(
        "An unquoted word is typed as YAML 1.1 says",
        arguments: [
            ("", .null), ("~", .null), ("null", .null), ("Null", .null), ("NULL", .null),
            ("nULL", .string("nULL")), ("nulls", .string("nulls")),
            ("true", .boolean(true)), ("True", .boolean(true)), ("yes", .boolean(true)),
            ("on", .boolean(true)), ("ON", .boolean(true)), ("y", .boolean(true)),
            ("false", .boolean(false)), ("no", .boolean(false)), ("Off", .boolean(false)),
            ("N", .boolean(false)), ("yEs", .string("yEs")), ("TRue", .string("TRue")),
            ("0", .integer(0)), ("-0", .integer(0)), ("8080", .integer(8080)),
            ("+1", .integer(1)), ("-12", .integer(-12)), ("1_000", .integer(1000)),
            ("017", .integer(15)), ("0o17", .integer(15)), ("0O17", .integer(15)),
            ("0x1F", .integer(31)), ("0b101", .integer(5)), ("-0x10", .integer(-16)),
            ("09", .number("09")), ("08.5", .number("08.5")), ("0x", .string("0x")),
            ("0xG", .string("0xG")), ("0b2", .string("0b2")), ("0o8", .string("0o8")),
            ("--1", .string("--1")), ("-+1", .string("-+1")), ("0x-1", .string("0x-1")),
            ("1.5", .number("1.5")), (".5", .number(".5")), ("5.", .number("5.")),
            ("1e3", .number("1e3")), ("1.5E-3", .number("1.5E-3")), ("1e", .string("1e")),
            (".", .string(".")), ("-", .string("-")), ("+", .string("+")),
            (".inf", .number(".inf")), ("-.Inf", .number("-.Inf")), (".nan", .number(".nan")),
            ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
            ("9223372036854775808", .number("9223372036854775808")),
            ("2022-05-14", .string("2022-05-14")), ("10.96.0.1", .string("10.96.0.1")),
            ("1:30", .string("1:30")), ("web", .string("web")), ("1.2.3", .string("1.2.3")),
        ] as [(String, YAMLScalar.Value)]
    )
    func typesPlainWords(text: String, expected: YAMLScalar.Value) {
        #expect(YAMLScalar(text: text, isPlain: true).value == expected)
    }

    @Test("A quoted word is a string", arguments: ["", "~", "true", "yes", "80", "1.5"])
    func keepsQuotedWords(text: String) {
        #expect(YAMLScalar(text: text, isPlain: false).value == .string(text))
    }

    @Test(
        "A tag outranks the quotes",
        arguments: [
            ("!!str 80", "'80'"), ("! 80", "'80'"), ("!!int '80'", "80"),
            ("!!bool 'yes'", "true"), ("!!null ''", "null"), ("!own 80", "80"),
            ("!own '80'", "'80'"),
        ]
    )
    func followsTags(text: String, expected: String) {
        #expect(outline(text) == [expected])
    }

    @Test func givesUpOnAbsurdNumbersWithoutTrapping() {
        let digits = String(repeating: "9", count: 10_000)

        #expect(YAMLScalar(text: digits, isPlain: true).value == .number(digits))
    }
}

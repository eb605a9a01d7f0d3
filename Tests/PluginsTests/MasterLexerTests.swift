// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Plugins

@Suite struct MasterLexerTests {
    /// The entries of a file: the words of each, `+` before those that begin in the first column.
    private func entries(_ text: String) -> [String] {
        var lexer = MasterLexer(Array(text.utf8), file: "db")
        var entries: [String] = []
        while entries.count < 100 {
            do throws(ZoneMistake) {
                guard try lexer.next() else { return entries }
                let words = lexer.tokens.map {
                    let text = String(decoding: lexer.bytes[$0.range], as: UTF8.self)
                    return $0.isQuoted ? "<\(text)>" : text
                }
                entries.append((lexer.hasOwner ? "+" : "") + words.joined(separator: "|"))
            } catch {
                entries.append(error.description)
            }
        }
        return entries
    }

    @Test(
        arguments: [
            ("", []),
            ("\n \n\t;x\n", []),
            ("a A 1", ["+a|A|1"]),
            ("a A 1\r\n b\tB  2 ;c\n", ["+a|A|1", "b|B|2"]),
            ("\u{FEFF}a A 1", ["+a|A|1"]),
            ("a ( A\n 1 ; x ) y\n ) 2\nb", ["+a|A|1|2", "+b"]),
            ("a(b)c", ["+a|b|c"]),
            ("a \"b c\" \"\" \";()\"", ["+a|<b c>|<>|<;()>"]),
            ("a \"b\\\"c\" \"\\\\\"", ["+a|<b\\\"c>|<\\\\>"]),
            ("a \"b\"\"c\"", ["+a|<b>|<c>"]),
            ("a k=\"b c\" d", ["+a|k=\"b c\"|d"]),
            ("a\\ b\\;c\\(d \\000\\255", ["+a\\ b\\;c\\(d|\\000\\255"]),
            (" a", ["a"]),
            ("( a )", ["a"]),
        ] as [(String, [String])]
    )
    func cutsEntriesAndWords(text: String, expected: [String]) {
        #expect(entries(text) == expected)
    }

    @Test(arguments: [
        (
            "a (b\nc",
            "db:1:3: '(' is never closed; ')' is wanted behind the last word of the record"
        ),
        ("a ) b", "db:1:3: ')' without a '(' before it"),
        ("a ((b", "db:1:4: '(' inside parentheses; close the first with ')' before it"),
        ("é \"b", "db:1:3: the quote is not closed; '\"' is wanted before the end of the line"),
        (
            "a k=\"b\nc\"",
            "db:1:5: the quote is not closed; '\"' is wanted before the end of the line"
        ),
        ("a\\", "db:1:2: '\\' wants a character or three digits from 000 to 255 behind it"),
        ("a\\\n", "db:1:2: '\\' wants a character or three digits from 000 to 255 behind it"),
        ("a\\25", "db:1:2: '\\' wants a character or three digits from 000 to 255 behind it"),
        ("a\\256", "db:1:2: '\\' wants a character or three digits from 000 to 255 behind it"),
        ("\na \0", "db:2:3: a control character; write it as '\\000' if it is meant"),
        ("a b\rc", "db:1:4: a control character; write it as '\\013' if it is meant"),
        ("a \"\u{7f}\"", "db:1:4: a control character; write it as '\\127' if it is meant"),
    ])
    func saysWhatIsWrongAndWhere(text: String, mistake: String) {
        #expect(entries(text).first == mistake)
    }

    @Test func goesOnAtTheNextLine() {
        #expect(
            entries("a ) b\nc \"d\ne f\n") == [
                "db:1:3: ')' without a '(' before it",
                "db:2:3: the quote is not closed; '\"' is wanted before the end of the line",
                "+e|f",
            ]
        )
    }

    @Test func takesAnEntryAtItsLimitAndNoByteMore() {
        let most = MasterLexer.maximumEntryByteCount
        let fitting = "a (" + String(repeating: "\n", count: most - 4) + ")"

        #expect(entries(fitting) == ["+a"])
        #expect(
            entries(fitting.replacing(")", with: "\n)")).first
                == "db:1:3: a record of more than 262144 bytes; is a ')' missing?"
        )
    }
}

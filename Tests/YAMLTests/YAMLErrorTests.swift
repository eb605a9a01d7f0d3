// SPDX-License-Identifier: Apache-2.0

import Testing
import YAML

@Suite struct YAMLErrorTests {
    @Test(
        "A syntax error says where it is and what would be right",
        arguments: [
            ("a:\n\t- b\n", "2:1: a tab where indentation is wanted; indent with spaces"),
            ("a: b\n\tc: d\n", "2:1: a tab where indentation is wanted; indent with spaces"),
            ("a: 'b\n", "1:4: the quote is never closed; end the text with the same quote"),
            (
                "a: 'it's'",
                "1:8: expected a key here; give all keys of a mapping the same indentation"
            ),
            ("a: [1, 2\nb: 3", "2:2: expected ',' or ']' to go with the '[' at 1:4"),
            (
                "a: {b: 1\nc: 3",
                """
                2:2: expected ',' or '}' to go with the '{' at 1:4; quote a text that begins with \
                '{'
                """
            ),
            (
                "a: {{ .Values.a }}",
                "1:5: a key must be a single word; quote a text that begins with '{' or '['"
                    + ", fill in '{{ }}' of a template"
            ),
            (
                "a: b: c",
                """
                1:5: a second ': ' in one line, or wrong indentation; quote a value that holds ': '
                """
            ),
            (
                "a: 1\nb\nc: 1",
                "3:1: a key without ': '; write 'key: value', all keys of a mapping in one column"
            ),
            (
                "- a\nb: c",
                "2:1: expected '- ' here; give all items of a list the same indentation"
            ),
            ("a: - b", "1:4: a list item '- ' cannot stand here; put it on a line of its own"),
            ("a: `b`", "1:4: a value cannot begin with '`'; quote it"),
            ("a: @b", "1:4: a value cannot begin with '@'; quote it"),
            ("a: !x!y 1", "1:4: unknown tag; quote a text that begins with '!'"),
            (
                #"a: "\q""#,
                #"1:5: unknown escape after '\'; use single quotes, or '\\' for a backslash"#
            ),
            (
                "a: \u{1}",
                "1:4: a control character; remove it, or write it as an escape in double quotes"
            ),
        ]
    )
    func saysWhatWouldBeRight(text: String, expected: String) {
        #expect(outline(text) == [expected])
    }
}

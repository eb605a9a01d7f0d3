// SPDX-License-Identifier: Apache-2.0

import Wire

/// The words of a record's data as the one line that libldns may see.
enum MasterText {
    /// The words with one space between two, and every dangerous byte as `\DDD`.
    static func joined(
        _ lexer: MasterLexer,
        _ words: ArraySlice<MasterToken>,
        of type: RecordType
    ) -> [UInt8] {
        var text: [UInt8] = []
        for (index, token) in words.enumerated() {
            if index > 0 { text.append(UInt8(ascii: " ")) }
            // libldns takes the value of CAA (RFC 8659) in quotes only.
            let isQuoted = token.isQuoted || (type.rawValue == 257 && index == 2)
            if isQuoted { text.append(UInt8(ascii: "\"")) }
            append(lexer.bytes[token.range], to: &text)
            if isQuoted { text.append(UInt8(ascii: "\"")) }
        }
        return text
    }

    /// Appends a word; its escapes are sound.
    private static func append(_ word: ArraySlice<UInt8>, to text: inout [UInt8]) {
        var index = word.startIndex
        while index < word.endIndex {
            let byte = word[index]
            index += 1
            if byte == UInt8(ascii: "\\"), index < word.endIndex {
                let next = word[index]
                index += 1
                if isDangerous(next) {
                    appendEscape(next, to: &text)
                } else {
                    text.append(byte)
                    text.append(next)
                }
            } else if isDangerous(byte) {
                appendEscape(byte, to: &text)
            } else {
                text.append(byte)
            }
        }
    }

    /// Whether libldns must see `byte` only as `\DDD`: it cuts or overflows on the parentheses.
    private static func isDangerous(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: ";"), 0..<0x20, 0x7F...: true
        default: false
        }
    }

    /// Appends `\DDD`.
    private static func appendEscape(_ byte: UInt8, to text: inout [UInt8]) {
        text.append(UInt8(ascii: "\\"))
        text.append(UInt8(ascii: "0") + byte / 100)
        text.append(UInt8(ascii: "0") + byte / 10 % 10)
        text.append(UInt8(ascii: "0") + byte % 10)
    }
}

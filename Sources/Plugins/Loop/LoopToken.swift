// SPDX-License-Identifier: Apache-2.0

import Plugin
import Wire

/// What a question is known by that is sent out to see whether it comes back: its first two labels.
///
/// Nobody guesses it, and a resolver between passes it on, unlike an EDNS option.
struct LoopToken: Hashable, Sendable {
    /// The length of a label, in bytes: 64 bits in hexadecimal.
    private static let labelByteCount = 16
    private static let digits = Array("0123456789abcdef".utf8)

    let first: UInt64
    let second: UInt64

    init(first: UInt64, second: UInt64) {
        self.first = first
        self.second = second
    }

    /// The token that a question's name begins with; nil when it is another question.
    init?(of query: borrowing Query) {
        guard query.type == .hinfo, query.name.labelCount >= 2,
            let first = Self.number(query.name.label(0)),
            let second = Self.number(query.name.label(1))
        else { return nil }
        self.init(first: first, second: second)
    }

    private static func number(_ label: Span<UInt8>) -> UInt64? {
        guard label.count == labelByteCount else { return nil }
        var number: UInt64 = 0
        for index in 0..<label.count {
            guard let digit = digits.firstIndex(of: label[index].asciiLowercased) else {
                return nil
            }
            number = number << 4 | UInt64(digit)
        }
        return number
    }

    private static func label(_ number: UInt64) -> [UInt8] {
        (0..<labelByteCount).map { digits[Int(number >> UInt64(60 - 4 * $0) & 15)] }
    }

    /// The question whole, for a name below `zone`, its id still open; nil where that is too long.
    func message(below zone: Name) -> [UInt8]? {
        guard let parent = try? zone.prepending(Self.label(second)),
            let name = try? parent.prepending(Self.label(first))
        else { return nil }
        var message = Message(header: Header(id: 0, flags: .recursionDesired))
        message.questions = [Question(name, .hinfo)]
        return try? message.encoded()
    }
}

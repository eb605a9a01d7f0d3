// SPDX-License-Identifier: Apache-2.0

import Wire

/// The part of a message that a record goes to (RFC 1035 §4.1).
package enum Section: UInt8, Hashable, Sendable {
    case answer
    case authority
    case additional
}

/// The owner of a record in an answer.
package enum Owner: Hashable, Sendable {
    /// The name that was asked for, in the client's case.
    case question
    /// The name asked for without its first labels: it begins at this label.
    case questionSuffix(label: Int)
    /// A name that was put into the answer before.
    case placed(AnswerName)
}

/// A name that lies in an answer's memory, in wire form.
package struct AnswerName: Hashable, Sendable {
    /// The name that did not fit: an answer that gave it takes no more records.
    static let nowhere = AnswerName(offset: 0, byteCount: 0)

    let offset: UInt32
    /// The length of the name, in bytes.
    package let byteCount: UInt16

    /// Where it lies in the answer's memory.
    var range: Range<Int> { Int(offset)..<(Int(offset) &+ Int(byteCount)) }
}

/// Why a query failed, for people (RFC 8914).
package struct ExtendedError: Hashable, Sendable {
    /// The longest text that is sent, in bytes.
    package static let maximumTextByteCount = 128

    package let code: ExtendedErrorCode
    package let text: String

    package init(_ code: ExtendedErrorCode, _ text: String = "") {
        self.code = code
        self.text = text
    }

    /// Reads the data of the option (RFC 8914 §2); nil where it has no code.
    package init?(data: [UInt8]) {
        guard data.count >= 2 else { return nil }
        self.init(
            ExtendedErrorCode(rawValue: data.span.uint16(at: 0)),
            String(decoding: data.dropFirst(2), as: UTF8.self)
        )
    }

    /// The data of the option, its text cut at a limit.
    package var data: [UInt8] {
        [UInt8(truncatingIfNeeded: code.rawValue >> 8), UInt8(truncatingIfNeeded: code.rawValue)]
            + text.utf8.prefix(Self.maximumTextByteCount)
    }
}

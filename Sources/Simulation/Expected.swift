// SPDX-License-Identifier: Apache-2.0

import Wire

/// One answer that would be right.
struct Expected: Sendable, CustomStringConvertible {
    var code = ResponseCode.noError
    /// What the answer section holds, in any order.
    var answers: [Fact] = []
    /// What the additional section holds; nil when nothing is demanded of it.
    var additionals: [Fact]?
    /// The zone whose SOA record stands in the authority section; nil for an empty section.
    var deniedBy: [UInt8]?
    var isAuthoritative = true
    /// Whether an upstream may have cut it, so that it may be short without a reason of our own.
    var mayBeCut = false
    /// Whether it may have been kept, so that its times to live are what is left of them.
    var mayBeKept = false

    /// A code and nothing else.
    static func failure(_ code: ResponseCode) -> Expected {
        Expected(code: code, isAuthoritative: false)
    }

    var description: String {
        let zone = deniedBy.flatMap { try? Name(wire: $0.span) }.map { " denied by \($0)" } ?? ""
        let list = answers.map(\.description).sorted().joined(separator: ", ")
        return "\(code)\(isAuthoritative ? " aa" : "")\(zone) [\(list)]"
    }
}

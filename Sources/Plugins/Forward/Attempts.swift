// SPDX-License-Identifier: Apache-2.0

import Plugin

/// One exchange with one upstream for the sake of a query.
struct Attempt: Sendable {
    /// Why an upstream is asked.
    enum Purpose: Sendable {
        /// For an answer.
        case answer
        /// To see whether it is well again; its answer is welcome.
        case trial
        /// For the whole of a reply that was cut.
        case whole
        /// For a reply whose question came back in another case.
        case sameCase
    }

    let place: Int
    let transport: Transport
    let purpose: Purpose
    let began: Moment
    var isOpen = true
    /// Whether its time is over, and that was counted.
    var isLate = false
}

/// The attempts that were made for a query, in their order.
///
/// Most queries take one, which needs no memory of its own here.
struct Attempts: Sendable {
    private(set) var count = 0
    /// The first; of no meaning while there is none.
    private var first = Attempt(
        place: 0,
        transport: .udp,
        purpose: .answer,
        began: Moment(nanoseconds: 0)
    )
    private var others: [Attempt] = []

    var isEmpty: Bool { count == 0 }

    var indices: Range<Int> { 0..<count }

    subscript(index: Int) -> Attempt {
        get { index == 0 ? first : others[index - 1] }
        set {
            if index == 0 {
                first = newValue
            } else {
                others[index - 1] = newValue
            }
        }
    }

    mutating func append(_ attempt: Attempt) {
        if count == 0 {
            first = attempt
        } else {
            others.append(attempt)
        }
        count += 1
    }
}

// SPDX-License-Identifier: Apache-2.0

/// What a plugin made of a query.
///
/// The response code is not here: it is in the answer.
package enum Outcome: Hashable, Sendable {
    /// Not mine: the next plugin is asked.
    case pass
    /// The answer is complete.
    case done
    /// No answer is to be sent.
    case drop
    /// Not from memory: the query is set aside and `resume` goes on with it.
    case wait
}

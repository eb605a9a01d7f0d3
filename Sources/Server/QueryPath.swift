// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Wire

/// A listener as a query on its way sees it.
///
/// Workers hold listeners as existentials. One that is opened where it lies counts no reference,
/// while an element of an array of structs would be copied with all that it refers to, and every
/// worker would write to the same counts.
package protocol QueryPath: Sendable {
    /// Whether classes other than IN may enter a chain.
    var takesEveryClass: Bool { get }

    /// Has the memory fetched that the answer to a message will be made of, as far as a short look
    /// can tell; nobody has checked the message yet.
    func prefetchMemory(for message: Span<UInt8>)

    /// Finds the block whose zone is the longest one above the name, and notes the zone's label.
    func route(_ query: inout Query) -> Int?

    /// Lets the plugins of a block answer; `waiting` is set to the plugin that said `.wait`.
    func answer(
        _ query: borrowing Query,
        block: Int,
        into answer: inout Answer,
        waiting: inout Int
    ) -> Outcome

    /// Whether a query that waits for a plugin of a block gets a place before those that give way.
    func goesFirst(block: Int, plugin: Int) -> Bool

    /// Has the plugin of a block that said `.wait` answer at once; false where it cannot.
    func answerWithoutWaiting(
        _ query: borrowing Query,
        block: Int,
        plugin: Int,
        into answer: inout Answer
    ) -> Bool

    /// Lets the plugins of a block finish an answer that they had no part in, up to one of them.
    func finish(_ query: borrowing Query, block: Int, upTo last: Int, _ answer: inout Answer)

    /// A block for a query that waits, which goes on there.
    func serverBlock(_ block: Int) -> ServerBlock

    /// How large the answers of a block may be.
    func limits(ofBlock block: Int) -> AnswerLimits

    /// Tells the plugins of a block what was sent; without a block only counts it.
    func sent(
        _ query: borrowing Query,
        _ report: borrowing SentReport,
        block: Int?,
        counting cells: borrowing WorkerCells
    )
}

// SPDX-License-Identifier: Apache-2.0

import Metrics

/// The plugins of one server block, in the order they are asked.
///
/// A class, since each query that waits holds it, and would copy all that a value refers to.
package final class Chain: Sendable {
    package let plugins: [any Plugin]
    /// The name of each plugin, in the same order.
    package let names: [String]
    /// What they do with a query: the only chain of these.
    let roles: Roles

    /// `names`: those of the plugins, where they are at hand.
    package init(_ plugins: [any Plugin], names: [String]? = nil) {
        self.plugins = plugins
        self.names = names ?? plugins.map { type(of: $0).manual.name }
        roles = Roles(plugins)
    }

    /// Asks each plugin until one takes the query, then lets those asked finish, last first.
    ///
    /// `waitingPlugin`: set to the place of the plugin that said `.wait`.
    package func answer(
        _ query: borrowing Query,
        into answer: inout Answer,
        waitingPlugin: inout Int
    ) -> Outcome {
        roles.answer(query, chain: 0, into: &answer, waiting: &waitingPlugin)
    }

    /// Has the plugin that said `.wait` begin what it waits for; nil where it is to be resumed.
    package func begin(
        _ waiting: WaitingQuery,
        at place: Int,
        finding found: borrowing Answer,
        desk: any Desk
    ) -> Beginning? {
        roles.begin(waiting, chain: 0, at: place, finding: found, desk: desk)
    }

    /// Lets the plugins finish an answer that came of what was begun.
    package func conclude(_ waiting: WaitingQuery, at place: Int, _ answer: inout Answer) {
        roles.conclude(waiting, chain: 0, at: place, &answer)
    }

    /// Goes on with a query at the plugin that said `.wait`.
    ///
    /// `course`: what it has begun.
    package func resume(
        _ waiting: WaitingQuery,
        at place: Int,
        on course: (any Course)? = nil,
        into answer: inout Answer,
        desk: any Desk
    ) async -> Outcome {
        await roles.resume(waiting, chain: 0, at: place, on: course, into: &answer, desk: desk)
    }

    /// Tells every plugin what was sent, first plugin last.
    package func sent(
        _ query: borrowing Query,
        _ report: borrowing SentReport,
        counting cells: borrowing WorkerCells
    ) {
        roles.sent(query, report, chain: 0, counting: cells)
    }
}

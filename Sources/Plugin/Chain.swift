// SPDX-License-Identifier: Apache-2.0

import Metrics
import Wire

/// The plugins of one server block, in the order they are asked.
package struct Chain: Sendable {
    package let plugins: [any Plugin]
    /// What is said where every plugin has passed.
    fileprivate static let nobody = "no plugin of this server block answers this name"

    /// The name of each plugin, in the same order.
    package let names: [String]

    package init(_ plugins: [any Plugin]) {
        self.plugins = plugins
        names = plugins.map { type(of: $0).manual.name }
    }

    /// Asks each plugin until one takes the query, then lets those asked finish, last first.
    ///
    /// `waitingPlugin`: set to the place of the plugin that said `.wait`.
    package func answer(
        _ query: borrowing Query,
        into answer: inout Answer,
        waitingPlugin: inout Int
    ) -> Outcome {
        plugins.answer(query, within: 0..<plugins.count, into: &answer, waiting: &waitingPlugin)
    }

    /// Goes on with a query at the plugin that said `.wait`.
    package func resume(
        _ waiting: WaitingQuery,
        at place: Int,
        into answer: inout Answer,
        desk: any Desk
    ) async -> Outcome {
        var outcome = await plugins[place].resume(waiting, into: &answer, desk: desk)
        var asked = place + 1
        while asked < plugins.count, outcome == .pass {
            outcome = plugins[asked].answer(waiting.query, into: &answer)
            if outcome == .wait {
                outcome = await plugins[asked].resume(waiting, into: &answer, desk: desk)
            }
            asked += 1
        }
        return plugins.end(waiting.query, &answer, outcome, within: 0..<asked)
    }

    /// Tells every plugin what was sent, first plugin last.
    package func sent(
        _ query: borrowing Query,
        _ report: borrowing SentReport,
        counting cells: borrowing WorkerCells
    ) {
        plugins.sent(query, report, within: 0..<plugins.count, counting: cells)
    }
}

/// Plugins of one chain or of several, one chain after the other.
///
/// Each is asked by its index, because iterating the array copies and counts references to each.
extension [any Plugin] {
    /// Asks the plugins within `range` until one takes the query, then lets those asked finish.
    ///
    /// `waiting`: set to the place within the range of the plugin that said `.wait`.
    package func answer(
        _ query: borrowing Query,
        within range: Range<Int>,
        into answer: inout Answer,
        waiting: inout Int
    ) -> Outcome {
        var next = range.lowerBound
        var outcome = Outcome.pass
        while next < range.upperBound, outcome == .pass {
            outcome = self[next].answer(query, into: &answer)
            next += 1
        }
        if outcome == .wait {
            waiting = next - 1 - range.lowerBound
            return outcome
        }
        return end(query, &answer, outcome, within: range.lowerBound..<next)
    }

    /// Settles who answered, and lets the plugins that were asked finish, last first.
    fileprivate func end(
        _ query: borrowing Query,
        _ answer: inout Answer,
        _ outcome: Outcome,
        within asked: Range<Int>
    ) -> Outcome {
        if outcome == .done { answer.answeringPlugin = asked.count - 1 }
        if outcome == .pass, asked.isEmpty {
            // A zone that is named and not served, as opposed to one that is served badly.
            answer.code = .refused
            answer.extendedError = ExtendedError(.notAuthoritative, "a zone without plugins")
        } else if outcome == .pass {
            answer.code = .serverFailure
            answer.failure = Chain.nobody
            answer.extendedError = ExtendedError(.other, Chain.nobody)
        } else if outcome == .wait {
            // Only a plugin that breaks its promise says it twice; the client still gets an answer.
            answer.code = .serverFailure
            let name = type(of: self[asked.upperBound - 1]).manual.name
            answer.failure = "plugin \(name) wants to wait without end"
        }
        finish(query, &answer, within: asked)
        return outcome == .drop ? .drop : .done
    }

    /// Lets the plugins within `range` finish an answer, last first.
    package func finish(
        _ query: borrowing Query,
        _ answer: inout Answer,
        within range: Range<Int>
    ) {
        for index in range.reversed() { self[index].finish(query, &answer) }
    }

    /// Tells the plugins within `range` what was sent, first plugin last.
    package func sent(
        _ query: borrowing Query,
        _ report: borrowing SentReport,
        within range: Range<Int>,
        counting cells: borrowing WorkerCells
    ) {
        for index in range.reversed() { self[index].sent(query, report, counting: cells) }
    }
}

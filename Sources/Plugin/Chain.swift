// SPDX-License-Identifier: Apache-2.0

import Metrics
import Wire

/// The plugins of one server block, in the order they are asked.
package struct Chain: Sendable {
    package let plugins: [any Plugin]
    /// What is said where every plugin has passed.
    private static let nobody = "no plugin of this server block answers this name"

    /// The name of each plugin, in the same order.
    package let names: [String]

    package init(_ plugins: [any Plugin]) {
        self.plugins = plugins
        names = plugins.map { type(of: $0).manual.name }
    }

    /// Asks each plugin until one takes the query, then lets those asked finish, last first.
    ///
    /// By index, because iterating the array copies and counts references to each plugin.
    ///
    /// `waitingPlugin`: set to the place of the plugin that said `.wait`.
    package func answer(
        _ query: borrowing Query,
        into answer: inout Answer,
        waitingPlugin: inout Int
    ) -> Outcome {
        var asked = 0
        var outcome = Outcome.pass
        while asked < plugins.count, outcome == .pass {
            outcome = plugins[asked].answer(query, into: &answer)
            asked += 1
        }
        if outcome == .wait {
            waitingPlugin = asked - 1
            return outcome
        }
        return end(query, &answer, outcome, asked: asked)
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
        return end(waiting.query, &answer, outcome, asked: asked)
    }

    /// Settles who answered, and lets the plugins that were asked finish, last first.
    private func end(
        _ query: borrowing Query,
        _ answer: inout Answer,
        _ outcome: Outcome,
        asked: Int
    ) -> Outcome {
        if outcome == .done { answer.answeringPlugin = asked - 1 }
        if outcome == .pass, plugins.isEmpty {
            // A zone that is named and not served, as opposed to one that is served badly.
            answer.code = .refused
            answer.extendedError = ExtendedError(.notAuthoritative, "a zone without plugins")
        } else if outcome == .pass {
            answer.code = .serverFailure
            answer.failure = Self.nobody
            answer.extendedError = ExtendedError(.other, Self.nobody)
        } else if outcome == .wait {
            // Only a plugin that breaks its promise says it twice; the client still gets an answer.
            answer.code = .serverFailure
            answer.failure = "plugin \(names[asked - 1]) wants to wait without end"
        }
        for index in (0..<asked).reversed() { plugins[index].finish(query, &answer) }
        return outcome == .drop ? .drop : .done
    }

    /// Tells every plugin what was sent, first plugin last.
    package func sent(
        _ query: borrowing Query,
        _ report: borrowing SentReport,
        counting cells: borrowing WorkerCells
    ) {
        for index in (0..<plugins.count).reversed() {
            plugins[index].sent(query, report, counting: cells)
        }
    }
}

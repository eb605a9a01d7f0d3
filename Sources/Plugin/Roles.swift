// SPDX-License-Identifier: Apache-2.0

import Metrics
import Wire

/// The plugins of one chain or of several, by what they do with a query.
///
/// Each is asked by its index in a flat list, because iterating an array, or an element that is a
/// struct, copies and counts references that all workers share.
package struct Roles: Sendable {
    /// Where the plugins of one chain lie in the lists.
    private struct Part {
        var answerers: Range<Int>
        var finishers: Range<Int>
        var observers: Range<Int>
        /// The number of plugins of the chain.
        var pluginCount: Int
        /// Those whose waiting queries give way, a bit each by their place.
        var givingWay: UInt64
    }

    /// The most plugins that have memory fetched for each message: what more of them want would push
    /// out what the right one wants.
    package static let maximumPrefetcherCount = 4

    /// What is said where every plugin has passed.
    private static let nobody = "no plugin of this server block answers this name"

    private var answerers: [any Answerer] = []
    private var finishers: [any Finisher] = []
    private var observers: [any Observer] = []
    /// Those of all chains, because a short look does not tell which one a message goes to; none
    /// where they are too many.
    private var prefetchers: [any MemoryPrefetcher] = []
    /// The place in its chain of each answerer, and of each finisher.
    private var answererPlaces: [Int] = []
    private var finisherPlaces: [Int] = []
    private var parts: [Part] = []

    /// The plugins of one chain, in the order they are asked.
    package init(_ plugins: [any Plugin]) {
        var givingWay: UInt64 = 0
        for (place, plugin) in plugins.enumerated() {
            if let answerer = plugin as? any Answerer {
                answerers.append(answerer)
                answererPlaces.append(place)
                if answerer.givesWay { givingWay |= 1 << UInt64(place) }
            }
            if let finisher = plugin as? any Finisher {
                finishers.append(finisher)
                finisherPlaces.append(place)
            }
            if let observer = plugin as? any Observer { observers.append(observer) }
            if let prefetcher = plugin as? any MemoryPrefetcher { prefetchers.append(prefetcher) }
        }
        let part = Part(
            answerers: answerers.indices,
            finishers: finishers.indices,
            observers: observers.indices,
            pluginCount: plugins.count,
            givingWay: givingWay
        )
        parts = [part]
    }

    /// Those of all of these chains.
    package init(joining chains: [Chain]) {
        for chain in chains.map(\.roles) {
            let starts = (answerers.count, finishers.count, observers.count)
            answerers += chain.answerers
            finishers += chain.finishers
            observers += chain.observers
            prefetchers += chain.prefetchers
            answererPlaces += chain.answererPlaces
            finisherPlaces += chain.finisherPlaces
            for var part in chain.parts {
                part.answerers = Self.moved(part.answerers, by: starts.0)
                part.finishers = Self.moved(part.finishers, by: starts.1)
                part.observers = Self.moved(part.observers, by: starts.2)
                parts.append(part)
            }
        }
        if prefetchers.count > Self.maximumPrefetcherCount { prefetchers = [] }
    }

    private static func moved(_ range: Range<Int>, by count: Int) -> Range<Int> {
        (range.lowerBound + count)..<(range.upperBound + count)
    }

    /// Has the memory fetched that the answer to a message will be made of, where a plugin can tell.
    package func prefetchMemory(for message: Span<UInt8>) {
        for index in 0..<prefetchers.count { prefetchers[index].prefetchMemory(for: message) }
    }

    /// Whether queries of a chain that wait for the plugin at a place go before those of others.
    package func goesFirst(chain: Int, plugin: Int) -> Bool {
        parts[chain].givingWay & 1 << UInt64(max(0, plugin)) == 0
    }

    /// Asks the plugins of a chain until one takes the query, then lets those asked finish.
    ///
    /// `waiting`: set to the place in the chain of the plugin that said `.wait`.
    package func answer(
        _ query: borrowing Query,
        chain: Int,
        into answer: inout Answer,
        waiting: inout Int
    ) -> Outcome {
        let part = parts[chain]
        var next = part.answerers.lowerBound
        var outcome = Outcome.pass
        while next < part.answerers.upperBound, outcome == .pass {
            outcome = answerers[next].answer(query, into: &answer)
            next &+= 1
        }
        if outcome == .wait {
            waiting = answererPlaces[next &- 1]
            return .wait
        }
        return end(query, &answer, outcome, chain: chain, last: next &- 1)
    }

    /// Has the plugin of a chain that said `.wait` answer at once; false where it cannot.
    ///
    /// The plugins in front of it have not finished then.
    package func answerWithoutWaiting(
        _ query: borrowing Query,
        chain: Int,
        at place: Int,
        into answer: inout Answer
    ) -> Bool {
        guard let index = answerer(of: chain, at: place),
            answerers[index].answerWithoutWaiting(query, into: &answer)
        else { return false }
        answer.answeringPlugin = place
        return true
    }

    /// The answerer at a place of a chain; nil when another plugin stands there.
    private func answerer(of chain: Int, at place: Int) -> Int? {
        let part = parts[chain].answerers
        return part.first { answererPlaces[$0] == place }
    }

    /// Has the plugin of a chain that said `.wait` begin what it waits for.
    package func begin(
        _ waiting: WaitingQuery,
        chain: Int,
        at place: Int,
        finding found: borrowing Answer,
        desk: any Desk
    ) -> Beginning? {
        guard let index = answerer(of: chain, at: place) else { return nil }
        return answerers[index].begin(waiting, finding: found, desk: desk)
    }

    /// Lets the plugins of a chain finish an answer that came of what the one at a place has begun.
    package func conclude(
        _ waiting: WaitingQuery,
        chain: Int,
        at place: Int,
        _ answer: inout Answer
    ) {
        answer.answeringPlugin = place
        finish(waiting.query, &answer, chain: chain, upTo: place)
    }

    /// Goes on with a query at the plugin of a chain that said `.wait`.
    ///
    /// `course`: what it has begun.
    package func resume(
        _ waiting: WaitingQuery,
        chain: Int,
        at place: Int,
        on course: (any Course)?,
        into answer: inout Answer,
        desk: any Desk
    ) async -> Outcome {
        let part = parts[chain].answerers
        guard var next = answerer(of: chain, at: place) else {
            return end(waiting.query, &answer, .pass, chain: chain, last: -1)
        }
        var outcome: Outcome
        if let course {
            outcome = await course.goOn(into: &answer, desk: desk)
        } else {
            outcome = await answerers[next].resume(waiting, into: &answer, desk: desk)
        }
        next += 1
        while next < part.upperBound, outcome == .pass {
            outcome = answerers[next].answer(waiting.query, into: &answer)
            if outcome == .wait {
                outcome = await answerers[next].resume(waiting, into: &answer, desk: desk)
            }
            next += 1
        }
        return end(waiting.query, &answer, outcome, chain: chain, last: next - 1)
    }

    /// Settles who answered, and lets the plugins that were asked finish, last first.
    ///
    /// `last`: the answerer that was asked last.
    private func end(
        _ query: borrowing Query,
        _ answer: inout Answer,
        _ outcome: Outcome,
        chain: Int,
        last: Int
    ) -> Outcome {
        let pluginCount = parts[chain].pluginCount
        switch outcome {
        case .done, .drop:
            let place = answererPlaces[last]
            if outcome == .done { answer.answeringPlugin = place }
            finish(query, &answer, chain: chain, upTo: place)
            return outcome
        case .pass where pluginCount == 0:
            // A zone that is named and not served, as opposed to one that is served badly.
            answer.code = .refused
            answer.extendedError = ExtendedError(.notAuthoritative, "a zone without plugins")
        case .pass:
            answer.code = .serverFailure
            answer.failure = Self.nobody
            answer.extendedError = ExtendedError(.other, Self.nobody)
        case .wait:
            // Only a plugin that breaks its promise says it twice; the client still gets an answer.
            answer.code = .serverFailure
            let name = type(of: answerers[last]).manual.name
            answer.failure = "plugin \(name) wants to wait without end"
            finish(query, &answer, chain: chain, upTo: answererPlaces[last])
            return .done
        }
        finish(query, &answer, chain: chain, upTo: pluginCount &- 1)
        return .done
    }

    /// Lets the plugins of a chain finish an answer, last first; `last`: the place of the first to.
    package func finish(
        _ query: borrowing Query,
        _ answer: inout Answer,
        chain: Int,
        upTo last: Int
    ) {
        let part = parts[chain].finishers
        var next = part.upperBound
        while next > part.lowerBound {
            next &-= 1
            if finisherPlaces[next] <= last { finishers[next].finish(query, &answer) }
        }
    }

    /// Tells the plugins of a chain what was sent, first plugin last.
    package func sent(
        _ query: borrowing Query,
        _ report: borrowing SentReport,
        chain: Int,
        counting cells: borrowing WorkerCells
    ) {
        let part = parts[chain].observers
        var next = part.upperBound
        while next > part.lowerBound {
            next &-= 1
            observers[next].sent(query, report, counting: cells)
        }
    }
}

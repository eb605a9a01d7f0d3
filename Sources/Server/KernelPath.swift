// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Posix
import Synchronization
import Wire
import XDP

/// What the kernel answers by itself, kept in step with what is served (`bind` with `xdp`).
///
/// It belongs to the control plane. Whatever goes wrong here takes the program off again, and the
/// sockets answer everything, as they do without it.
package final class KernelPath: Sendable {
    /// The most lines of the verifier's log that are passed on: its last ones say what was wrong.
    private static let maximumLogLineCount = 40

    private static let answered = Family.counter(
        "apus_xdp_answers_total",
        help: "Queries that the kernel answered by itself; every other series counts them too."
    )

    /// Who is told of what was counted under one number.
    struct TallyPlace: Sendable {
        let block: KernelBlock
        /// The zone's place in the block, as `Query.zonePlace`.
        let zone: Int
        let local: IPAddress
    }

    /// What the lock guards; only the control plane ever takes it.
    struct State: Sendable {
        var maps: KernelMaps?
        /// Where plugins count that are asked here: nobody's, so that no page shows it.
        var cells: WorkerCells?
        /// By interface.
        var hooks: [String: KernelHook] = [:]
        var tables: [KernelTable] = []
        /// The number of answers in the kernel.
        var answerCount = 0
        /// In the order of their numbers.
        var tallyPlaces: [TallyPlace] = []
        /// What was counted under each number when it was read last.
        var tallies: [Tally] = []
        /// Where the kernel was to answer when it could not; not tried again until that changes.
        var failed: Set<KernelTable.Place>?
        /// What was said about the blocks.
        var said: [String] = []
    }

    private let registry: Registry
    private let log: any LogSink
    private let counter: Counter
    let maximumAnswerCount: Int
    private let state = Mutex(State())

    package init(
        _ surroundings: Surroundings,
        maximumAnswerCount: Int = KernelMaps.maximumAnswerCount
    ) {
        registry = surroundings.metrics
        log = surroundings.log
        counter = surroundings.metrics.counter(Self.answered)
        self.maximumAnswerCount = maximumAnswerCount
        surroundings.metrics.beforePage { [weak self] in self?.gather() }
    }

    /// The number of answers that the kernel gives by itself.
    package var answerCount: Int { state.withLock { $0.answerCount } }

    /// Takes over a configuration that is about to be published.
    ///
    /// What is gone is gone from the kernel when it returns, and what is new is there.
    package func take(_ configuration: Configuration, on board: SocketBoard) {
        take(configuration) { board.port(of: ListenerPlace($0)) }
    }

    /// The same, where ports are known otherwise.
    func take(_ configuration: Configuration, ports: (Listener) -> UInt16?) {
        var refused: [String] = []
        let tables = KernelTable.all(of: configuration, ports: ports, refused: &refused)
        state.withLock { state in
            for line in refused where !state.said.contains(line) { say(.warning, line) }
            state.said = refused
            let places = Set(tables.flatMap(\.places))
            if places == state.failed { return }
            state.failed = nil
            if places.isEmpty { return stop(&state) }
            do throws(KernelRefusal) {
                let (before, count) = (Set(state.hooks.keys), state.answerCount)
                try fill(tables, &state)
                // Whoever starts in front of an empty cluster hears of the first answers too.
                let isFirst = count == 0 && state.answerCount > 0
                if isFirst || before != Set(state.hooks.keys) { announce(state) }
            } catch {
                stop(&state)
                state.failed = places
                say(.warning, "the sockets answer everything: \(error.reason)")
                for line in error.log.suffix(Self.maximumLogLineCount) { say(.debug, line) }
            }
        }
    }

    /// Says what the kernel does from now on.
    private func announce(_ state: State) {
        let interfaces = state.hooks.sorted { $0.key < $1.key }
        let names = interfaces.map { "\($0.key) (\($0.value.mode))" }.joined(separator: ", ")
        say(.info, "the kernel answers \(state.answerCount) questions on \(names)")
    }

    private func say(_ level: LogLevel, _ text: String) {
        log.write(level, "plugin/bind: xdp: \(text)")
    }

    /// Takes the program off, and everything out of the kernel.
    private func stop(_ state: inout State) {
        gather(&state)
        let (failed, said) = (state.failed, state.said)
        state = State()
        state.failed = failed
        state.said = said
    }

    // MARK: Counting

    /// Counts what the kernel counted since the last time.
    private func gather() { state.withLock { gather(&$0) } }

    func gather(_ state: inout State) {
        guard let maps = state.maps else { return }
        for (number, place) in state.tallyPlaces.enumerated() {
            // A map that is open can be read; what cannot be read now comes the next time.
            guard let now = try? maps.tally(UInt32(number)) else { continue }
            let tally = QueryTally(now.since(state.tallies[number]))
            state.tallies[number] = now
            guard tally.count > 0 else { continue }
            registry.shared.increment(counter, by: tally.count)
            for tallier in place.block.talliers {
                tallier.count(
                    tally,
                    answeredBy: place.block.place,
                    zone: place.zone,
                    local: place.local,
                    in: registry.shared
                )
            }
        }
    }
}

extension QueryTally {
    /// What the program in the kernel counted.
    fileprivate init(_ tally: Tally) {
        self.init()
        aOverIPv4 = tally[.queriesForA]
        aOverIPv6 = tally[.queriesForAOverIPv6]
        aaaaOverIPv4 = tally[.queriesForAAAA]
        aaaaOverIPv6 = tally[.queriesForAAAAOverIPv6]
        signatures = tally[.signatures]
        queryBytes = tally[.queryBytes]
        queriesOver100 = tally[.queriesOver100]
        answerBytes = tally[.answerBytes]
        answersOver100 = tally[.answersOver100]
    }
}

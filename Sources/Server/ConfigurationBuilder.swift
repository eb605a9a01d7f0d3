// SPDX-License-Identifier: Apache-2.0

import Corefile
import Files
import Plugin
import Wire

/// Turns a Corefile into a configuration, or into everything that is wrong with it.
///
/// It opens and binds nothing: the same Corefile and files give the same configuration.
package struct ConfigurationBuilder {
    /// The most server blocks of one Corefile.
    package static let maximumBlockCount = 1_024

    private let surroundings: Surroundings
    /// The running configuration.
    private let previous: Configuration?
    /// What was made of each block then and is still right.
    private let beginnings: [Int: BlockBeginning]
    private let changes: FileChanges
    /// The time of the whole configuration, in seconds since 1970: serials that are made from it do
    /// not depend on how long the blocks before took to load.
    private let second: Int64
    private let board: ReadinessBoard
    /// What the blocks wait for that hold `ready`.
    private var waited: [Readiness] = []
    private var plan = Plan()
    private var mistakes: [CorefileError] = []
    private var gathering = ListenerGathering()

    /// The configuration of `blocks`; `previous`: the one that runs, whose state is carried on;
    /// `changes`: what happened to its files meanwhile.
    ///
    /// Every mistake is found in one go.
    package static func build(
        _ blocks: [Block],
        in surroundings: Surroundings,
        previous: Configuration? = nil,
        changes: FileChanges = .unknown
    ) -> Result<Configuration, ConfigurationMistakes> {
        var builder = ConfigurationBuilder(blocks, surroundings, previous, changes)
        for (number, block) in blocks.enumerated() { builder.add(block, number) }
        builder.mistakes += builder.gathering.mistakes
        guard builder.mistakes.isEmpty else {
            let mistakes = builder.mistakes.sorted { $0.position < $1.position }
            return .failure(
                ConfigurationMistakes(mistakes: mistakes, reports: builder.plan.reports)
            )
        }
        let listeners = builder.gathering.listeners(
            counting: surroundings.metrics,
            previous: previous?.listeners ?? []
        )
        if builder.plan.pages.count != previous?.plan.pages.count {
            builder.plan.hasSamePages = false
        }
        builder.fillBoard()
        return .success(Configuration(listeners: listeners, plan: builder.plan))
    }

    private init(
        _ blocks: [Block],
        _ surroundings: Surroundings,
        _ previous: Configuration?,
        _ changes: FileChanges
    ) {
        self.surroundings = surroundings
        self.previous = previous
        self.changes = changes
        second = surroundings.wallSeconds()
        plan.blocks = blocks
        // As long as no block has others.
        plan.hasSamePages = true
        // Where it is not known what changed, everything is made anew.
        let known = changes.isComplete && previous?.plan.blocks == blocks ? previous : nil
        beginnings = known?.plan.beginnings ?? [:]
        board = known?.plan.board ?? ReadinessBoard()
    }

    /// Writes on the board what the blocks wait for: at once, or once this configuration serves,
    /// where it is the board of the running one.
    private mutating func fillBoard() {
        plan.board = board
        guard let running = previous?.plan.board, running === board else {
            return board.replace(with: waited)
        }
        plan.whenServing.append { [board, waited] in board.replace(with: waited) }
    }

    /// Makes one server block, or notes why it cannot be made.
    private mutating func add(_ block: Block, _ number: Int) {
        guard let beginning = beginnings[number] ?? begin(block) else { return }
        var setup = beginning.setup.again(
            after: previous?.plan.kept ?? [:],
            keptBefore: plan.kept,
            changes: changes,
            wallSeconds: { [second] in second }
        )
        var plugins = beginning.plugins
        plan.beginnings[number] = finish(beginning, &plugins, &setup)
        for (word, key) in beginning.keys { plan.keys[word] = key }
        let isKnown = beginnings[number] != nil
        let hasOwnPages = setup.pages.count > beginning.setup.pages.count
        plan.hasSamePages = plan.hasSamePages && isKnown && !hasOwnPages
        let chain = Chain(plugins, names: setup.pluginNames)
        if block.stanzas.contains(where: { $0.name.text == "ready" }) { waited += setup.readiness }
        plan.take(setup)
        gathering.add(chain, setup, keys: beginning.keys.map(\.key))
    }

    /// Reads the keys of a block, before any of its plugins is made; nil without a key.
    private mutating func begin(_ block: Block) -> BlockBeginning? {
        var keys: [(word: Word, key: ServerKey)] = []
        for word in block.keys where !word.text.isEmpty {
            do throws(CorefileError) {
                keys.append((word, try key(of: word)))
            } catch {
                mistakes.append(error)
            }
        }
        let names = surroundings.plugins.map { $0.manual.name }
        checkNames(of: block, names)
        guard let first = keys.first?.key else { return nil }
        let servedZones = keys.flatMap { _, key in
            key.zones.map { ServedZone($0, port: key.port) }
        }
        let present = self.present(in: block, names)
        let setup = Setup(
            servedZones: servedZones,
            serverLabel: "dns://:\(first.port)",
            files: surroundings.files,
            workforce: surroundings.workforce,
            store: surroundings.isCheck ? nil : surroundings.store,
            metrics: surroundings.metrics,
            log: surroundings.log,
            environment: surroundings.environment,
            interfaces: surroundings.interfaces,
            wallSeconds: surroundings.wallSeconds,
            wallClock: surroundings.wallSeconds,
            random: surroundings.random,
            isCheck: surroundings.isCheck,
            pluginNames: present.filter(\.isHandler).map(\.name),
            board: board
        )
        return BlockBeginning(keys: keys, plugins: [], rest: present[...], setup: setup)
    }

    /// What a key says.
    private func key(of word: Word) throws(CorefileError) -> ServerKey {
        if let known = previous?.plan.keys[word] { return known }
        return try ServerKey(word, defaultPort: surroundings.defaultPort)
    }

    /// The plugins of a block, in the order that a query meets them.
    private func present(in block: Block, _ names: [String]) -> [PresentPlugin] {
        zip(surroundings.plugins, names).compactMap { plugin, name in
            let stanzas = block.stanzas.filter { $0.name.text == name }
            guard !stanzas.isEmpty else { return nil }
            return PresentPlugin(plugin: plugin, name: name, stanzas: stanzas)
        }
    }

    /// Refuses directives that are no plugins, or none yet.
    private mutating func checkNames(of block: Block, _ names: [String]) {
        for stanza in block.stanzas where !names.contains(stanza.name.text) {
            let name = stanza.name.text
            let position = stanza.name.position
            if surroundings.pluginsNotYet.contains(name) {
                mistakes.append(
                    CorefileError(at: position, "the plugin '\(name)' is not built yet")
                )
                continue
            }
            var text = "unknown directive '\(name)'"
            if let nearest = Nearest.word(to: name, in: names) { text += "; try '\(nearest)'" }
            mistakes.append(CorefileError(at: position, text))
        }
    }

    /// Makes the plugins of a block that are not made yet, in their order, and adds those that take
    /// part in queries to `plugins`.
    ///
    /// What depends on the Corefile alone comes back, for the next configuration.
    private mutating func finish(
        _ beginning: BlockBeginning,
        _ plugins: inout [any Plugin],
        _ setup: inout Setup
    ) -> BlockBeginning {
        var longest = beginning
        for (index, one) in zip(beginning.rest.indices, beginning.rest) {
            let (plugin, stanzas) = (one.plugin, one.stanzas)
            if stanzas.count > 1, !plugin.manual.isRepeatable {
                mistakes.append(
                    CorefileError(
                        at: stanzas[1].name.position,
                        "'\(one.name)' can only be used once in a server block"
                    )
                )
                continue
            }
            let before = setup
            do throws(CorefileError) {
                let made = try plugin.init(parsing: stanzas, setup: &setup)
                if one.isHandler { plugins.append(made) }
            } catch {
                mistakes += MistakeSearch.all(of: stanzas, from: error, plugin, before)
            }
            if setup.isOfCorefileAlone, setup.watched.isEmpty, !setup.isUnsettled {
                longest.plugins = plugins
                longest.rest = beginning.rest[(index + 1)...]
                // It must not hold what the configurations before held.
                longest.setup = setup.again(
                    after: [:],
                    keptBefore: [:],
                    changes: .unknown,
                    wallSeconds: surroundings.wallSeconds
                )
            }
        }
        return longest
    }
}

/// What was made of a server block before the first plugin that asks for more than the Corefile.
///
/// It stays as it is for as long as the Corefile does.
struct BlockBeginning: Sendable {
    /// What the block's keys say.
    let keys: [(word: Word, key: ServerKey)]
    /// The plugins that were made and take part in queries.
    fileprivate(set) var plugins: [any Plugin]
    /// Those that are still to be made.
    fileprivate(set) var rest: ArraySlice<PresentPlugin>
    /// What the plugins that were made asked for.
    fileprivate(set) var setup: Setup
}

/// A plugin that a block has.
struct PresentPlugin: Sendable {
    fileprivate let plugin: any Plugin.Type
    fileprivate let name: String
    fileprivate let stanzas: [Stanza]
    /// Whether it takes part in queries.
    fileprivate let isHandler: Bool

    fileprivate init(plugin: any Plugin.Type, name: String, stanzas: [Stanza]) {
        self.plugin = plugin
        self.name = name
        self.stanzas = stanzas
        isHandler = plugin.manual.isHandler
    }
}

/// Everything that is wrong with a Corefile, and with the data it names.
package struct ConfigurationMistakes: Error, Sendable {
    package let mistakes: [CorefileError]
    package let reports: [Report]
}

extension Plan {
    /// Takes over what one server block asks for.
    mutating func take(_ setup: Setup) {
        watched.formUnion(setup.watched)
        kept.merge(setup.kept) { _, new in new }
        isUnsettled = isUnsettled || setup.isUnsettled
        keptUnits.merge(setup.keptUnits) { _, new in new }
        reports += setup.reports
        pages += setup.pages
        readiness += setup.readiness
        corefileInterval = setup.corefileInterval ?? corefileInterval
        lameduckMilliseconds = max(lameduckMilliseconds, setup.lameduckMilliseconds)
        whenServing += setup.whenServing
        chores += setup.chores
        consoles += setup.consoles
        control = control ?? setup.control
    }
}

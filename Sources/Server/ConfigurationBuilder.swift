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
    /// The name of each plugin, in their order.
    private let names: [String]
    /// Values that plugins kept when the running configuration was made.
    private let previous: [String: any Sendable]
    /// The keys that its blocks have.
    private let knownKeys: [Word: ServerKey]
    private let changes: FileChanges
    /// The time of the whole configuration, in seconds since 1970: serials that are made from it do
    /// not depend on how long the blocks before took to load.
    private let second: Int64
    private let board = ReadinessBoard()
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
        var builder = ConfigurationBuilder(
            surroundings: surroundings,
            previous: previous?.plan,
            changes: changes
        )
        for block in blocks { builder.add(block) }
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
        builder.plan.board = builder.board
        return .success(Configuration(listeners: listeners, plan: builder.plan))
    }

    private init(
        surroundings: Surroundings,
        previous: Plan?,
        changes: FileChanges
    ) {
        self.surroundings = surroundings
        names = surroundings.plugins.map { $0.manual.name }
        self.previous = previous?.kept ?? [:]
        knownKeys = previous?.keys ?? [:]
        self.changes = changes
        second = surroundings.wallSeconds()
    }

    /// Makes one server block, or notes why it cannot be made.
    private mutating func add(_ block: Block) {
        var keys: [ServerKey] = []
        for word in block.keys where !word.text.isEmpty {
            do throws(CorefileError) {
                let key = try key(of: word)
                plan.keys[word] = key
                keys.append(key)
            } catch {
                mistakes.append(error)
            }
        }
        checkNames(of: block)
        guard let first = keys.first else { return }
        var zones: [Name] = []
        for zone in keys.flatMap(\.zones) where !zones.contains(zone) { zones.append(zone) }
        let present = self.present(in: block)
        var setup = Setup(
            zones: zones,
            serverLabel: "dns://:\(first.port)",
            port: first.port,
            files: surroundings.files,
            workforce: surroundings.workforce,
            store: surroundings.isCheck ? nil : surroundings.store,
            metrics: surroundings.metrics,
            log: surroundings.log,
            environment: surroundings.environment,
            interfaces: surroundings.interfaces,
            previous: previous,
            changes: changes,
            wallSeconds: { [second] in second },
            wallClock: surroundings.wallSeconds,
            random: surroundings.random,
            isCheck: surroundings.isCheck,
            pluginNames: present.filter { $0.plugin.manual.isHandler }.map(\.name),
            board: board
        )
        // What the blocks before keep is there for those after them too.
        setup.kept = plan.kept
        let chain = Chain(plugins(present, &setup))
        if block.stanzas.contains(where: { $0.name.text == "ready" }) {
            board.add(setup.readiness)
        }
        plan.take(setup)
        let serverBlock = ServerBlock(
            zones: zones,
            chain: chain,
            limits: setup.limits,
            takesEveryClass: setup.takesEveryClass,
            label: setup.serverLabel,
            kernelInterfaces: setup.kernelInterfaces
        )
        gathering.add(serverBlock, keys: keys, addresses: setup.addresses)
    }

    /// What a key says.
    private func key(of word: Word) throws(CorefileError) -> ServerKey {
        if let known = knownKeys[word] { return known }
        return try ServerKey(word, defaultPort: surroundings.defaultPort)
    }

    /// A plugin that a block has.
    private struct PresentPlugin {
        let plugin: any Plugin.Type
        let name: String
        let stanzas: [Stanza]
    }

    /// The plugins of a block, in the order that a query meets them.
    private func present(in block: Block) -> [PresentPlugin] {
        zip(surroundings.plugins, names).compactMap { plugin, name in
            let stanzas = block.stanzas.filter { $0.name.text == name }
            guard !stanzas.isEmpty else { return nil }
            return PresentPlugin(plugin: plugin, name: name, stanzas: stanzas)
        }
    }

    /// Refuses directives that are no plugins, or none yet.
    private mutating func checkNames(of block: Block) {
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

    /// Makes the plugins of one block in their order; those that take part in queries come back.
    private mutating func plugins(
        _ present: [PresentPlugin],
        _ setup: inout Setup
    ) -> [any Plugin] {
        var plugins: [any Plugin] = []
        for one in present {
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
                if plugin.manual.isHandler { plugins.append(made) }
            } catch {
                mistakes += MistakeSearch.all(of: stanzas, from: error, plugin, before)
            }
        }
        return plugins
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

// SPDX-License-Identifier: Apache-2.0

import Corefile
import Files
import Metrics
import Plugin
import Plugins
import Server

/// The control plane of the simulated server: it loads, builds and publishes as the real one does.
final class SimulatedControl {
    private let surroundings: Surroundings
    private var blocks: [Block] = []
    let published: Published<Configuration>

    /// Reads the Corefile and builds the first configuration.
    init(
        _ files: SimulatedFiles,
        metrics: Registry,
        seed: UInt64,
        wallSeconds: @escaping @Sendable () -> Int64
    ) throws(ControlMistake) {
        let bits = SeededBits(seed)
        surroundings = Surroundings(
            plugins: Plugins.all,
            pluginsNotYet: Plugins.notYet,
            files: files,
            metrics: metrics,
            log: SilentLog(),
            interfaces: [Interface(name: "eth0", address: Life.local, scope: 0)],
            wallSeconds: wallSeconds,
            random: { bits.next() }
        )
        blocks = try Self.load(surroundings)
        published = Published(try Self.build(blocks, surroundings, previous: nil))
    }

    private static func load(_ surroundings: Surroundings) throws(ControlMistake) -> [Block] {
        let loader = CorefileLoader(path: World.Path.corefile, in: surroundings)
        do throws(StartMistake) {
            return try loader.load().blocks
        } catch {
            throw ControlMistake(text: error.lines.joined(separator: "; "))
        }
    }

    private static func build(
        _ blocks: [Block],
        _ surroundings: Surroundings,
        previous: Configuration?,
        changes: FileChanges = .unknown
    ) throws(ControlMistake) -> Configuration {
        let built = ConfigurationBuilder.build(
            blocks,
            in: surroundings,
            previous: previous,
            changes: changes
        )
        switch built {
        case .success(let configuration): return configuration
        case .failure(let mistakes):
            let text = mistakes.mistakes.map(\.description).joined(separator: "; ")
            throw ControlMistake(text: text)
        }
    }

    /// Builds everything anew and publishes it; `changes`: what happened to files since the last time.
    func rebuild(_ changes: FileChanges) throws(ControlMistake) {
        let next = try Self.build(
            blocks,
            surroundings,
            previous: published.current,
            changes: changes
        )
        published.publish(next)
    }

    /// Reads the Corefile again, builds everything anew and publishes it.
    func reload() throws(ControlMistake) {
        let loaded = try Self.load(surroundings)
        let next = try Self.build(loaded, surroundings, previous: published.current)
        blocks = loaded
        published.publish(next)
    }

    /// Whether something was being written, so that it must be read again soon.
    var isUnsettled: Bool { published.current.plan.isUnsettled }
}

/// Why a configuration was refused.
struct ControlMistake: Error, Hashable, Sendable {
    let text: String
}

// SPDX-License-Identifier: Apache-2.0

import Files
import Metrics
import Plugin

/// What a configuration is built with: handed in, so that a simulation can hand in its own.
package struct Surroundings: Sendable {
    /// Every plugin, in the order a query meets them.
    package var plugins: [any Plugin.Type]
    /// The names of CoreDNS's plugins that are not built yet.
    package var pluginsNotYet: [String]
    package var files: any FileSource
    /// Who reads several files side by side.
    package var workforce: any Workforce
    /// Where files are written; nil where nothing is.
    package var store: (any FileStore)?
    package var metrics: Metrics.Registry
    package var log: any LogSink
    package var environment: [String: String]
    /// The addresses of this machine's interfaces.
    package var interfaces: [Interface]
    /// The wall clock, in seconds since 1970.
    package var wallSeconds: @Sendable () -> Int64
    /// 64 random bits; unguessable in a running server, and seeded in a simulation.
    package var random: @Sendable () -> UInt64
    /// The port of server blocks that name none.
    package var defaultPort: UInt16
    /// Whether nothing will be served: `apus check`.
    package var isCheck: Bool

    package init(
        plugins: [any Plugin.Type],
        pluginsNotYet: [String],
        files: any FileSource,
        workforce: any Workforce = SoleWorker(),
        store: (any FileStore)? = nil,
        metrics: Metrics.Registry,
        log: any LogSink,
        environment: [String: String] = [:],
        interfaces: [Interface] = [],
        wallSeconds: @escaping @Sendable () -> Int64,
        random: @escaping @Sendable () -> UInt64 = { 0 },
        defaultPort: UInt16 = 53,
        isCheck: Bool = false
    ) {
        self.plugins = plugins
        self.pluginsNotYet = pluginsNotYet
        self.files = files
        self.workforce = workforce
        self.store = store
        self.metrics = metrics
        self.log = log
        self.environment = environment
        self.interfaces = interfaces
        self.wallSeconds = wallSeconds
        self.random = random
        self.defaultPort = defaultPort
        self.isCheck = isCheck
    }
}

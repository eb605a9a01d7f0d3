// SPDX-License-Identifier: Apache-2.0

import Corefile
import Files
import Metrics
import Wire

/// What a plugin may use while it is made, and what it asks of the server around it.
///
/// One value goes through all plugins of a server block in their order. Nothing here touches the
/// system: files come from `files`, and what must be opened or watched is only written down.
package struct Setup: Sendable {
    // MARK: Given to the plugin

    /// The zones of the server block, in lower case, reverse zones expanded.
    package let zones: [Name]
    /// Each zone at each of its ports, in the order of the keys: what a query's `zonePlace` counts.
    package let servedZones: [ServedZone]
    /// The block's name in metrics, by its first port: `dns://:53`.
    package let serverLabel: String
    /// Where files are read.
    package var files: any FileSource {
        mutating get {
            isOfCorefileAlone = false
            return source
        }
    }
    private let source: any FileSource
    /// Who reads several of them side by side.
    package let workforce: any Workforce
    /// Where files are written; nil where nothing is.
    package let store: (any FileStore)?
    package let metrics: Metrics.Registry
    package let log: any LogSink
    /// The environment of the process.
    package let environment: [String: String]
    /// The addresses of this machine's interfaces, without link-local ones.
    package let interfaces: [Interface]
    /// Values that plugins kept when the running configuration was made, by their keys.
    package private(set) var previous: [String: any Sendable]
    /// Values that plugins of the server blocks before keep, by their keys.
    private var keptBefore: [String: any Sendable]
    /// What happened to the files and folders in `watched` since it was made.
    package private(set) var changes: FileChanges
    /// The time at which the configuration is made, in seconds since 1970: all of it has one.
    package var wallSeconds: @Sendable () -> Int64 {
        mutating get {
            isOfCorefileAlone = false
            return second
        }
    }
    private var second: @Sendable () -> Int64
    /// The wall clock as it goes on, for what is asked for the time later; same unit.
    package let wallClock: @Sendable () -> Int64
    /// 64 random bits that nobody can guess; always the same where nothing is served.
    package let random: @Sendable () -> UInt64
    /// Whether this is only `apus check`: nothing will be served.
    package let isCheck: Bool
    /// The names of the plugins of this block that make up its chain, in its order.
    package let pluginNames: [String]
    /// What the `/ready` page answers from; the server adds `readiness` of each block that has it.
    package let board: ReadinessBoard

    // MARK: Asked for by the plugin

    /// The folder that relative paths start from; empty for the working folder.
    package var root = ""
    /// The addresses to bind; empty for every address.
    package var addresses: [IPAddress] = []
    /// Those of them at which the kernel may answer by itself, with the interface they belong to.
    package var kernelInterfaces: [IPAddress: String] = [:]
    package var limits = AnswerLimits()
    /// Whether classes other than IN may enter the chain.
    package var takesEveryClass = false
    /// Files and folders whose change means building anew.
    package var watched: Set<String> = []
    /// Values to keep for the next configuration, by key; `held` looks them up.
    package var kept: [String: any Sendable] = [:]
    /// Whether all that was made of it so far depends on the Corefile and the process alone: no
    /// plugin has asked for files, the time, or what others keep.
    package private(set) var isOfCorefileAlone = true
    /// What plugins of this block leave to those behind them in it, by key.
    package var left: [String: any Sendable] = [:]
    /// Whether something could not be read whole and must be read again soon.
    package var isUnsettled = false
    /// How many units of data (objects, zones, files of hosts) are served in an old form, as what
    /// they are now cannot be; by what was read.
    package var keptUnits: [String: Int] = [:]
    /// Mistakes in data (manifests, zones) that did not stop the plugin.
    package var reports: [Report] = []
    /// Pages to be served over HTTP.
    package var pages: [Page] = []
    /// What must be ready before the server says so.
    package var readiness: [Readiness] = []
    /// How often the Corefile is looked at; nil for only on a signal.
    package var corefileInterval: CorefileInterval?
    /// How long answers go on after the stop signal, in milliseconds.
    package var lameduckMilliseconds: UInt64 = 0
    /// What is to be done once this configuration serves, in order.
    package var whenServing: [@Sendable () -> Void] = []
    /// What is to be done now and then while this configuration serves.
    package var chores: [Chore] = []
    /// Who is asked by commands.
    package var consoles: [Console] = []
    /// Where the server takes commands, unless the command line says it; nil for the usual place.
    package var control: String?

    package init(
        servedZones: [ServedZone],
        serverLabel: String,
        files: any FileSource,
        workforce: any Workforce = SoleWorker(),
        store: (any FileStore)? = nil,
        metrics: Metrics.Registry,
        log: any LogSink,
        environment: [String: String] = [:],
        interfaces: [Interface] = [],
        previous: [String: any Sendable] = [:],
        keptBefore: [String: any Sendable] = [:],
        changes: FileChanges = .unknown,
        wallSeconds: @escaping @Sendable () -> Int64,
        wallClock: (@Sendable () -> Int64)? = nil,
        random: @escaping @Sendable () -> UInt64 = { 0 },
        isCheck: Bool = false,
        pluginNames: [String] = [],
        board: ReadinessBoard = ReadinessBoard()
    ) {
        self.servedZones = servedZones
        var zones: [Name] = []
        for served in servedZones where !zones.contains(served.zone) { zones.append(served.zone) }
        self.zones = zones
        self.serverLabel = serverLabel
        source = files
        self.workforce = workforce
        self.store = store
        self.metrics = metrics
        self.log = log
        self.environment = environment
        self.interfaces = interfaces
        self.previous = previous
        self.keptBefore = keptBefore
        self.changes = changes
        second = wallSeconds
        self.wallClock = wallClock ?? wallSeconds
        self.random = random
        self.isCheck = isCheck
        self.pluginNames = pluginNames
        self.board = board
    }

    /// `path` seen from `root`.
    package func resolve(_ path: String) -> String {
        path.hasPrefix("/") || root.isEmpty ? path : root + "/" + path
    }

    /// The value kept under `key` by the running configuration, when it is of this type.
    package func previous<Value>(_ key: String, as type: Value.Type) -> Value? {
        previous[key] as? Value
    }

    /// The value kept under `key` by a plugin that was made before, of this block or another, when
    /// it is of this type.
    package mutating func held<Value>(_ key: String, as type: Value.Type) -> Value? {
        isOfCorefileAlone = false
        guard let value = kept[key] ?? keptBefore[key] else { return nil }
        return value as? Value
    }

    /// The same for a configuration that goes on from the one that it was made for: what was asked
    /// for stays asked for, but for what was done when that began to serve.
    package func again(
        after previous: [String: any Sendable],
        keptBefore: [String: any Sendable],
        changes: FileChanges,
        wallSeconds: @escaping @Sendable () -> Int64
    ) -> Setup {
        var setup = self
        setup.previous = previous
        setup.keptBefore = keptBefore
        setup.changes = changes
        setup.second = wallSeconds
        setup.whenServing = []
        return setup
    }
}

/// One address of one network interface.
package struct Interface: Hashable, Sendable {
    package let name: String
    package let address: IPAddress
    /// The interface's index, for link-local addresses.
    package let scope: UInt32

    package init(name: String, address: IPAddress, scope: UInt32) {
        self.name = name
        self.address = address
        self.scope = scope
    }
}

/// A mistake in data: where, what, and what would be right.
package struct Report: Hashable, Sendable, CustomStringConvertible {
    /// `file:line:column: …`, whole.
    package let description: String
    /// How bad it is.
    package enum Level: Hashable, Sendable {
        /// The data is not used.
        case mistake
        /// The data is used all the same.
        case warning
        /// Something was wrong and is right again.
        case recovery
    }

    package let level: Level

    /// The level of the line in the log.
    package var logLevel: LogLevel {
        switch level {
        case .mistake: .error
        case .warning: .warning
        case .recovery: .info
        }
    }

    /// Whether the data is used all the same.
    package var isWarning: Bool { level == .warning }

    package init(_ description: String, isWarning: Bool = false) {
        self.description = description
        level = isWarning ? .warning : .mistake
    }

    /// Says that what is at `path` was wrong when it was read last, and is right now.
    package init(soundAgain path: String) {
        description = "\(path): sound again"
        level = .recovery
    }
}

/// One page over HTTP, at one address of the control plane.
package struct Page: Sendable {
    /// What a page answers.
    package struct Response: Sendable {
        package var status: Int
        package var contentType: String
        package var body: String

        package init(status: Int, contentType: String = "text/plain; charset=utf-8", body: String) {
            self.status = status
            self.contentType = contentType
            self.body = body
        }
    }

    /// The plugin that wants it, for errors and for telling two users of one address apart.
    package let plugin: String
    /// The address to bind; nil for every address.
    package let address: IPAddress?
    /// The port; 0 lets the kernel choose.
    package let port: UInt16
    package let path: String
    /// Where the Corefile asks for it.
    package let position: Position
    package let answer: @Sendable () -> Response

    package init(
        plugin: String,
        address: IPAddress?,
        port: UInt16,
        path: String,
        position: Position,
        answer: @escaping @Sendable () -> Response
    ) {
        self.plugin = plugin
        self.address = address
        self.port = port
        self.path = path
        self.position = position
        self.answer = answer
    }
}

/// Something that must be ready before the server says that it is.
package struct Readiness: Sendable {
    package let plugin: String
    package let isReady: @Sendable () -> Bool

    package init(plugin: String, isReady: @escaping @Sendable () -> Bool) {
        self.plugin = plugin
        self.isReady = isReady
    }
}

/// Something that the control plane does about once a second, and once more at the end.
package struct Chore: Sendable {
    /// Does what is due at a moment; `isLast`: whether the server ends.
    package let run: @Sendable (_ now: Moment, _ isLast: Bool) -> Void

    package init(run: @escaping @Sendable (_ now: Moment, _ isLast: Bool) -> Void) {
        self.run = run
    }
}

/// How often the Corefile is looked at, in milliseconds.
package struct CorefileInterval: Hashable, Sendable {
    package var intervalMilliseconds: UInt64
    package var jitterMilliseconds: UInt64

    package init(intervalMilliseconds: UInt64, jitterMilliseconds: UInt64) {
        self.intervalMilliseconds = intervalMilliseconds
        self.jitterMilliseconds = jitterMilliseconds
    }
}

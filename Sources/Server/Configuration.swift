// SPDX-License-Identifier: Apache-2.0

import Corefile
import Files
import Metrics
import Plugin
import Wire

/// Everything that answers are made from, at one moment: never edited, only replaced whole.
package final class Configuration: Sendable {
    package let listeners: [Listener]
    /// What must be opened, watched and kept besides; only the control plane reads it.
    package let plan: Plan

    package init(listeners: [Listener], plan: Plan) {
        self.listeners = listeners
        self.plan = plan
    }

    /// Whether another configuration listens at the same places, in the same order.
    func listensLike(_ other: Configuration) -> Bool {
        listeners.elementsEqual(other.listeners) { ListenerPlace($0) == ListenerPlace($1) }
    }
}

/// What a configuration asks of the control plane.
package struct Plan: Sendable {
    package var watched: Set<String> = []
    package var kept: [String: any Sendable] = [:]
    package var isUnsettled = false
    package var keptUnits: [String: Int] = [:]
    package var reports: [Report] = []
    package var pages: [Page] = []
    /// Whether the pages are those of the configuration that it goes on from.
    package var hasSamePages = false
    package var readiness: [Readiness] = []
    package var corefileInterval: CorefileInterval?
    package var lameduckMilliseconds: UInt64 = 0
    package var whenServing: [@Sendable () -> Void] = []
    package var chores: [Chore] = []
    package var consoles: [Console] = []
    /// The path of the socket for commands; nil where no block names one.
    package var control: String?
    /// The keys of the server blocks, which are read once for all configurations of a Corefile.
    var keys: [Word: ServerKey] = [:]
    /// The Corefile that it was made of.
    var blocks: [Block] = []
    /// What was made of the Corefile alone, by the number of the block.
    var beginnings: [Int: BlockBeginning] = [:]
    /// What `/ready` answers from.
    package var board = ReadinessBoard()

    package init() {}
}

/// One address and port to listen on, UDP and TCP, and the server blocks behind it.
package struct Listener: QueryPath {
    /// The address; nil for every address of the machine.
    package let address: IPAddress?
    package let port: UInt16
    package let blocks: [ServerBlock]
    /// The zones of all blocks, longest first among equals in their first block's order.
    private let zones: ZoneTable
    /// What the plugins of all blocks do with a query.
    private let roles: Roles
    private let limits: [AnswerLimits]
    package let takesEveryClass: Bool
    /// Counts what is answered before a chain is found.
    let dropped: QueryMetrics

    package init(
        address: IPAddress?,
        port: UInt16,
        blocks: [ServerBlock],
        dropped: QueryMetrics
    ) {
        self.dropped = dropped
        self.address = address
        self.port = port
        self.blocks = blocks
        takesEveryClass = blocks.contains { $0.takesEveryClass }
        zones = ZoneTable(blocks)
        limits = blocks.map { $0.limits }
        roles = Roles(joining: blocks.map(\.chain))
    }

    /// A DS question for the apex of a zone belongs to its parent, when that is served here too
    /// (RFC 4035 §3.1.4.1).
    package func route(_ query: inout Query) -> Int? {
        guard var found = zones.find(query.name, fromLabel: 0) else { return nil }
        if query.type == .ds, found.label == 0, query.name.labelCount > 0,
            let parent = zones.find(query.name, fromLabel: 1)
        {
            found = parent
        }
        query.zoneLabel = found.label
        query.zonePlace = found.zone
        return found.block
    }

    package func prefetchMemory(for message: Span<UInt8>) { roles.prefetchMemory(for: message) }

    package func answer(
        _ query: borrowing Query,
        block: Int,
        into answer: inout Answer,
        waiting: inout Int
    ) -> Outcome {
        roles.answer(query, chain: block, into: &answer, waiting: &waiting)
    }

    package func goesFirst(block: Int, plugin: Int) -> Bool {
        roles.goesFirst(chain: block, plugin: plugin)
    }

    package func answerWithoutWaiting(
        _ query: borrowing Query,
        block: Int,
        plugin: Int,
        into answer: inout Answer
    ) -> Bool {
        roles.answerWithoutWaiting(query, chain: block, at: plugin, into: &answer)
    }

    package func finish(
        _ query: borrowing Query,
        block: Int,
        upTo last: Int,
        _ answer: inout Answer
    ) {
        roles.finish(query, &answer, chain: block, upTo: last)
    }

    package func serverBlock(_ block: Int) -> ServerBlock { blocks[block] }

    package func limits(ofBlock block: Int) -> AnswerLimits { limits[block] }

    package func sent(
        _ query: borrowing Query,
        _ report: borrowing SentReport,
        block: Int?,
        counting cells: borrowing WorkerCells
    ) {
        guard let block else { return dropped.count(query, report, cells) }
        roles.sent(query, report, chain: block, counting: cells)
    }
}

/// One server block at one of its ports: its zones there and its plugins.
package final class ServerBlock: Sendable {
    /// The zones as names in lower case.
    package let zones: [Name]
    /// The place of each among the block's zones at all its ports: `Query.zonePlace`, ascending.
    package let zonePlaces: [Int]
    package let chain: Chain
    package let limits: AnswerLimits
    package let takesEveryClass: Bool
    /// The addresses at which the kernel may answer by itself, with their interfaces.
    package let kernelInterfaces: [IPAddress: String]

    /// A block with its plugins; `zonePlaces`: nil for one with a single port.
    package init(
        zones: [Name],
        zonePlaces: [Int]? = nil,
        chain: Chain,
        limits: AnswerLimits,
        takesEveryClass: Bool,
        kernelInterfaces: [IPAddress: String] = [:]
    ) {
        self.zones = zones
        self.zonePlaces = zonePlaces ?? Array(zones.indices)
        self.chain = chain
        self.limits = limits
        self.takesEveryClass = takesEveryClass
        self.kernelInterfaces = kernelInterfaces
    }
}

// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Server
import Wire

/// One worker of the simulated server: the real core and the real streams, without sockets.
final class SimulatedWorker {
    let index: Int
    var core: Core
    var streams = Streams()
    var outputs = Outputs()
    /// Answers of the core over UDP; as large as a worker's.
    var datagram = [UInt8](repeating: 0, count: 4_096)
    /// Answers of the core over TCP.
    var message = [UInt8](repeating: 0, count: 65_535)
    /// Whether a batch has begun and not ended.
    var isInBatch = false
    /// When it is woken next, in nanoseconds of the simulation; nil for not at all.
    var wakeTime: UInt64?
    /// The ports of the listeners that were adopted last, in their order.
    private var ports: [UInt16] = []
    private var edition = UInt64.max
    /// The session of each open connection.
    var sessions: [UInt64: Int] = [:]

    init(
        index: Int,
        serving published: Published<Configuration>,
        counting cells: WorkerCells,
        seed: UInt64
    ) {
        self.index = index
        let bits = SeededBits(seed)
        core = Core(index: index, serving: published, counting: cells) { bits.next() }
    }

    /// Hands a datagram to the core.
    func receive(_ bytes: [UInt8], _ arrival: Arrival) -> (Core.Receipt, [UInt8]) {
        var span = datagram.mutableSpan
        core.prefetchMemory(for: bytes.span, listener: arrival.listener)
        let receipt = core.receive(bytes.span, arrival, into: &span)
        guard case .answered(let count) = receipt, count > 0 else { return (receipt, []) }
        return (receipt, Array(datagram[..<count]))
    }

    /// Hands a message of a connection to the core, and its answer, if any, to the streams.
    func receiveStream(
        _ bytes: [UInt8],
        _ arrival: Arrival,
        at now: Moment
    ) -> (Core.Receipt, [UInt8]) {
        var span = message.mutableSpan
        core.prefetchMemory(for: bytes.span, listener: arrival.listener)
        let receipt = core.receive(bytes.span, arrival, into: &span)
        guard case .answered(let count) = receipt else { return (receipt, []) }
        streams.answer(count, of: message, on: arrival.connection, at: now)
        return (receipt, Array(message[..<count]))
    }

    /// Takes over the listeners of a new configuration; the connections that have none come back.
    func adopt() -> [UInt64] {
        guard core.edition != edition else { return [] }
        edition = core.edition
        let wanted = core.configuration.listeners.map(\.port)
        let places = ports.map { wanted.firstIndex(of: $0) }
        let orphans = places == Array(ports.indices) ? [] : streams.moveListeners(places)
        ports = wanted
        return orphans
    }

    /// The place of the listener at `port` in what is served; nil when there is none.
    func listener(at port: UInt16) -> Int? {
        core.configuration.listeners.firstIndex { $0.port == port }
    }
}

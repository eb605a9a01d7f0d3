// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Posix
import Synchronization
import Wire

/// The sockets of one worker for one address and port.
final class OpenListener: Sendable {
    let udp: UDPSocket
    let tcp: TCPListener

    init(udp: consuming UDPSocket, tcp: consuming TCPListener) {
        self.udp = udp
        self.tcp = tcp
    }
}

/// The address and port of a listener, as the configuration names them.
package struct ListenerPlace: Hashable, Sendable {
    /// The address; nil for every address.
    package let address: IPAddress?
    /// The port as configured; 0 when the system chose.
    package let port: UInt16

    package init(_ listener: Listener) {
        address = listener.address
        port = listener.port
    }
}

/// The sockets of all workers: opened by the control plane, used by one worker each.
package final class SocketBoard: Sendable {
    /// How often a port that the system chose for UDP is looked for that TCP has free too.
    static let maximumPortAttempts = 32

    /// What the lock guards.
    private struct State {
        /// The sockets of each worker, by place.
        var open: [ListenerPlace: [OpenListener]] = [:]
        /// The datagrams that sockets dropped which are no longer in `open`.
        var formerlyDropped = 0

        /// The datagrams that all sockets so far dropped, as far as the system says.
        var droppedCount: Int {
            open.values.joined().reduce(formerlyDropped) { $0 + ($1.udp.droppedCount ?? 0) }
        }
    }

    private static let dropped = Family.counter(
        "apus_udp_datagrams_dropped_total",
        help: "Datagrams that the system dropped because they came faster than they were read."
    )

    private static let ignored = Family.counter(
        "apus_upstream_datagrams_ignored_total",
        help: "Datagrams that came to ports which upstreams are asked from, and answer no question."
    )

    private let ignoredCount = Atomic<Int>(0)
    /// What the TCP connections of all workers may take together.
    let streamBudget: StreamBudget
    /// Where the workers tell of connections that they did not serve.
    let streamReports: StreamReports
    private let workerCount: Int
    private let state = Mutex(State())

    package init(
        workerCount: Int,
        budget: StreamBudget = StreamBudget(),
        counting registry: Registry,
        log: any LogSink
    ) {
        self.workerCount = workerCount
        streamBudget = budget
        streamReports = StreamReports(counting: registry, log: log)
        registry.read(Self.dropped) { [weak self] in self.map { Double($0.droppedCount) } }
        registry.read(Self.ignored) { [weak self] in
            self.map { Double($0.ignoredCount.load(ordering: .relaxed)) }
        }
    }

    /// Counts datagrams of upstreams, or of forgers, that answer no question.
    func countIgnored(_ count: Int) {
        // Adding nothing would take the line from the other workers all the same.
        guard count > 0 else { return }
        ignoredCount.wrappingAdd(count, ordering: .relaxed)
    }

    /// The datagrams that the sockets dropped because their buffers were full; never goes down.
    package var droppedCount: Int { state.withLock { $0.droppedCount } }

    /// The number that a place is really bound to; nil when it is not open.
    package func port(of place: ListenerPlace) -> UInt16? {
        state.withLock { $0.open[place]?.first?.udp.local.port }
    }

    /// Opens what `configuration` needs and is not open; either all of it or nothing.
    package func open(for configuration: Configuration) throws(SystemError) {
        let known = state.withLock { $0.open }
        var added: [ListenerPlace: [OpenListener]] = [:]
        var chosen = known.first { $0.key.port == 0 }?.value.first?.udp.local.port
        for listener in configuration.listeners {
            let place = ListenerPlace(listener)
            if known[place] != nil || added[place] != nil { continue }
            let port = place.port == 0 ? chosen ?? 0 : place.port
            let sockets = try open(place.address, port: port)
            if place.port == 0 { chosen = sockets.first?.udp.local.port }
            added[place] = sockets
        }
        state.withLock { $0.open.merge(added) { old, _ in old } }
    }

    /// Lets go of what `configuration` does not need; the workers close it when they let go too.
    package func close(exceptFor configuration: Configuration) {
        let wanted = Set(configuration.listeners.map(ListenerPlace.init))
        state.withLock { state in
            guard !state.open.keys.allSatisfy(wanted.contains) else { return }
            // LIMIT: what a socket drops between here and the worker's letting go of it is not
            // counted.
            let before = state.droppedCount
            state.open = state.open.filter { wanted.contains($0.key) }
            state.formerlyDropped += before - state.droppedCount
        }
    }

    /// The sockets of one worker for each listener of `configuration`, in its order.
    func sockets(of worker: Int, for configuration: Configuration) -> [OpenListener?] {
        state.withLock { state in
            configuration.listeners.map { state.open[ListenerPlace($0)]?[worker] }
        }
    }

    /// Opens one place for every worker.
    private func open(
        _ address: IPAddress?,
        port: UInt16
    ) throws(SystemError) -> [OpenListener] {
        guard let address else {
            do throws(SystemError) {
                return try open(Endpoint(IPAddress(v6High: 0, low: 0), port: port))
            } catch {
                // A machine without IPv6 still has every IPv4 address.
                guard error.isAddressMissing else { throw error }
                return try open(Endpoint(IPAddress(v4: 0), port: port))
            }
        }
        return try open(Endpoint(address, port: port))
    }

    /// Opens one endpoint for every worker, UDP and TCP under one number.
    private func open(_ endpoint: Endpoint) throws(SystemError) -> [OpenListener] {
        var attemptsLeft = endpoint.port == 0 ? Self.maximumPortAttempts : 1
        while true {
            attemptsLeft -= 1
            do throws(SystemError) {
                return try openOnce(endpoint)
            } catch {
                guard attemptsLeft > 0, error.isAddressInUse else { throw error }
            }
        }
    }

    private func openOnce(_ endpoint: Endpoint) throws(SystemError) -> [OpenListener] {
        var endpoint = endpoint
        if endpoint.port == 0 {
            endpoint.port = try UDPSocket(binding: endpoint, sharingPort: false).local.port
        } else {
            try UDPSocket.probe(endpoint)
        }
        _ = try TCPListener(binding: endpoint, sharingPort: false)
        var sockets: [OpenListener] = []
        for _ in 0..<workerCount {
            let udp = try UDPSocket(binding: endpoint, sharingPort: true)
            let tcp = try TCPListener(binding: endpoint, sharingPort: true)
            sockets.append(OpenListener(udp: udp, tcp: tcp))
        }
        return sockets
    }
}

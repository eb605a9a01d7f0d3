// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Synchronization
import Wire

extension ForwardRoute {
    /// The most attempts for one query, whatever the Corefile says.
    static let maximumAttemptCount = 64
    /// The first wait for a reply, in milliseconds; it doubles up to the longest.
    private static let firstTimeoutMilliseconds: UInt64 = 800
    private static let longestTimeoutMilliseconds: UInt64 = 2_000

    /// Asks the upstreams one after the other until one replies or the time is over.
    func ask(
        _ waiting: WaitingQuery,
        counting cells: WorkerCells,
        desk: any Desk
    ) async -> ForwardResult {
        let concurrent = shared.concurrent.wrappingAdd(1, ordering: .relaxed).newValue
        defer { shared.concurrent.wrappingSubtract(1, ordering: .relaxed) }
        if maximumConcurrent > 0, concurrent > maximumConcurrent {
            cells.increment(metrics.rejects)
            return .refused("concurrent queries exceeded maximum \(maximumConcurrent)")
        }
        guard
            let message = UpstreamMessage.make(
                from: waiting.message,
                udpByteCount: udpByteCount
            )
        else { return .failed("the query cannot be forwarded", .other) }
        var asking = Asking(
            route: self,
            message: message,
            transport: transport(for: waiting.query, message),
            deadline: waiting.deadline,
            cells: cells,
            order: order(random: desk.randomBits())
        )
        return await asking.run(desk)
    }

    /// How the first attempt is made.
    private func transport(for query: borrowing Query, _ message: [UInt8]) -> Transport {
        if forcesTCP || message.count > UpstreamMessage.maximumUDPByteCount { return .tcp }
        return prefersUDP ? .udp : query.transport
    }

    /// The places of the upstreams in the order of asking.
    private func order(random bits: UInt64) -> [Int] {
        var order = Array(upstreams.indices)
        switch policy {
        case .sequential: break
        case .roundRobin:
            let turn = shared.turn.wrappingAdd(1, ordering: .relaxed).oldValue
            let first = order.remove(at: Int(turn % UInt64(order.count)))
            order.insert(first, at: 0)
        case .random:
            var random = RandomBits(seed: bits)
            for last in stride(from: order.count - 1, to: 0, by: -1) {
                order.swapAt(last, random.number(below: last + 1))
            }
        }
        return order
    }

    /// The wait of the attempt with this number, counted from 0, in milliseconds.
    func timeout(ofAttempt number: Int) -> UInt64 {
        timeoutMilliseconds
            ?? min(
                Self.firstTimeoutMilliseconds << UInt64(min(number, 8)),
                Self.longestTimeoutMilliseconds
            )
    }
}

/// The asking of upstreams for one query.
private struct Asking {
    let route: ForwardRoute
    let message: [UInt8]
    let transport: Transport
    let deadline: Moment
    let cells: WorkerCells
    /// The places of the upstreams in the order of asking.
    let order: [Int]

    /// Why the last attempt failed.
    private var failure = "no healthy proxies"
    private var reason = ExtendedErrorCode.noReachableAuthority
    /// The last reply with a code that means to ask the next one.
    private var unwelcome: Message?
    /// The upstreams that gave such a reply.
    private var unwelcoming: Set<Int> = []

    init(
        route: ForwardRoute,
        message: [UInt8],
        transport: Transport,
        deadline: Moment,
        cells: WorkerCells,
        order: [Int]
    ) {
        self.route = route
        self.message = message
        self.transport = transport
        self.deadline = deadline
        self.cells = cells
        self.order = order
    }

    /// Asks until one replies, nobody is left, or the time is over.
    mutating func run(_ desk: any Desk) async -> ForwardResult {
        let limit =
            route.maximumAttempts == 0
            ? ForwardRoute.maximumAttemptCount
            : min(route.maximumAttempts, ForwardRoute.maximumAttemptCount)
        var next = 0
        for attempt in 0..<limit where desk.now < deadline {
            guard let place = pick(&next, desk) else { break }
            guard let reply = await ask(place, attempt: attempt, desk) else { continue }
            guard route.failoverCodes.contains(reply.code) else { return .reply(reply) }
            unwelcome = reply
            unwelcoming.insert(place)
            if unwelcoming.count == order.count { break }
        }
        if let unwelcome { return .reply(unwelcome) }
        return .failed(failure, reason)
    }

    /// The next upstream that may be asked; any of them when all seem to be down.
    ///
    /// `next`: where in the order to look first; it goes round and round.
    private func pick(_ next: inout Int, _ desk: any Desk) -> Int? {
        for _ in order {
            let place = order[next % order.count]
            next += 1
            if unwelcoming.contains(place) { continue }
            if route.upstreams[place].health.admits(
                at: desk.now,
                interval: route.intervalNanoseconds
            ) {
                return place
            }
        }
        // A reply that nobody likes is better than asking who seems to be down.
        guard !route.failsFast, unwelcome == nil else { return nil }
        cells.increment(route.metrics.broken)
        var random = RandomBits(seed: desk.randomBits())
        return order[random.number(below: order.count)]
    }

    /// Asks one upstream; a reply that was cut comes again over TCP.
    private mutating func ask(
        _ place: Int,
        attempt: Int,
        _ desk: any Desk
    ) async -> Message? {
        let reply = await exchange(place, transport, attempt: attempt, desk)
        guard let reply, transport == .udp, reply.header.flags.contains(.truncated) else {
            return reply
        }
        // The wait of a first attempt is meant for a lost packet; TCP looks after those itself.
        let whole = await exchange(place, .tcp, attempt: attempt + 2, desk)
        // Better cut than nothing: the client may have more luck over TCP.
        return whole ?? reply
    }

    /// Sends the question once, and notes how it went.
    private mutating func exchange(
        _ place: Int,
        _ transport: Transport,
        attempt: Int,
        _ desk: any Desk
    ) async -> Message? {
        let upstream = route.upstreams[place]
        let start = desk.now
        let end = start.adding(milliseconds: route.timeout(ofAttempt: attempt))
        let reply = await desk.ask(
            Exchange(
                upstream: upstream.endpoint,
                transport: transport,
                message: message,
                deadline: min(end, deadline)
            )
        )
        let at = "read \(transport.name) \(upstream.endpoint)"
        switch reply {
        case .message(let bytes):
            do throws(WireError) {
                let message = try Message(parsing: bytes.span)
                upstream.health.succeed()
                upstream.metrics.count(
                    message.code,
                    nanoseconds: desk.now.nanoseconds(since: start),
                    cells
                )
                return message
            } catch {
                // Whoever sends what is no message is no better than who sends nothing.
                failure = "\(at): \(error)"
                reason = .invalidData
            }
        case .changedCase:
            failure = "\(at): the question came back in another case"
            reason = .invalidData
        case .timeout:
            failure = "\(at): i/o timeout"
            reason = .noReachableAuthority
        case .failure(let text):
            failure = "\(at): \(text)"
            reason = .networkError
        }
        // An upstream that was given less than its time has not failed.
        if case .timeout = reply, end > deadline { return nil }
        let counts = upstream.health.fail(
            at: desk.now,
            maximumFailures: route.maximumFailures,
            interval: route.intervalNanoseconds
        )
        if counts { cells.increment(upstream.metrics.failures) }
        return nil
    }
}

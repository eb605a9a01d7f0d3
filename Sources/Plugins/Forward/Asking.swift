// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Wire

/// A reply that is relayed only where there is none that is better.
///
/// A class, so that an asking without one, as most are, is copied and forgotten in few steps.
final class HeldReply: Sendable {
    let reply: RelayedReply

    init(_ reply: RelayedReply) { self.reply = reply }
}

/// The asking of upstreams for one query.
///
/// Attempts are made one after the other, but those before stay open: an upstream that is slow for
/// one name may still be the first to answer, and what it took is learnt.
struct Asking {
    /// How long an exchange stays open, in nanoseconds, unless the Corefile says otherwise.
    static let patienceNanoseconds: UInt64 = 2_000_000_000
    /// How long after its query an exchange is still listened to, in nanoseconds.
    static let afterlifeNanoseconds: UInt64 = 1_000_000_000

    let route: ForwardRoute
    let waiting: WaitingQuery
    let message: UpstreamMessage
    /// How the first attempt is made.
    let transport: Transport
    let cells: WorkerCells
    /// Random bits that no client knows.
    let bits: UInt64
    /// The place of the upstream that is looked at first.
    let start: Int
    var random: SplitMix

    var contest = Contest()
    var attempts = Attempts()
    /// The place in `attempts` of the exchange that decides when the next attempt is made.
    var newest = -1
    /// How many attempts were made to get an answer.
    var answerCount = 0
    var openCount = 0
    /// When another attempt is to be made.
    var nextAttempt = Moment(nanoseconds: 0)
    /// When nothing is waited for any more.
    var end = Moment(nanoseconds: .max)

    /// Whether an upstream that is not well was seen.
    var hasUnwell = false
    /// The upstream whose turn to be asked comes with the next attempt.
    var held: Int?
    /// Whether the next attempt is made because this one is slow, not because its time is over.
    var isHedging = false
    /// When the time of an attempt that is hedged is over.
    var hedgedTimeout = Moment(nanoseconds: 0)
    /// The upstreams that take no more questions of this client now, a bit each.
    var refusing: UInt64 = 0
    /// Why the last attempt failed.
    var failure = "no healthy proxies"
    var reason = ExtendedErrorCode.noReachableAuthority
    /// The last reply with a code that means to ask the next one.
    var unwelcome: HeldReply?
    /// The upstreams that gave such a reply, a bit each: nobody is asked twice for it.
    var unwelcoming: UInt64 = 0
    /// A reply that was cut, while it is asked for again.
    var cut: HeldReply?

    init(
        route: ForwardRoute,
        _ waiting: WaitingQuery,
        message: UpstreamMessage,
        transport: Transport,
        cells: WorkerCells,
        random bits: UInt64
    ) {
        self.route = route
        self.waiting = waiting
        self.message = message
        self.transport = transport
        self.cells = cells
        self.bits = bits
        start = route.firstPlace()
        random = SplitMix(seed: bits)
    }

    /// Asks until one replies, nobody is left, or the time is over; what was begun goes on.
    mutating func run(_ desk: any Desk) async -> ForwardResult {
        // LIMIT: each turn makes an attempt, ends an exchange, or moves to a later moment.
        while let until = turn(desk) {
            guard openCount > 0 else {
                guard held != nil else { break }
                await desk.sleep(until: until)
                continue
            }
            let news = await desk.news(of: contest, until: until)
            if let result = hear(news, desk) { return result }
        }
        if openCount > 0 { leave(desk) }
        if let held = unwelcome ?? cut { return result(held.reply) }
        return refusing != 0 && answerCount == 0 ? .surplus(failure) : .failed(failure, reason)
    }

    /// What a reply that is to be relayed comes to.
    private func result(_ reply: consuming RelayedReply) -> ForwardResult {
        guard reply.flags.contains(.truncated) else { return .reply(reply) }
        return .reply(reply, missing: ForwardResult.Failure(text: failure, code: reason))
    }

    /// Makes the next attempt if it is due, and tells until when there is something to wait for.
    mutating func turn(_ desk: any Desk) -> Moment? {
        let now = desk.now
        if now >= nextAttempt { attempt(now, desk) }
        let until = min(nextAttempt, end, waiting.deadline)
        return now < until ? until : nil
    }

    /// Learns how an exchange ended, or that none has in time; where a reply is to be relayed, that
    /// is the result, and nothing is waited for any more.
    mutating func hear(_ news: Contest.News?, _ desk: any Desk) -> ForwardResult? {
        guard let reply = relay(news, desk) else { return nil }
        if openCount > 0 { leave(desk) }
        return result(consume reply)
    }

    /// Learns the same, and tells which reply is to be relayed.
    private mutating func relay(_ news: Contest.News?, _ desk: any Desk) -> RelayedReply? {
        if let news { return take(news, desk) }
        let now = desk.now
        return now >= nextAttempt ? expire(now) : nil
    }

    /// Makes the next attempt, or settles how long to wait for those before.
    private mutating func attempt(_ now: Moment, _ desk: any Desk) {
        if isHedging, hedge(now, desk) { return }
        if let place = held {
            held = nil
            ask(place, now, desk)
            return
        }
        guard answerCount < route.attemptLimit, let place = pickAdmitted(now) else {
            if attempts.isEmpty, hasUnwell { tryTheUnwell(besides: nil, now, desk) }
            nextAttempt = Moment(nanoseconds: .max)
            // Whoever has an answer, even one that nobody likes, is not kept waiting.
            end = unwelcome == nil ? end : now
            return
        }
        // Its turn comes a little later.
        guard now >= nextAttempt else {
            held = place
            return
        }
        ask(place, now, desk)
    }

    /// Asks an upstream for an answer.
    mutating func ask(_ place: Int, _ now: Moment, _ desk: any Desk) {
        let isFirst = attempts.isEmpty
        answerCount += 1
        newest = attempts.count
        begin(place, transport, .answer, now, desk)
        lookForLoop(place, now, desk)
        if isFirst, hasUnwell { tryTheUnwell(besides: place, now, desk) }
        let timeout = route.timeout(of: route.upstreams[place], timesAsked: timesAsked(place) - 1)
        nextAttempt = now.adding(nanoseconds: timeout)
        end = now.adding(
            nanoseconds: route.options.timeoutMilliseconds == nil
                ? max(timeout, Self.patienceNanoseconds) : timeout
        )
        if isFirst, route.options.hedges { planHedge(place, now) }
    }

    /// Opens an exchange.
    mutating func begin(
        _ place: Int,
        _ transport: Transport,
        _ purpose: Attempt.Purpose,
        _ now: Moment,
        _ desk: any Desk
    ) {
        let upstream = route.upstreams[place]
        let transport = upstream.transport(transport)
        desk.begin(
            upstream.exchange(
                over: transport,
                message.makeBytes(),
                until: waiting.deadline,
                mixesCase: purpose == .sameCase
                    || transport == .udp && upstream.health.keepsCase(at: now)
            ),
            tag: attempts.count,
            in: &contest
        )
        attempts.append(
            Attempt(place: place, transport: transport, purpose: purpose, began: now)
        )
        openCount += 1
    }

    /// How often an upstream was asked for an answer, or only tried.
    func timesTried(_ place: Int) -> Int {
        var count = 0
        for index in attempts.indices where attempts[index].place == place {
            let purpose = attempts[index].purpose
            if purpose == .answer || purpose == .trial { count += 1 }
        }
        return count
    }

    /// How often an upstream was asked for an answer.
    func timesAsked(_ place: Int) -> Int {
        var count = 0
        for index in attempts.indices
        where attempts[index].place == place && attempts[index].purpose == .answer {
            count += 1
        }
        return count
    }
}

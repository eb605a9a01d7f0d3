// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Wire

extension Asking {
    /// Learns how an exchange ended; a reply that is to be relayed is returned.
    mutating func take(_ news: Contest.News, _ desk: any Desk) -> RelayedReply? {
        guard attempts.indices.contains(news.tag), attempts[news.tag].isOpen else { return nil }
        attempts[news.tag].isOpen = false
        openCount -= 1
        let attempt = attempts[news.tag]
        let isNewest = news.tag == newest
        guard let reply = learn(news.reply, attempt, desk.now) else {
            if case .changedCase = news.reply {
                again(attempt, .sameCase, isNewest: isNewest, desk)
                return nil
            }
            return isNewest ? giveUp(desk.now) : nil
        }
        if reply.flags.contains(.truncated) {
            if attempt.transport == .udp, attempt.purpose == .trial { return nil }
            failure = "\(attempt.at(route.upstreams[attempt.place])): the reply was cut"
            reason = .other
            if attempt.transport == .udp {
                cut = HeldReply(reply)
                again(attempt, .whole, isNewest: isNewest, desk)
                return nil
            }
        }
        guard route.options.failoverCodes.contains(reply.code) else { return consume reply }
        route.upstreams[attempt.place].metrics.count(.code, cells)
        unwelcome = HeldReply(reply)
        unwelcoming |= 1 << UInt64(attempt.place)
        cut = nil
        if isNewest { nextAttempt = desk.now }
        return nil
    }

    /// Asks an upstream at once once more, over TCP.
    ///
    /// Who takes the place of the newest attempt decides when the next is made, and nobody else:
    /// a trial, or one whose time was over, holds up no other.
    private mutating func again(
        _ attempt: Attempt,
        _ purpose: Attempt.Purpose,
        isNewest: Bool,
        _ desk: any Desk
    ) {
        let now = desk.now
        let number = attempts.count
        begin(attempt.place, .tcp, purpose, now, desk)
        guard isNewest else { return }
        newest = number
        isHedging = false
        // A connection may have to be opened first.
        let timeout = 2 * route.timeout(of: route.upstreams[attempt.place], timesAsked: 0)
        nextAttempt = now.adding(nanoseconds: timeout)
        end = nextAttempt
    }

    /// The time of the newest attempt is over; a reply that was cut is relayed then.
    mutating func expire(_ now: Moment) -> RelayedReply? {
        guard attempts.indices.contains(newest), attempts[newest].isOpen,
            !attempts[newest].isLate, !isHedging
        else { return cut?.reply }
        let attempt = attempts[newest]
        let upstream = route.upstreams[attempt.place]
        failure = "\(attempt.at(upstream)): i/o timeout"
        reason = .noReachableAuthority
        attempts[newest].isLate = true
        route.countFailure(.timeout, of: attempt, at: now, cells)
        return cut?.reply
    }

    /// The newest attempt has failed: another is made at once, unless there is a reply that was cut.
    private mutating func giveUp(_ now: Moment) -> RelayedReply? {
        nextAttempt = now
        return cut?.reply
    }

    /// Notes what an exchange tells of its upstream; its reply when it is sound.
    private mutating func learn(
        _ reply: Reply,
        _ attempt: Attempt,
        _ now: Moment
    ) -> RelayedReply? {
        let upstream = route.upstreams[attempt.place]
        switch route.learn(reply, of: attempt, at: now, cells) {
        case .sound(let message):
            return message
        case .bad(let why):
            failure = "\(attempt.at(upstream)): \(why.text)"
            reason = why.code
            return nil
        }
    }

    /// Leaves what is still open to whoever learns from it.
    func leave(_ desk: any Desk) {
        let route = route
        let attempts = attempts
        let cells = cells
        let until = desk.now.adding(nanoseconds: Self.afterlifeNanoseconds)
        desk.leave(contest, until: until) { news, now in
            guard attempts.indices.contains(news.tag) else { return }
            _ = route.learn(news.reply, of: attempts[news.tag], at: now, cells)
        }
    }
}

extension Attempt {
    /// Where a failure happened, for people.
    func at(_ upstream: Upstream) -> String {
        upstream.isSecure
            ? "\(upstream.endpoint) (tls)" : "read \(transport.name) \(upstream.endpoint)"
    }

    /// Reads a reply; one that was cut within a record says only so (RFC 2181 §9).
    func read(_ bytes: [UInt8]) throws(WireError) -> RelayedReply {
        do throws(WireError) {
            return try RelayedReply(parsing: bytes)
        } catch {
            guard transport == .udp, let flags = try? Header(parsing: bytes.span).flags,
                flags.contains(.truncated)
            else { throw error }
            return RelayedReply(
                code: ResponseCode(rawValue: UInt16(flags.code)),
                flags: flags.withoutCode
            )
        }
    }
}

extension RelayedReply {
    /// Gives a failure that does not say why the name of who sent it.
    fileprivate mutating func name(_ upstream: Upstream) {
        guard errorData.count <= 2 else { return }
        let code = ExtendedError(data: errorData)?.code ?? .other
        errorData = ExtendedError(code, "\(upstream.endpoint): \(self.code)").data
    }
}

extension ForwardRoute {
    /// What an exchange came to.
    enum Lesson {
        case sound(RelayedReply)
        case bad((text: String, code: ExtendedErrorCode))
    }

    /// Notes what an exchange tells of its upstream.
    func learn(
        _ reply: Reply,
        of attempt: Attempt,
        at now: Moment,
        _ cells: WorkerCells
    ) -> Lesson {
        let upstream = upstreams[attempt.place]
        switch reply {
        case .message(let bytes), .plainMessage(let bytes):
            do throws(WireError) {
                var message = try attempt.read(bytes)
                if message.isFailure { message.name(upstream) }
                upstream.health.succeed(began: attempt.began, at: now)
                // A server that keeps case over TCP did not send what came over UDP.
                if case .plainMessage = reply { upstream.health.rememberPlainCase(at: now) }
                upstream.metrics.count(
                    message.code,
                    nanoseconds: now.nanoseconds(since: attempt.began),
                    cells
                )
                return .sound(consume message)
            } catch {
                countFailure(.invalid, of: attempt, at: now, cells)
                return .bad((error.description, .invalidData))
            }
        case .changedCase:
            countFailure(.changedCase, of: attempt, at: now, cells)
            return .bad(("the question came back in another case", .invalidData))
        case .timeout:
            if !attempt.isLate { countFailure(.timeout, of: attempt, at: now, cells) }
            return .bad(("i/o timeout", .noReachableAuthority))
        case .failure(let text):
            countFailure(.network, of: attempt, at: now, cells)
            return .bad((text, .networkError))
        }
    }

    /// Counts a failure; what cannot be believed says nothing about an upstream's health.
    func countFailure(
        _ kind: ForwardMetrics.FailureKind,
        of attempt: Attempt,
        at now: Moment,
        _ cells: WorkerCells
    ) {
        let upstream = upstreams[attempt.place]
        upstream.metrics.count(kind, cells)
        guard kind == .timeout || kind == .network else { return }
        let counts = upstream.health.fail(
            began: attempt.began,
            at: now,
            maximumFailures: options.maximumFailures,
            interval: trialIntervalNanoseconds
        )
        if counts { cells.increment(upstream.metrics.failures) }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Wire

extension Asking {
    /// The upstream that the next attempt asks; nil when nobody is left.
    ///
    /// Whoever is well comes before who is not, and whoever was asked less often before the others;
    /// among equals the policy decides. Nobody is asked who sends questions back to us.
    mutating func pick(_ now: Moment) -> Int? {
        let count = route.upstreams.count
        let isFirst = attempts.isEmpty
        var best = (score: Int.max, times: Int.max)
        var picked = -1
        var equals = 0
        var standing = UpstreamHealth.Standing.looping
        for offset in 0..<count {
            let place = start + offset < count ? start + offset : start + offset - count
            guard (unwelcoming | refusing) & 1 << UInt64(place) == 0,
                isFirst || timesTried(place) < route.timesAskedLimit
            else { continue }
            let found = route.upstreams[place].health.standing(
                maximumFailures: route.options.maximumFailures
            )
            if found != .well { hasUnwell = true }
            guard found != .looping else { continue }
            let times = isFirst ? 0 : timesAsked(place)
            let score = 2 * found.rawValue + times
            if (score, times) < best {
                best = (score, times)
                picked = place
                standing = found
                equals = 1
            } else if (score, times) == best, route.options.policy == .random {
                equals += 1
                if random.number(below: equals) == 0 {
                    picked = place
                    standing = found
                }
            }
        }
        guard picked >= 0 else {
            blameLoops()
            return nil
        }
        // A reply that nobody likes is better than waiting for who seems to be down.
        if unwelcome != nil, standing != .well || best.times > 0 { return nil }
        return standing == .down ? pickDown(picked, now) : picked
    }

    /// Says who is to blame when nobody may be asked because questions come back.
    private mutating func blameLoops() {
        guard attempts.isEmpty, refusing == 0,
            let upstream = route.upstreams.first(where: { $0.health.loop.isClosed })
        else { return }
        failure = "\(upstream.endpoint) sends questions back to this server"
        reason = .other
    }

    /// The upstream that the next attempt asks and that takes one more question of this client;
    /// `nextAttempt` moves to when it may be asked.
    mutating func pickAdmitted(_ now: Moment) -> Int? {
        // LIMIT: each turn rules out one upstream.
        while let place = pick(now) {
            let upstream = route.upstreams[place]
            let admission = upstream.health.pace.admit(
                waiting.query.client.address,
                at: now,
                maximumRate: route.options.maximumRate,
                // A name that is served here led to the question.
                goesFirst: waiting.query.depth > 0,
                seed: bits
            )
            switch admission {
            case .now: return place
            case .at(let moment):
                nextAttempt = moment
                end = max(end, moment)
                return place
            case .refused:
                refusing |= 1 << UInt64(place)
                cells.increment(route.metrics.surplus)
                failure = "\(upstream.endpoint): more questions than it can bear"
                reason = .other
            }
        }
        return nil
    }

    /// Whom to ask when `place` is the best there is, which is down: then all are.
    private func pickDown(_ place: Int, _ now: Moment) -> Int? {
        guard route.options.failsFast else {
            if attempts.isEmpty { cells.increment(route.metrics.broken) }
            return place
        }
        // Somebody must find out when one of them is well again.
        return route.upstreams.indices.first { other in
            let health = route.upstreams[other].health
            return health.standing(maximumFailures: route.options.maximumFailures) == .down
                && timesTried(other) < route.timesAskedLimit
                && health.isTrialDue(at: now, interval: route.trialIntervalNanoseconds)
        }
    }

    /// Sends a copy of the question to those who are not well and were not tried for a while, while
    /// somebody who is well is asked for the answer: so no client waits for a trial.
    mutating func tryTheUnwell(besides picked: Int?, _ now: Moment, _ desk: any Desk) {
        for place in route.upstreams.indices where place != picked {
            let health = route.upstreams[place].health
            let standing = health.standing(maximumFailures: route.options.maximumFailures)
            if standing == .looping { lookForLoop(place, now, desk) }
            guard standing == .doubtful || standing == .down,
                health.isTrialDue(at: now, interval: route.options.intervalNanoseconds)
            else { continue }
            begin(place, transport, .trial, now, desk)
        }
    }
}

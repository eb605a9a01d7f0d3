// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Synchronization
import Wire

extension Asking {
    /// What one hedged query costs of what queries save up, in tenths of one.
    private static let hedgeTenths = 10
    /// How much is saved up at most.
    private static let maximumSavedTenths = 100

    /// Has the next attempt made before the time of this one is over, where replies seldom take as
    /// long.
    mutating func planHedge(_ place: Int, _ now: Moment) {
        let shared = route.shared
        if shared.hedgeTenths.load(ordering: .relaxed) < Self.maximumSavedTenths {
            shared.hedgeTenths.wrappingAdd(1, ordering: .relaxed)
        }
        let slow = route.upstreams[place].health.slowLatency
        let moment = now.adding(nanoseconds: slow)
        guard slow > 0, moment < nextAttempt else { return }
        isHedging = true
        hedgedTimeout = nextAttempt
        nextAttempt = moment
    }

    /// Asks a second upstream while the first one is still waited for; false when the first has
    /// failed meanwhile, so that another attempt is due anyway.
    mutating func hedge(_ now: Moment, _ desk: any Desk) -> Bool {
        isHedging = false
        // The first has had its time, as a step may come late.
        guard now < hedgedTimeout else { return false }
        guard attempts.indices.contains(newest), attempts[newest].isOpen else { return false }
        // The first is given its whole time, unless a second is asked.
        nextAttempt = hedgedTimeout
        let shared = route.shared
        guard shared.hedgeTenths.load(ordering: .relaxed) >= Self.hedgeTenths,
            answerCount < route.attemptLimit, let place = pick(now),
            place != attempts[newest].place,
            route.upstreams[place].health.standing(maximumFailures: route.options.maximumFailures)
                == .well,
            route.upstreams[place].health.pace.admit(
                waiting.query.client.address,
                at: now,
                maximumRate: route.options.maximumRate,
                seed: bits
            ) == .now
        else { return true }
        shared.hedgeTenths.wrappingSubtract(Self.hedgeTenths, ordering: .relaxed)
        cells.increment(route.metrics.hedges)
        ask(place, now, desk)
        return true
    }
}

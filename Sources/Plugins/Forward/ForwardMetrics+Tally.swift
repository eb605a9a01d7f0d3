// SPDX-License-Identifier: Apache-2.0

import Metrics

/// What came of the questions to one upstream since the process started.
struct UpstreamTally: Hashable, Sendable {
    /// One kind of what came, and how often.
    struct Part: Hashable, Sendable {
        let name: String
        let count: UInt64
    }

    /// The replies by their codes, without those that never came.
    var replies: [Part] = []
    /// What came instead of something to relay, by its kind.
    var failures: [Part] = []

    /// How many replies there were.
    var replyCount: UInt64 { replies.reduce(0) { $0 &+ $1.count } }

    /// How many exchanges have ended; a reply that came late counts as a timeout too.
    var exchangeCount: UInt64 {
        // A code that fails over came in a reply.
        let code = ForwardMetrics.FailureKind.code.rawValue
        return failures.reduce(replyCount) { $1.name == code ? $0 : $0 &+ $1.count }
    }
}

extension ForwardMetrics.OfUpstream {
    /// What was counted by now.
    func tally(_ registry: Registry) -> UpstreamTally {
        var tally = UpstreamTally()
        for (name, histogram) in zip(Self.codeNames, durations) {
            let count = registry.count(histogram)
            if count > 0 { tally.replies.append(UpstreamTally.Part(name: name, count: count)) }
        }
        for (kind, counter) in zip(ForwardMetrics.FailureKind.allCases, errors) {
            let count = registry.count(counter)
            guard count > 0 else { continue }
            tally.failures.append(UpstreamTally.Part(name: kind.rawValue, count: count))
        }
        return tally
    }
}

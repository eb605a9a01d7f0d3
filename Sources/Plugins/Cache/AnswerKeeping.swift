// SPDX-License-Identifier: Apache-2.0

import Plugin
import Wire

/// What was found in a cache for a query, whose answer was filled in then.
struct FoundAnswer: Hashable, Sendable {
    var kind: CacheKind
    /// Whether it has run out, and may still be given.
    var isStale = false
    /// Whether it is time to ask for it again: it is popular and soon runs out, or has run out.
    var isDue = false
    /// Whether nobody waits while it is asked for, as upstreams failed to say it a moment ago.
    var isFailing = false
}

/// A place where answers of upstreams are kept, or none.
///
/// Whoever forwards holds it as an existential: one that is opened where it lies counts no
/// reference.
protocol AnswerKeeping: Sendable {
    /// Fills in the answer to a query as far as there is one; nil when there is none.
    func find(_ query: borrowing Query, at now: Moment, into answer: inout Answer) -> FoundAnswer?

    /// The same once more for a query that had to wait: it is one question all the same.
    func findAgain(
        _ query: borrowing Query,
        at now: Moment,
        into answer: inout Answer
    ) -> FoundAnswer?

    /// Counts what was found for a client's query.
    func count(_ found: FoundAnswer?, in answer: borrowing Answer)

    /// Whether what has run out is given at once, and asked for besides.
    var givesStaleAtOnce: Bool { get }

    /// How long a client waits for upstreams before it is given what has run out, in milliseconds;
    /// 0 for until they have failed.
    var clientMilliseconds: UInt64 { get }

    /// Has nobody else ask again for an answer while somebody is at it.
    func claim(_ query: borrowing Query, at now: Moment)

    /// Counts that an answer is fetched anew while the client is given what was kept.
    func countRefresh(in answer: borrowing Answer)

    /// Whether what was found is better than what an upstream says now.
    func prefers(_ found: FoundAnswer, to reply: RelayedReply) -> Bool

    /// Tells the client that its answer has run out, and counts it.
    func markStale(_ answer: inout Answer)

    /// What the keys of what is kept are made with; nil where nothing is.
    var secret: UInt64? { get }

    /// Keeps a reply under the key of its query as far as it may be, and brings its times to live
    /// within bounds.
    func keep(
        _ reply: inout RelayedReply,
        _ query: borrowing Query,
        as key: CacheKey,
        at now: Moment
    )

    /// Keeps that no upstream answered, and why.
    func keepFailure(_ query: borrowing Query, _ text: String, as key: CacheKey, at now: Moment)
}

/// Where there is no cache.
struct NothingKept: AnswerKeeping {
    let givesStaleAtOnce = false
    let clientMilliseconds: UInt64 = 0
    let secret: UInt64? = nil

    func find(_ query: borrowing Query, at now: Moment, into answer: inout Answer) -> FoundAnswer? {
        nil
    }

    func findAgain(
        _ query: borrowing Query,
        at now: Moment,
        into answer: inout Answer
    ) -> FoundAnswer? { nil }

    func count(_ found: FoundAnswer?, in answer: borrowing Answer) {}
    func claim(_ query: borrowing Query, at now: Moment) {}
    func countRefresh(in answer: borrowing Answer) {}
    func prefers(_ found: FoundAnswer, to reply: RelayedReply) -> Bool { false }
    func markStale(_ answer: inout Answer) {}
    func keep(
        _ reply: inout RelayedReply,
        _ query: borrowing Query,
        as key: CacheKey,
        at now: Moment
    ) {}
    func keepFailure(_ query: borrowing Query, _ text: String, as key: CacheKey, at now: Moment) {}
}

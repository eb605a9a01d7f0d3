// SPDX-License-Identifier: Apache-2.0

import Wire

/// A query that was set aside because its answer is not in memory.
package final class WaitingQuery: Sendable {
    /// How long a query may wait in all, in milliseconds.
    package static let maximumWaitMilliseconds: UInt64 = 5_000

    package let query: Query
    /// The query's bytes as they came; for a look-up the bytes of a question made for it.
    package let message: [UInt8]
    /// When it is given up, whatever it waits for.
    package let deadline: Moment
    /// The query for whose sake this look-up is made; nil for a client's own.
    package let parent: WaitingQuery?

    package init(
        query: consuming Query,
        message: [UInt8],
        deadline: Moment,
        parent: WaitingQuery? = nil
    ) {
        self.query = query
        self.message = message
        self.deadline = deadline
        self.parent = parent
    }

    /// The same query once more, with all its time before it.
    package func renewed(at now: Moment) -> WaitingQuery {
        WaitingQuery(
            query: query.copied(),
            message: message,
            deadline: now.adding(milliseconds: Self.maximumWaitMilliseconds),
            parent: parent
        )
    }

    /// Whether this query, or one that led to it, asks for `question`: a look-up would go in circles.
    package func isAsking(_ question: Question) -> Bool {
        var next: WaitingQuery? = self
        // LIMIT: the chain is as long as the depth of look-ups.
        while let waiting = next {
            if waiting.query.question.asksTheSame(as: question) { return true }
            next = waiting.parent
        }
        return false
    }
}

/// What an upstream is asked.
package struct Exchange: Sendable {
    package var upstream: Endpoint
    package var transport: Transport
    /// The question whole, its id drawn by the desk.
    package var message: [UInt8]
    /// Until when a reply is of use; whoever asks waits no longer.
    package var deadline: Moment
    /// Whether the desk mixes the case of the question's letters at random: a reply must then repeat
    /// them as they were sent, so that a forger has more to guess (draft-vixie-dnsext-dns0x20).
    package var mixesCase: Bool
    /// The address of this machine that it leaves from; nil lets the system choose.
    package var source: IPAddress?
    /// How its connection is made and kept; nil for plain TCP with the usual times.
    ///
    /// Where they have security, nothing is ever asked but over a connection that has it.
    package var terms: ConnectionTerms?

    package init(
        upstream: Endpoint,
        transport: Transport,
        message: [UInt8],
        deadline: Moment,
        mixesCase: Bool = false,
        source: IPAddress? = nil,
        terms: ConnectionTerms? = nil
    ) {
        self.upstream = upstream
        self.transport = transport
        self.message = message
        self.deadline = deadline
        self.mixesCase = mixesCase
        self.source = source
        self.terms = terms
    }
}

/// How an exchange ended.
package enum Reply: Sendable {
    /// A response to this very question: id, question and QR were checked.
    ///
    /// Where case was mixed, the question in it has that case.
    case message([UInt8])
    /// A response that is right but for the case of its question, while case was mixed: a server
    /// that does not keep case, or a forger. Nothing in it can be believed.
    case changedCase
    /// The same over TCP, where nobody else can have sent it: a response of a server that does not
    /// keep case.
    case plainMessage([UInt8])
    /// No good response came before the deadline.
    case timeout
    /// The network refused, in its words.
    case failure(String)
}

/// All that a waiting query may wait for (a look-up, an upstream, a time or a bell), or do besides.
package protocol Desk: Sendable {
    /// The time now.
    var now: Moment { get }

    /// 64 random bits that nobody can guess.
    func randomBits() -> UInt64

    /// Asks this server for a name, as a client of the same listener would.
    ///
    /// A look-up that would go in circles or too deep comes back as a server failure.
    func lookup(_ question: Question, for waiting: WaitingQuery) async -> LookupResult

    /// Asks an upstream without waiting; the id is drawn here, and everything but a reply to it is
    /// ignored.
    ///
    /// It is handed over, so that the id is written into its message where that lies.
    func begin(_ exchange: consuming Exchange, tag: Int, in contest: inout Contest)

    /// The first exchange of a contest that ends from now on, or ended unnoticed; nil when there is
    /// none until `moment`.
    func news(of contest: Contest, until moment: Moment) async -> Contest.News?

    /// Waits no longer for what is still open in a contest.
    ///
    /// `heir`: learns until `moment` how these exchanges end, on the worker's thread; those beyond
    /// a limit of the desk, and all when it is nil, end at once and unheard.
    func leave(_ contest: Contest, until moment: Moment, to heir: Contest.Heir?)

    /// Sleeps until `moment`, or until `bell` is rung.
    func sleep(until moment: Moment, orRungBy bell: Bell) async

    /// Begins work that no client waits for; false when too much is waiting already.
    ///
    /// The work has a time limit of its own, as a client's query has.
    func detach(_ work: @escaping @Sendable (any Desk) async -> Void) -> Bool
}

extension Desk {
    /// Sleeps until `moment`.
    package func sleep(until moment: Moment) async {
        await sleep(until: moment, orRungBy: Bell())
    }
}

/// What a look-up of another name found.
package struct LookupResult: Sendable {
    /// How many look-ups may lead to each other.
    package static let maximumDepth = 10

    package var code: ResponseCode
    /// Whether a server that finds whole answers was asked.
    package var isRecursionAvailable: Bool
    /// Whether the answer was cut.
    package var isTruncated: Bool
    /// Whether there was an answer at all; a dropped query has none.
    package var isAnswered: Bool
    package var answers: [Record]
    package var authorities: [Record]

    package init(
        code: ResponseCode,
        isRecursionAvailable: Bool = false,
        isTruncated: Bool = false,
        isAnswered: Bool = true,
        answers: [Record] = [],
        authorities: [Record] = []
    ) {
        self.code = code
        self.isRecursionAvailable = isRecursionAvailable
        self.isTruncated = isTruncated
        self.isAnswered = isAnswered
        self.answers = answers
        self.authorities = authorities
    }
}

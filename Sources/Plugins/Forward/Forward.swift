// SPDX-License-Identifier: Apache-2.0

import Corefile
import Metrics
import Plugin
import Wire

/// Asks other servers, and relays what they answer.
///
/// Queries wait without holding up their worker. A reply that does not fit its question is ignored;
/// one that was cut comes again over TCP. How long an attempt waits for its reply follows from how
/// long replies take (`SmoothedLatency`), and it goes on waiting while the next one is made
/// (`Asking`). Unlike CoreDNS, which probes with questions of its own, an upstream's health shows in
/// real queries and copies of them: see `UpstreamHealth`. The case of questions over UDP is mixed;
/// an upstream that does not keep it is asked over TCP, and for an hour without. OPT is not relayed,
/// as EDNS is between neighbours (RFC 6891 §6.2.6).
package struct Forward: Answerer {
    package static let manual = Manual(
        name: "forward",
        summary: "asks other servers for the names of a zone",
        usage: "FROM TO...",
        options: [
            Manual.Option("except NAMES...", "names, and what lies below, to leave to others"),
            Manual.Option("force_tcp", "ask over TCP, however the client asked"),
            Manual.Option("prefer_udp", "ask over UDP first, however the client asked"),
            Manual.Option("policy random|round_robin|sequential", "who is asked first: random"),
            Manual.Option(
                "max_fails N",
                "more failures than this in a row, over as many trials, mean down: 2; 0 for never. One counts "
                    + "when nothing came from the upstream since it was asked"
            ),
            Manual.Option(
                "health_check DURATION [no_rec] [domain NAME]",
                "the time between two trials of an upstream that is not well: 0.5s. Copies of real "
                    + "queries try it, so the rest is only read"
            ),
            Manual.Option(
                "failfast_all_unhealthy_upstreams",
                "fail at once when all are down, but for a trial now and then"
            ),
            Manual.Option(
                "max_connect_attempts N",
                "attempts for one query; 0 for as many as fit in 5s. By default twice the number of "
                    + "upstreams, at least 3, and no upstream more than 3 times"
            ),
            Manual.Option(
                "read_timeout DURATION",
                "the wait of each attempt; by default 0.4s, then what the upstream is seen to need, "
                    + "50ms to 1s, while attempts before stay open for 2s"
            ),
            Manual.Option("max_concurrent N", "more queries at a time than this are refused"),
            Manual.Option(
                "hedge",
                "ask a second upstream too once the first takes longer than 19 of 20 of its replies "
                    + "do, for one query in ten at most; the first good reply counts"
            ),
            Manual.Option(
                "max_rate N",
                "ask each upstream at most so often a second: 0 for no limit but the one that shows "
                    + "when it loses questions. A burst waits up to 0.1s for its turn; of what is too "
                    + "much, those who ask most lose first"
            ),
            Manual.Option("next RCODE...", "on these codes, ask by the next stanza that matches"),
            Manual.Option("next_on_nodata", "the same when there is no record of the type"),
            Manual.Option(
                "failover RCODE...|none",
                "on these codes, ask the next upstream, each once at most: SERVFAIL REFUSED NOTIMP "
                    + "FORMERR"
            ),
            Manual.Option("expire DURATION", "how long an idle connection is kept: 10s"),
            Manual.Option(
                "max_age DURATION",
                "how long a connection takes new questions: 0 for no limit, else at least 'expire'"
            ),
            Manual.Option(
                "max_idle_conns N",
                "how many idle connections to an upstream each worker keeps: 0 for no limit"
            ),
            Manual.Option(
                "tls [CERT KEY] [CA]",
                "how upstreams at 'tls://ADDRESS[%NAME][:PORT]' are asked, port 853: CA is a file of "
                    + "the authorities that are trusted, the system's by default; CERT and KEY say who "
                    + "we are. TLS 1.2 or 1.3, the certificate is always checked, and nothing is asked "
                    + "in plain text instead. Changed files are read again"
            ),
            Manual.Option(
                "tls_servername NAME",
                "whom the certificates must be for, unless an upstream has a NAME of its own; "
                    + "by default for its address"
            ),
            Manual.Option("doh_method GET|POST", "not built yet"),
            Manual.Option(
                "source_address IP [IP]",
                "the address of this machine that upstreams are asked from, one of each family; those of "
                    + "a family without one are left out"
            ),
            Manual.Option(
                "resolver IP[:PORT]...",
                "who looks up the names of upstreams, at most 4: those of /etc/resolv.conf. Looked up "
                    + "again when the time to live is over, after 5s to 1h; the last good addresses stay"
            ),
        ],
        commands: [
            Manual.Option(
                "upstreams [-o wide|json]",
                "who is asked, and how each fares: well, doubtful since its last question was left "
                    + "without an answer, down, or looping; when it replied last, its smoothed "
                    + "latency, how long the next attempt waits, exchanges a second over the last "
                    + "10s and their limit, replies and what came instead since the server started"
            )
        ],
        example: """
            forward . /etc/resolv.conf {
                except cluster.local
                max_concurrent 1000
            }
            """,
        metrics: ForwardMetrics.names,
        isRepeatable: true
    )

    /// One for each stanza, in the order of the file.
    private let routes: [ForwardRoute]
    /// The zones of them all, and whether some names below are left to others.
    private let zones: ZoneList
    private let hasExceptions: Bool
    private let tokens: LoopTokens
    /// What is kept of their answers.
    let kept: any AnswerKeeping
    /// The questions that are being asked.
    let flights: Flights
    /// What nobody is told, and so need not be asked for.
    private let hidden: HiddenFamilies

    package init(parsing stanzas: [Stanza], setup: inout Setup) throws(CorefileError) {
        setup.takesEveryClass = true
        tokens = LoopTokens.shared(&setup)
        hidden = setup.left[HiddenFamilies.key] as? HiddenFamilies ?? HiddenFamilies()
        var routes: [ForwardRoute] = []
        for stanza in stanzas { routes.append(try ForwardRoute(parsing: stanza, setup: &setup)) }
        self.routes = routes
        UpstreamBook.shared(&setup).add(routes, setup)
        zones = ZoneList(routes.map(\.zone))
        hasExceptions = routes.contains { !$0.excepted.isEmpty }
        let origin = routes.map { route in
            "\(route.zone) \(route.upstreams.map(\.origin)) \(route.hosts?.labels ?? [])"
        }
        kept = try KeptAnswers(origin: origin.joined(separator: "; "), &setup) ?? NothingKept()
        flights = Flights(secret: kept.secret ?? setup.random(), keeping: kept)
    }

    /// Names of others are forwarded; those of a cluster that lead to them wait at the cluster.
    package var givesWay: Bool { true }

    package func answer(_ query: borrowing Query, into answer: inout Answer) -> Outcome {
        if query.type == .hinfo, tokens.catches(query, &answer) { return .done }
        guard takes(query) else { return .pass }
        guard query.header.flags.opcode == .query else {
            // A change is told to who serves the zone (RFC 1996), not to who asks for it.
            answer.code = .notImplemented
            return .done
        }
        if let type = hidden.substitute(for: query) {
            var asked = query.copied()
            asked.type = type
            return give(asked, &answer)
        }
        return give(query, &answer)
    }

    /// Gives what was kept, unless somebody has to be asked.
    private func give(_ query: borrowing Query, _ answer: inout Answer) -> Outcome {
        let found = kept.find(query, at: query.received, into: &answer)
        kept.count(found, in: answer)
        guard let found, !found.isDue else { return .wait }
        if found.isStale { kept.markStale(&answer) }
        return .done
    }

    /// Gives what was kept and would be asked for again: it is better than none.
    package func answerWithoutWaiting(
        _ query: borrowing Query,
        into answer: inout Answer
    ) -> Bool {
        guard let type = hidden.substitute(for: query) else { return giveKept(query, &answer) }
        var asked = query.copied()
        asked.type = type
        return giveKept(asked, &answer)
    }

    private func giveKept(_ query: borrowing Query, _ answer: inout Answer) -> Bool {
        guard let found = kept.findAgain(query, at: query.received, into: &answer) else {
            return false
        }
        if found.isStale { kept.markStale(&answer) }
        return true
    }

    /// Whether a query is to be forwarded by any stanza.
    ///
    /// Most names need no look at the stanzas, whose counts of references all workers share.
    private func takes(_ query: borrowing Query) -> Bool {
        guard zones.first(holding: query.name) != nil else { return false }
        guard hasExceptions else { return true }
        for index in 0..<routes.count where routes[index].takes(query) { return true }
        return false
    }

    /// Asks at once where nothing is known and one stanza is all there is.
    package func begin(
        _ waiting: WaitingQuery,
        finding found: borrowing Answer,
        desk: any Desk
    ) -> Beginning? {
        guard routes.count == 1, !found.isRelayed, hidden.substitute(for: waiting.query) == nil
        else { return nil }
        return Flight.begin(waiting, routes[0], flights, counting: found.cells, desk)
    }

    package func resume(
        _ waiting: WaitingQuery,
        into answer: inout Answer,
        desk: any Desk
    ) async -> Outcome {
        let waiting = hidden.substituted(waiting)
        if let found = kept.findAgain(waiting.query, at: desk.now, into: &answer) {
            await give(found, to: waiting, &answer, desk)
            return .done
        }
        guard let result = await share(waiting, counting: answer.cells, desk) else { return .pass }
        Self.relay(result, to: waiting.query, into: &answer)
        return .done
    }

    /// Asks the upstreams of each stanza that takes the query; nil when none does.
    func ask(
        _ waiting: WaitingQuery,
        counting cells: WorkerCells,
        _ desk: any Desk
    ) async -> ForwardResult? {
        var result: ForwardResult?
        var last: ForwardRoute?
        for route in routes where route.takes(waiting.query) {
            if let result, let last {
                guard case .reply(let reply, _) = result,
                    last.goesOn(after: reply, to: waiting.query)
                else { return result }
            }
            result = await route.ask(waiting, counting: cells, desk: desk)
            last = route
        }
        return result
    }

    /// The upstreams of the first stanza that takes the query, for people.
    func askedFirst(_ query: borrowing Query) -> String {
        for route in routes where route.takes(query) { return route.label }
        return "no upstream"
    }

    /// Puts what an upstream said, or why none did, into the answer, as it is for this client.
    static func relay(
        _ result: ForwardResult,
        to query: borrowing Query,
        into answer: inout Answer
    ) {
        answer.removeRecords()
        if let missing = result.missing(for: query) { return fail(missing, &answer) }
        switch result {
        case .reply(let reply, _):
            answer.relay(reply.code, reply.flags, to: query)
            answer.relay(reply)
            if reply.isFailure { answer.extendedError = ExtendedError(data: reply.errorData) }
        case .refused(let text):
            answer.code = .refused
            answer.failure = text
            answer.extendedError = ExtendedError(.other, "too many queries are being forwarded")
        case .surplus(let text):
            answer.code = .serverFailure
            answer.failure = text
            answer.extendedError = ExtendedError(.other, text)
        case .failed(let failure): fail(failure, &answer)
        }
    }

    private static func fail(_ failure: ForwardResult.Failure, _ answer: inout Answer) {
        answer.code = .serverFailure
        answer.failure = failure.text
        answer.extendedError = ExtendedError(failure.code, failure.text)
    }
}

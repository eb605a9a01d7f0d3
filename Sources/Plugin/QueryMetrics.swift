// SPDX-License-Identifier: Apache-2.0

import Metrics
import Wire

/// The metrics of the queries of one zone, under CoreDNS's names and labels.
///
/// Every series is found by arithmetic on the packet path. The server counts here too what it
/// answers before any chain, under the zone `dropped`.
package struct QueryMetrics: Sendable {
    /// The zone of what is answered before a chain is found.
    package static let droppedZone = "dropped"

    private static let zoneLabels = ["server", "zone", "view"]
    /// 1 for every plugin that takes part in queries.
    package static let enabled = Family.gauge(
        "coredns_plugin_enabled",
        help: "1 for each plugin that takes part in the queries of a zone.",
        labels: zoneLabels + ["name"]
    )
    private static let requests = Family.counter(
        "coredns_dns_requests_total",
        help: "Queries, by transport, address family and type.",
        labels: zoneLabels + ["proto", "family", "type"]
    )
    private static let durations = Family.histogram(
        "coredns_dns_request_duration_seconds",
        help: "From a query's arrival to its answer.",
        labels: zoneLabels,
        scale: .time
    )
    private static let requestSizes = Family.histogram(
        "coredns_dns_request_size_bytes",
        help: "The sizes of queries.",
        labels: zoneLabels + ["proto"],
        scale: .size
    )
    private static let responseSizes = Family.histogram(
        "coredns_dns_response_size_bytes",
        help: "The sizes of answers.",
        labels: zoneLabels + ["proto"],
        scale: .size
    )
    private static let dnssecRequests = Family.counter(
        "coredns_dns_do_requests_total",
        help: "Queries that want DNSSEC records.",
        labels: zoneLabels
    )
    private static let responses = Family.counter(
        "coredns_dns_responses_total",
        help: "Answers, by response code and by the plugin that gave them.",
        labels: zoneLabels + ["rcode", "plugin"]
    )

    /// The names of all of them, without the prefix `coredns_`.
    package static let names = [
        "plugin_enabled", "dns_requests_total", "dns_request_duration_seconds",
        "dns_request_size_bytes", "dns_response_size_bytes", "dns_do_requests_total",
        "dns_responses_total",
    ]

    /// The types that have a series of their own; the rest are `other`.
    private static let types: [RecordType] = [
        .a, .aaaa, .cname, .dnskey, .ds, .mx, .nsec, .nsec3, .ns, .ptr, .rrsig, .soa, .srv, .txt,
        .https, .svcb, .ixfr, .axfr, .any,
    ]
    private static let typeNames = types.map(\.description) + ["other"]
    /// The place of a type in `typeNames`.
    ///
    /// Written out, because a table that is made when it is first used is asked for each time
    /// whether it has been made.
    private static func place(of type: RecordType) -> Int {
        switch type.rawValue {
        case 1: 0
        case 28: 1
        case 5: 2
        case 48: 3
        case 43: 4
        case 15: 5
        case 47: 6
        case 50: 7
        case 2: 8
        case 12: 9
        case 46: 10
        case 6: 11
        case 33: 12
        case 16: 13
        case 65: 14
        case 64: 15
        case 251: 16
        case 252: 17
        case 255: 18
        default: 19
        }
    }
    /// The codes that have a series of their own (RFC 1035, RFC 2136); the rest are `other`.
    private static let codeNames =
        (0...10).map { ResponseCode(rawValue: $0).description } + ["other"]

    private let requests: CounterGrid
    private let responses: CounterGrid
    private let dnssecRequests: Counter
    private let durations: Histogram
    private let requestSizes: (udp: Histogram, tcp: Histogram)
    private let responseSizes: (udp: Histogram, tcp: Histogram)

    /// Makes the series of one zone; `plugins`: the names of the chain's plugins, in its order.
    package init(_ registry: Registry, server: String, zone: String, plugins: [String]) {
        let labels = [server, zone, ""]
        requests = registry.counters(
            Self.requests,
            labels,
            over: [["udp", "tcp"], ["1", "2"], Self.typeNames]
        )
        responses = registry.counters(
            Self.responses,
            labels,
            // The last one is also where an unknown place would be counted: nobody.
            over: [Self.codeNames, plugins + [""]]
        )
        dnssecRequests = registry.counter(Self.dnssecRequests, labels)
        durations = registry.histogram(Self.durations, labels)
        requestSizes = (
            registry.histogram(Self.requestSizes, labels + ["udp"]),
            registry.histogram(Self.requestSizes, labels + ["tcp"])
        )
        responseSizes = (
            registry.histogram(Self.responseSizes, labels + ["udp"]),
            registry.histogram(Self.responseSizes, labels + ["tcp"])
        )
    }

    /// Counts one query and what was sent for it.
    package func count(
        _ query: borrowing Query,
        _ report: borrowing SentReport,
        _ cells: borrowing WorkerCells
    ) {
        let isUDP = query.transport == .udp
        let family = query.client.address.family == .v4 ? 0 : 1
        cells.increment(requests, isUDP ? 0 : 1, family, Self.place(of: query.type))
        if query.options?.wantsSignatures == true { cells.increment(dnssecRequests) }
        cells.observe(isUDP ? requestSizes.udp : requestSizes.tcp, UInt64(query.byteCount))
        cells.observe(durations, report.durationNanoseconds)
        guard report.byteCount > 0 else { return }
        cells.observe(isUDP ? responseSizes.udp : responseSizes.tcp, UInt64(report.byteCount))
        cells.increment(responses, Int(report.code.rawValue), report.answeringPlugin, 0)
    }

    /// Counts queries that were answered without a worker, by the plugin at this place.
    ///
    /// How long each took nobody measured; all are far below the first bound of the durations, and
    /// add nothing to their sum.
    package func count(_ tally: QueryTally, answeredBy place: Int, _ cells: SharedCells) {
        let (a, aaaa) = (Self.place(of: .a), Self.place(of: .aaaa))
        cells.increment(requests[0, 0, a], by: tally.aOverIPv4)
        cells.increment(requests[0, 0, aaaa], by: tally.aaaaOverIPv4)
        cells.increment(requests[0, 1, a], by: tally.aOverIPv6)
        cells.increment(requests[0, 1, aaaa], by: tally.aaaaOverIPv6)
        cells.increment(dnssecRequests, by: tally.signatures)
        cells.increment(responses[Int(ResponseCode.noError.rawValue), place], by: tally.count)
        cells.observe(durations, 0, count: tally.count, sum: 0)
        let (long, longest) = (tally.queriesOver100, QueryTally.maximumByteCount)
        cells.observe(requestSizes.udp, longest, count: long, sum: tally.queryBytes)
        cells.observe(requestSizes.udp, 100, count: tally.count &- long, sum: 0)
        let longAnswers = tally.answersOver100
        cells.observe(responseSizes.udp, longest, count: longAnswers, sum: tally.answerBytes)
        cells.observe(responseSizes.udp, 100, count: tally.count &- longAnswers, sum: 0)
    }
}

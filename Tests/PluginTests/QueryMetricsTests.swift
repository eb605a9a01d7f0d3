// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Testing
import Wire

@Suite struct QueryMetricsTests {
    private let registry = Registry()

    private func page(afterCounting query: borrowing Query, _ report: SentReport) -> String {
        let metrics = QueryMetrics(
            registry,
            server: "dns://:53",
            zone: "example.",
            plugins: ["errors", "whoami"]
        )
        metrics.count(query, report, registry.cells(forWorker: 0))
        return String(decoding: registry.page(), as: UTF8.self)
    }

    private func query(_ type: RecordType) -> Query {
        Query(
            header: Header(id: 1, flags: []),
            name: QueryName(),
            type: type,
            recordClass: .internet
        )
    }

    private func report(_ code: ResponseCode, plugin: Int, bytes: Int = 90) -> SentReport {
        SentReport(
            code: code,
            flags: .response,
            hasAnswers: false,
            byteCount: bytes,
            answeringPlugin: plugin,
            durationNanoseconds: 300_000
        )
    }

    private let labels = "server=\"dns://:53\",zone=\"example.\",view=\"\""

    @Test func countsAQueryUnderItsLabels() {
        var asked = query(.aaaa)
        asked.options = ClientOptions(udpByteCount: 1232, wantsSignatures: true)
        asked.byteCount = 50

        let page = page(afterCounting: asked, report(.nameError, plugin: 1))

        for line in [
            "dns_requests_total{\(labels),proto=\"udp\",family=\"1\",type=\"AAAA\"} 1",
            "dns_responses_total{\(labels),rcode=\"NXDOMAIN\",plugin=\"whoami\"} 1",
            "dns_do_requests_total{\(labels)} 1",
            "dns_request_duration_seconds_count{\(labels)} 1",
            "dns_request_size_bytes_sum{\(labels),proto=\"udp\"} 50",
            "dns_response_size_bytes_sum{\(labels),proto=\"udp\"} 90",
        ] { #expect(page.contains("coredns_" + line + "\n")) }
    }

    @Test(
        arguments: [
            .a, .aaaa, .cname, .dnskey, .ds, .mx, .nsec, .nsec3, .ns, .ptr, .rrsig, .soa, .srv,
            .txt, .https, .svcb, .ixfr, .axfr, .any,
        ] as [RecordType]
    )
    func countsEachTypeUnderItsName(type: RecordType) {
        let page = page(afterCounting: query(type), report(.noError, plugin: 0))

        #expect(page.contains("proto=\"udp\",family=\"1\",type=\"\(type)\"} 1\n"))
    }

    @Test(arguments: [999, 64_999, 10])
    func countsTypesWithoutANameOfTheirOwnAsOther(type: UInt16) {
        let page = page(
            afterCounting: query(RecordType(rawValue: type)),
            report(.noError, plugin: 0)
        )

        #expect(page.contains("proto=\"udp\",family=\"1\",type=\"other\"} 1\n"))
    }

    @Test func countsAnAnswerOfNobodyUnderNoPlugin() {
        let page = page(afterCounting: query(.a), report(.badVersion, plugin: -1))

        #expect(page.contains("dns_responses_total{\(labels),rcode=\"other\",plugin=\"\"} 1\n"))
    }

    @Test func countsNoResponseWhenNothingWasSent() {
        let page = page(afterCounting: query(.a), report(.noError, plugin: 0, bytes: 0))

        #expect(!page.contains("coredns_dns_responses_total{"))
        #expect(page.contains("coredns_dns_requests_total{"))
    }

    @Test func countsATallyInTheSameSeries() {
        let metrics = QueryMetrics(
            registry,
            server: "dns://:53",
            zone: "example.",
            plugins: ["errors", "whoami"]
        )
        var tally = QueryTally()
        (tally.aOverIPv4, tally.aaaaOverIPv4, tally.aOverIPv6, tally.aaaaOverIPv6) = (1, 2, 3, 4)
        (tally.signatures, tally.queriesOver100, tally.answersOver100) = (5, 1, 6)
        (tally.queryBytes, tally.answerBytes) = (700, 900)

        metrics.count(tally, answeredBy: 1, registry.shared)

        let page = String(decoding: registry.page(), as: UTF8.self)
        let requests = "dns_requests_total{\(labels),proto=\"udp\",family="
        let sizes = "{\(labels),proto=\"udp\""
        for line in [
            "\(requests)\"1\",type=\"A\"} 1", "\(requests)\"1\",type=\"AAAA\"} 2",
            "\(requests)\"2\",type=\"A\"} 3", "\(requests)\"2\",type=\"AAAA\"} 4",
            "dns_responses_total{\(labels),rcode=\"NOERROR\",plugin=\"whoami\"} 10",
            "dns_do_requests_total{\(labels)} 5",
            "dns_request_duration_seconds_bucket{\(labels),le=\"0.00025\"} 10",
            "dns_request_duration_seconds_sum{\(labels)} 0",
            "dns_request_size_bytes_bucket\(sizes),le=\"100\"} 9",
            "dns_request_size_bytes_bucket\(sizes),le=\"200\"} 10",
            "dns_request_size_bytes_sum\(sizes)} 700",
            "dns_response_size_bytes_bucket\(sizes),le=\"100\"} 4",
            "dns_response_size_bytes_bucket\(sizes),le=\"200\"} 10",
            "dns_response_size_bytes_sum\(sizes)} 900",
        ] { #expect(page.contains("coredns_" + line + "\n"), "\(line)") }
    }
}

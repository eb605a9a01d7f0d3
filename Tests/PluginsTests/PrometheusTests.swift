// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Plugins
import Testing
import Wire

@Suite struct PrometheusTests {
    private let report = SentReport(
        code: .nameError,
        flags: .response,
        hasAnswers: false,
        byteCount: 120,
        answeringPlugin: 1,
        durationNanoseconds: 200_000
    )

    @Test func countsEachQueryUnderItsZone() throws {
        var surroundings = Surroundings()
        surroundings.zones = ["example.", "b.example."]
        surroundings.plugins = ["prometheus", "whoami"]
        let (plugin, setup) = try surroundings.make(Prometheus.self, "prometheus")
        let cells = surroundings.metrics.cells(forWorker: 0)

        let second = try query("A.b.EXAMPLE", zone: "b.example") { $0.zonePlace = 1 }
        plugin.sent(second, report, counting: cells)
        plugin.sent(try query("c.example", .aaaa, zone: "example"), report, counting: cells)

        let page = try #require(setup.pages.first)
        let body = page.answer().body
        for (zone, type) in [("b.example.", "A"), ("example.", "AAAA")] {
            let labels = "server=\"dns://:53\",zone=\"\(zone)\",view=\"\""
            #expect(
                body.contains(
                    "coredns_dns_requests_total{\(labels),proto=\"udp\",family=\"1\","
                        + "type=\"\(type)\"} 1\n"
                )
            )
            #expect(
                body.contains(
                    "coredns_dns_responses_total{\(labels),rcode=\"NXDOMAIN\","
                        + "plugin=\"whoami\"} 1\n"
                )
            )
        }
        #expect(page.path == "/metrics")
        #expect(page.port == 9_153)
        #expect(page.address?.description == "127.0.0.1")
        #expect(page.answer().contentType.hasPrefix("text/plain; version=0.0.4"))
    }

    @Test func tellsTheAddressesOfABlockApart() throws {
        var surroundings = Surroundings()
        surroundings.addresses = try ["127.0.0.1", "::1"].map { try #require(IPAddress($0)) }
        let (plugin, _) = try surroundings.make(Prometheus.self, "prometheus")
        let cells = surroundings.metrics.cells(forWorker: 0)
        let asked = try query("example") {
            $0.local = Endpoint(IPAddress(v6High: 0, low: 1), port: 53)
        }

        plugin.sent(asked, report, counting: cells)

        #expect(
            surroundings.page.contains(
                "coredns_dns_request_duration_seconds_count{server=\"dns://[::1]:53\",zone=\".\","
                    + "view=\"\"} 1\n"
            )
        )
    }

    @Test func countsTalliesUnderTheirZoneAndAddress() throws {
        var surroundings = Surroundings()
        surroundings.zones = ["example.", "b.example."]
        surroundings.plugins = ["prometheus", "whoami"]
        surroundings.addresses = try ["127.0.0.1", "::1"].map { try #require(IPAddress($0)) }
        let (plugin, _) = try surroundings.make(Prometheus.self, "prometheus")
        var tally = QueryTally()
        tally.aOverIPv6 = 7

        plugin.count(
            tally,
            answeredBy: 1,
            zone: 1,
            local: surroundings.addresses[1],
            in: surroundings.metrics.shared
        )

        let labels = "server=\"dns://[::1]:53\",zone=\"b.example.\",view=\"\""
        let page = surroundings.page
        #expect(page.contains("{\(labels),proto=\"udp\",family=\"2\",type=\"A\"} 7\n"))
        #expect(page.contains("{\(labels),rcode=\"NOERROR\",plugin=\"whoami\"} 7\n"))
    }

    @Test func showsThePluginsOfTheBlockOnceItServes() throws {
        var surroundings = Surroundings()
        surroundings.plugins = ["prometheus", "log"]
        let (_, first) = try surroundings.make(Prometheus.self, "prometheus")
        let line = { (name: String) in
            "coredns_plugin_enabled{server=\"dns://:53\",zone=\".\",view=\"\",name=\"\(name)\"} 1\n"
        }

        #expect(!surroundings.page.contains(line("log")))
        for action in first.whenServing { action() }
        #expect(surroundings.page.contains(line("log")))

        surroundings.previous = first.kept
        let (_, again) = try surroundings.make(Prometheus.self, "prometheus")
        // What is shown already need not be shown for every file that changes.
        #expect(again.whenServing.isEmpty)

        surroundings.previous = again.kept
        surroundings.plugins = ["prometheus"]
        let (_, second) = try surroundings.make(Prometheus.self, "prometheus")
        #expect(surroundings.page.contains(line("log")))
        for action in second.whenServing { action() }
        #expect(!surroundings.page.contains(line("log")))
        #expect(surroundings.page.contains(line("prometheus")))
    }

    @Test(arguments: [
        (
            "prometheus {\n  runtime_metrics\n}",
            "Corefile:2:3: option 'runtime_metrics' is not built yet"
        ),
        ("prometheus {\n  tls web.yml\n}", "Corefile:2:3: option 'tls' is not built yet"),
    ])
    func saysWhatIsNotBuiltYet(text: String, expected: String) throws {
        #expect(try refusal(of: Prometheus.self, text) == expected)
    }
}

// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Metrics

@Suite struct FamilyTests {
    @Test(
        "Names are words of letters, digits and underscores",
        arguments: [
            ("coredns_dns_requests_total", true), ("_a", true), ("A9", true), ("", false),
            ("9a", false), ("a-b", false), ("a b", false), ("a:b", false), ("é", false),
            ("a\n", false),
        ]
    )
    func knowsAName(text: String, isName: Bool) {
        #expect(Family.isName(text) == isName)
        #expect(Family.isLabelName(text) == isName)
    }

    @Test func keepsLabelsOfPrometheusToPrometheus() {
        #expect(!Family.isLabelName("__name__"))
        #expect(Family.isName("__name__"))
    }

    @Test func differsByKindAndScale() {
        let time = Family.histogram("a_seconds", help: "A.", scale: .time)
        let slim = Family.histogram("a_seconds", help: "A.", scale: .slimTime)

        #expect(time != slim)
        #expect(time == time)
        #expect(Family.gauge("a", help: "A.") != Family.gauge("a", help: "B."))
    }

    @Test func refusesACounterThatIsNotNamedLikeOne() async {
        await #expect(processExitsWith: .failure) { _ = Family.counter("hits", help: "Hits.") }
        await #expect(processExitsWith: .failure) {
            _ = Family.histogram("took", help: "Took.", scale: .time)
        }
        await #expect(processExitsWith: .failure) {
            _ = Family.gauge("twice", help: "Twice.", labels: ["a", "a"])
        }
    }
}

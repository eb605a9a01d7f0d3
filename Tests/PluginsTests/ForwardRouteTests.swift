// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing
import Wire

@testable import Plugins

@Suite struct ForwardRouteTests {
    @Test(arguments: [
        "except a.org b.org", "force_tcp", "prefer_udp", "expire 20s", "max_fails 0",
        "max_connect_attempts 3", "policy random", "policy round_robin", "policy sequential",
        "health_check 1s", "health_check 0.5s no_rec", "health_check 1s no_rec domain example.org",
        "max_concurrent 1000", "next NXDOMAIN servfail", "next_on_nodata", "failover SERVFAIL",
        "failover none",
        "failfast_all_unhealthy_upstreams", "max_age 10s", "max_age 0", "max_idle_conns 7",
        "read_timeout 1500ms", "hedge", "max_rate 0", "max_rate 500",
    ])
    func takesEveryOption(option: String) throws {
        #expect(try refusal(of: Forward.self, "forward . 192.0.2.1 {\n  \(option)\n}") == nil)
    }

    @Test(arguments: [
        ("except", "2:3: 'except' wants names"),
        (
            "except a..b",
            "2:10: 'a..b' is no zone; a name like 'example.org' or a network like "
                + "'192.0.2.0/24' is wanted"
        ),
        ("force_tcp yes", "2:13: 'force_tcp' takes no argument"),
        ("hedge 5ms", "2:9: 'hedge' takes no argument"),
        ("max_rate -1", "2:12: '-1' is no number from 0 to 2147483647"),
        ("expire 10", "2:10: '10' is no duration like '30s' or '250ms'"),
        ("max_age 1s", "2:11: 'max_age' must be 0 or at least 'expire', 10s"),
        ("max_fails -1", "2:13: '-1' is no number from 0 to 2147483647"),
        ("max_concurrent x", "2:18: 'x' is no number from 0 to 2147483647"),
        ("max_concurrent", "2:3: 'max_concurrent' wants a number"),
        (
            "policy best",
            "2:10: unknown policy 'best'; 'random', 'round_robin' or 'sequential' is "
                + "wanted"
        ),
        ("next NONE", "2:8: 'NONE' is no response code like 'SERVFAIL' or 'NXDOMAIN'"),
        ("failover NOERROR", "2:12: 'failover' cannot be on NOERROR"),
        ("failover", "2:3: 'failover' wants response codes, or 'none'"),
        (
            "failover none SERVFAIL",
            "2:12: 'none' is no response code like 'SERVFAIL' or 'NXDOMAIN'"
        ),
        (
            "health_check",
            "2:3: 'health_check' wants a duration, and at most 'no_rec' and 'domain' "
                + "with a name"
        ),
        ("health_check 1s domain", "2:19: 'domain' wants a name"),
        ("health_check 1s domain a..b", "2:26: 'a..b' is no domain name"),
        ("health_check 1s rec", "2:19: 'rec' is neither 'no_rec' nor 'domain'"),
        ("read_timeout 0s", "2:16: '0s' must be 1ms to 1m"),
        ("doh_method GET", "2:3: option 'doh_method' is not built yet"),
        ("max_failures 3", "2:3: unknown option 'max_failures'; try 'max_fails'"),
    ])
    func refusesWhatIsNoOption(option: String, expected: String) throws {
        let text = "forward . 192.0.2.1 {\n  \(option)\n}"

        #expect(try refusal(of: Forward.self, text) == "Corefile:" + expected)
    }

    @Test(arguments: [
        ("forward", "1:1: 'forward' wants a zone and upstreams"),
        (
            "forward .",
            "1:9: no upstream to forward to; an address or a file that names servers is "
                + "wanted"
        ),
        (
            "forward a..b 192.0.2.1",
            "1:9: 'a..b' is no zone; a name like 'example.org' or a network "
                + "like '192.0.2.0/24' is wanted"
        ),
    ])
    func refusesWhatIsNoStanza(text: String, expected: String) throws {
        #expect(try refusal(of: Forward.self, text) == "Corefile:" + expected)
    }

    @Test func takesAsManyUpstreamsAsItMayAndNoMore() throws {
        let all = (1...64).map { "192.0.2.\($0)" }.joined(separator: " ")

        #expect(try refusal(of: Forward.self, "forward . \(all)") == nil)
        #expect(try refusal(of: Forward.self, "forward . \(all) 192.0.2.64") == nil)
        #expect(
            try refusal(of: Forward.self, "forward . \(all) 192.0.2.65")
                == "Corefile:1:\(12 + all.count): more than 64 upstreams in one stanza"
        )
    }

    @Test func forwardsTheFirstOfSeveralZonesAndSaysSo() throws {
        let (plugin, setup) = try Surroundings().make(
            Forward.self,
            "forward 10.0.0.0/15 192.0.2.1"
        )

        #expect(ask(plugin, try query("1.0.10.in-addr.arpa")).outcome == .wait)
        #expect(ask(plugin, try query("1.1.10.in-addr.arpa")).outcome == .pass)
        #expect(setup.reports.map(\.isWarning) == [true])
    }
}

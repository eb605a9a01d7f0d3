// SPDX-License-Identifier: Apache-2.0

import Corefile
import Plugin
import Plugins
import Testing

@Suite struct AllTests {
    /// The order of CoreDNS 1.14.7, outermost first.
    private let order = [
        "root", "metadata", "geoip", "cancel", "proxyproto", "quic", "grpc_server", "https",
        "https3", "timeouts", "multisocket", "reload", "nsid", "bufsize", "bind", "debug", "trace",
        "ready", "health", "pprof", "shed", "prometheus", "errors", "log", "dnstap", "local",
        "dns64", "any", "chaos", "loadbalance", "tsig", "rewrite", "autopath", "acl", "cache",
        "header", "dnssec", "tls", "minimal", "template", "transfer", "hosts", "route53", "azure",
        "clouddns", "k8s_external", "kubernetes", "file", "auto", "secondary", "etcd", "loop",
        "forward", "grpc", "erratic", "whoami", "on", "sign", "view", "nomad",
    ]

    @Test func standsInTheOrderOfCoreDNS() {
        // A plugin that CoreDNS does not have may stand anywhere.
        let places = all.compactMap { order.firstIndex(of: $0.manual.name) }

        #expect(places == places.sorted())
        #expect(Set(places).count == places.count)
        #expect(Set(all.map { $0.manual.name }).count == all.count)
    }

    @Test func knowsEveryPluginOfCoreDNSAsBuiltOrNotYet() {
        let built = all.map { $0.manual.name }

        #expect(Set(built).isDisjoint(with: notYet))
        #expect(Set(order).subtracting(built).subtracting(notYet).isEmpty)
        #expect(notYet == notYet.sorted())
    }

    @Test func takesTheExampleOfEveryManual() throws {
        var surroundings = Surroundings()
        surroundings.files.contents["/etc/resolv.conf"] = "nameserver 192.0.2.1\n"
        // The examples of these name data that they need; their own tests hold it.
        for plugin in all where !["kubernetes", "file"].contains(plugin.manual.name) {
            let manual = plugin.manual
            let found = try stanzas(manual.example)

            #expect(try refusal(of: plugin, manual.example, in: surroundings) == nil)
            #expect(found.allSatisfy { $0.name.text == manual.name })
            #expect(!manual.summary.isEmpty)
        }
    }

    @Test func countsUnderTheNamesOfTheManuals() throws {
        var surroundings = Surroundings()
        surroundings.files.contents["/etc/resolv.conf"] = "nameserver 192.0.2.1\n"
        var setup = try surroundings.setup()
        var names: [String] = []
        for plugin in all where !["kubernetes", "file"].contains(plugin.manual.name) {
            _ = try plugin.init(parsing: try stanzas(plugin.manual.example), setup: &setup)
            names += plugin.manual.metricNames
        }
        let shown = surroundings.page.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }
            .compactMap { line in line.split(separator: " ").dropFirst(2).first.map(String.init) }

        #expect(Set(shown).subtracting(names) == [])
        #expect(Set(Cache.manual.metricNames).subtracting(shown) == [])
    }

    @Test func namesAnUnknownOptionAndTheNearestKnownOne() throws {
        for plugin in all {
            guard let option = plugin.manual.optionNames.first, plugin.manual.name != "hosts",
                !["kubernetes", "file"].contains(plugin.manual.name)
            else { continue }
            var surroundings = Surroundings()
            surroundings.files.contents["/etc/resolv.conf"] = "nameserver 192.0.2.1\n"
            let head = try #require(
                plugin.manual.example.split(separator: "\n").first
            )
            let line = head.hasSuffix("{") ? String(head) : head + " {"

            let text = try refusal(of: plugin, "\(line)\n  \(option)x\n}", in: surroundings)

            #expect(text == "Corefile:2:3: unknown option '\(option)x'; try '\(option)'")
        }
    }
}

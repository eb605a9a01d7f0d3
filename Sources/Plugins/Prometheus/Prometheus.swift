// SPDX-License-Identifier: Apache-2.0

import Corefile
import Metrics
import Plugin
import Wire

/// Counts the queries of a server block, and serves every metric of the process at `/metrics`.
///
/// Names and labels are CoreDNS's. The page shows what other plugins count too, whichever block
/// they are in.
package struct Prometheus: Observer, Tallier {
    package static let manual = Manual(
        name: "prometheus",
        summary: "a page with the metrics of the process: /metrics",
        usage: "[ADDRESS:PORT]",
        options: [
            Manual.Option("runtime_metrics", "not built yet"),
            Manual.Option("tls FILE", "not built yet"),
        ],
        example: "prometheus localhost:9153",
        metrics: QueryMetrics.names
    )

    /// The metrics of each zone, for each address that is bound; one zone after the other.
    private let metrics: [QueryMetrics]
    /// The addresses that the block binds; empty for every address, which has one label.
    private let addresses: [IPAddress]

    package init(parsing stanzas: [Stanza], setup: inout Setup) throws(CorefileError) {
        let stanza = try stanzas.onlyOnce()
        try stanza.arguments(atMost: 1)
        var address = PageAddress(address: IPAddress(v4: 0x7F00_0001), port: 9_153)
        if let word = stanza.arguments.first { address = try PageAddress(word) }
        for option in stanza.options {
            switch option.name.text {
            case "runtime_metrics", "tls": throw option.notYet()
            default: throw option.unknown(Self.manual.optionNames)
            }
        }
        let (registry, names) = (setup.metrics, setup.pluginNames)
        let servers = Self.servers(setup)
        addresses = setup.addresses
        metrics = setup.zones.flatMap { zone in
            let text = zone.description
            return servers.map { QueryMetrics(registry, server: $0, zone: text, plugins: names) }
        }
        setup.pages.append(
            Page(
                plugin: Self.manual.name,
                address: address.address,
                port: address.port,
                path: "/metrics",
                position: stanza.name.position,
                answer: {
                    let body = String(decoding: registry.page(), as: UTF8.self)
                    return Page.Response(
                        status: 200,
                        contentType: Registry.contentType,
                        body: body
                    )
                }
            )
        )
        Self.showPlugins(&setup)
    }

    /// The listeners' names in metrics, one for each address that is bound.
    private static func servers(_ setup: Setup) -> [String] {
        guard !setup.addresses.isEmpty else { return [setup.serverLabel] }
        return setup.addresses.map { "dns://\(Endpoint($0, port: setup.port))" }
    }

    /// Shows which plugins the block has, once it serves; those it lost are taken off the page.
    private static func showPlugins(_ setup: inout Setup) {
        let servers = servers(setup)
        let key = "prometheus \(servers) \(setup.zones.map(\.description))"
        let before = setup.previous(key, as: [[String]].self) ?? []
        var now: [[String]] = []
        for server in servers {
            for zone in setup.zones {
                now += setup.pluginNames.map { [server, zone.description, "", $0] }
            }
        }
        setup.kept[key] = now
        setup.whenServing.append { [registry = setup.metrics, now] in
            for labels in before where !now.contains(labels) {
                registry.gauge(QueryMetrics.enabled, labels).clear()
            }
            for labels in now { registry.gauge(QueryMetrics.enabled, labels).set(1) }
        }
    }

    package func sent(
        _ query: borrowing Query,
        _ report: borrowing SentReport,
        counting cells: borrowing WorkerCells
    ) {
        guard let place = place(query.zonePlace, query.local.address) else { return }
        metrics[place].count(query, report, cells)
    }

    package func count(
        _ tally: QueryTally,
        answeredBy plugin: Int,
        zone: Int,
        local: IPAddress,
        in cells: SharedCells
    ) {
        guard let place = place(zone, local) else { return }
        metrics[place].count(tally, answeredBy: plugin, cells)
    }

    /// The place of the metrics of a zone at an address.
    @inline(__always)
    private func place(_ zone: Int, _ local: IPAddress) -> Int? {
        var server = 0
        while server + 1 < addresses.count, addresses[server] != local { server += 1 }
        let place = zone * max(addresses.count, 1) + server
        return place < metrics.count ? place : nil
    }
}

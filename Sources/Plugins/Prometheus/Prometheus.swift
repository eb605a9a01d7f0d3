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

    /// The metrics of each zone at each port, for each address that is bound; one zone after the
    /// other.
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
        let registry = setup.metrics
        addresses = setup.addresses
        metrics = Self.takeSeries(&setup).metrics
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
    }

    /// The names of the listeners of a port in metrics, one for each address that is bound.
    private static func servers(_ addresses: [IPAddress], _ port: UInt16) -> [String] {
        guard !addresses.isEmpty else { return ["dns://:\(port)"] }
        return addresses.map { "dns://\(Endpoint($0, port: port))" }
    }

    /// The series of the zones of a block.
    private struct Series {
        /// The plugins that they tell apart.
        let plugins: [String]
        let metrics: [QueryMetrics]
    }

    /// The series of the running configuration, as long as the block has the same plugins.
    ///
    /// Which ones it has is shown once it serves; those it lost are taken off the page.
    private static func takeSeries(_ setup: inout Setup) -> Series {
        let (registry, names) = (setup.metrics, setup.pluginNames)
        let places = setup.servedZones.flatMap { served in
            servers(setup.addresses, served.port).map { (server: $0, zone: "\(served.zone)") }
        }
        let key = "prometheus " + places.map { "\($0) \($1)" }.joined(separator: " ")
        let before = setup.previous(key, as: Series.self)
        if let before, before.plugins == names {
            setup.kept[key] = before
            return before
        }
        let series = Series(
            plugins: names,
            metrics: places.map { server, zone in
                QueryMetrics(registry, server: server, zone: zone, plugins: names)
            }
        )
        setup.kept[key] = series
        let lost = before?.plugins.filter { !names.contains($0) } ?? []
        setup.whenServing.append {
            for (server, zone) in places {
                for name in lost {
                    registry.gauge(QueryMetrics.enabled, [server, zone, "", name]).clear()
                }
                for name in names {
                    registry.gauge(QueryMetrics.enabled, [server, zone, "", name]).set(1)
                }
            }
        }
        return series
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

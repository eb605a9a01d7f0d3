// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import bench

@Suite struct ClusterZonesTests {
    private let cluster = Cluster(serviceCount: 101)

    @Test func writesEachNameOnce() {
        let lines = cluster.zoneText.split(separator: "\n")

        #expect(lines.count == 4 + 2 * 101 + Cluster.endpointCount)
        #expect(Set(lines).count == lines.count)
        #expect(
            lines.prefix(6) == [
                "$TTL 30",
                "cluster.local. SOA ns.dns.cluster.local. hostmaster.cluster.local."
                    + " 1 7200 1800 86400 30",
                "cluster.local. NS ns.dns.cluster.local.",
                "ns.dns.cluster.local. A 127.0.0.1",
                "svc-0.ns-0.svc.cluster.local. A 10.96.1.0",
                "_http._tcp.svc-0.ns-0.svc.cluster.local. SRV 0 100 80"
                    + " svc-0.ns-0.svc.cluster.local.",
            ]
        )
        #expect(lines.contains("svc-100.ns-1.svc.cluster.local. A 10.96.1.100"))
        #expect(lines.last == "headless.default.svc.cluster.local. A 10.244.1.99")
    }

    @Test func writesTheNamesOfAddresses() {
        let lines = cluster.reverseZoneText.split(separator: "\n")

        #expect(lines.count == 3 + 101)
        #expect(lines[1].hasPrefix("10.in-addr.arpa. SOA "))
        #expect(lines.last == "100.1.96.10.in-addr.arpa. PTR svc-100.ns-1.svc.cluster.local.")
    }

    @Test func writesTheSameAddressesAsAHostsFile() {
        let lines = cluster.hostsText.split(separator: "\n")

        #expect(lines.count == 101 + Cluster.endpointCount)
        #expect(lines.first == "10.96.1.0 svc-0.ns-0.svc.cluster.local")
        #expect(lines.last == "10.244.1.99 headless.default.svc.cluster.local")
    }

    @Test func writesThePodsOfHeadlessServices() {
        let cluster = Cluster(serviceCount: 2, podCount: 4)
        let lines = cluster.zoneText.split(separator: "\n")
        let name = "svc-1.ns-0.svc.cluster.local."

        #expect(lines.contains("svc-0.ns-0.svc.cluster.local. A 10.96.1.0"))
        #expect(
            lines.filter { $0.contains("svc-1") } == [
                "\(name) A 10.128.0.2", "pod-2.\(name) A 10.128.0.2",
                "_http._tcp.\(name) SRV 0 100 80 pod-2.\(name)",
                "\(name) A 10.128.0.3", "pod-3.\(name) A 10.128.0.3",
                "_http._tcp.\(name) SRV 0 100 80 pod-3.\(name)",
            ]
        )
        #expect(
            cluster.reverseZoneText.split(separator: "\n").suffix(2) == [
                "2.0.128.10.in-addr.arpa. PTR pod-2.\(name)",
                "3.0.128.10.in-addr.arpa. PTR pod-3.\(name)",
            ]
        )
    }

    @Test func givesEachServiceAnAddressOfItsOwn() {
        let last = Cluster.maximumServiceCount - 1

        #expect("\(Cluster.address(of: last))" == "10.111.67.63")
        #expect(Cluster.address(of: 256) != Cluster.address(of: 0))
    }
}

// SPDX-License-Identifier: Apache-2.0

import Wire

/// The cluster that every server of a run serves: Services `svc-N.ns-M`, 100 a namespace, and one
/// headless Service of 100 endpoints.
struct Cluster {
    /// The most Services: the addresses come from 10.96.0.0/12.
    static let maximumServiceCount = 1_000_000
    static let zone = "cluster.local"
    /// The zone of the addresses' names; it is one for all servers.
    static let reverseZone = "10.in-addr.arpa"
    static let servicesPerNamespace = 100
    static let headlessName = "headless.default.svc.cluster.local"
    static let endpointCount = 100
    /// The time to live of every record, in seconds.
    static let ttl = 30

    let serviceCount: Int
    /// The Pods behind the Services `svc-N`, each an endpoint of one; 0 where none are described.
    var podCount = 0
    /// How the manifests describe them.
    var backing = Backing.slices

    var namespaceCount: Int {
        (serviceCount + Self.servicesPerNamespace - 1) / Self.servicesPerNamespace
    }

    /// The Services of one namespace, by their numbers.
    func services(ofNamespace namespace: Int) -> Range<Int> {
        let first = namespace * Self.servicesPerNamespace
        return first..<max(first, min(serviceCount, first + Self.servicesPerNamespace))
    }

    /// The full name of a Service.
    static func name(of index: Int) -> String {
        "svc-\(index).ns-\(index / servicesPerNamespace).svc.\(zone)"
    }

    /// The name that asks for the port of a Service.
    static func portName(of index: Int) -> String { "_http._tcp.\(name(of: index))" }

    static func address(of index: Int) -> IPAddress {
        IPAddress(v4: 0x0A60_0100 + UInt32(index))
    }

    static func endpointAddress(of index: Int) -> IPAddress {
        IPAddress(v4: 0x0AF4_0100 + UInt32(index))
    }

    /// The name that asks whose an address is (RFC 1035 §3.5).
    static func reverseName(of address: IPAddress) -> String {
        let bytes = (0..<address.byteCount).reversed().map { "\(address.byte(at: $0))" }
        return bytes.joined(separator: ".") + ".in-addr.arpa"
    }
}

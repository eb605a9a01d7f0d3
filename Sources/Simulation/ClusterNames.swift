// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Wire

/// Draws names that may or may not be those of a cluster.
struct ClusterNames: Sendable {
    private static let zone = "cluster.local"

    /// A name for a question to a server of `cluster`.
    func next(_ cluster: WorldCluster, _ dice: inout Dice) -> String {
        let file = dice.pick(cluster.files)
        guard !file.documents.isEmpty, dice.chance(90) else { return strange(&dice) }
        switch dice.pick(file.documents).object {
        case .namespace(let namespace):
            return dice.pick(["", "x."]) + "\(namespace.metadata.name).svc.\(Self.zone)"
        case .service(let service): return name(of: service, &dice)
        case .endpointSlice(let slice): return name(of: slice, &dice)
        case .pod(let pod): return name(of: pod, &dice)
        case .workload(let workload): return name(of: workload, &dice)
        case .node(let node): return node.podAddress.map { reverse($0, &dice) } ?? strange(&dice)
        case .other, .podGroup: return strange(&dice)
        }
    }

    private func name(of service: Service, _ dice: inout Dice) -> String {
        let (name, namespace) = (service.metadata.name, service.metadata.namespace)
        let base = "\(name).\(namespace).svc.\(Self.zone)"
        switch dice.below(20) {
        case 0: return "missing\(dice.below(5)).\(namespace).svc.\(Self.zone)"
        case 1: return "\(name).nowhere.svc.\(Self.zone)"
        // What the search path of a Pod makes of a name.
        case 2: return base + ".default.svc." + Self.zone
        case 3: return base + "." + Self.zone
        case 4: return "a.b.c.\(base)"
        case 5: return "_tcp.\(base)"
        case 6: return "x.\(base)"
        case 7..<11:
            let port = service.ports.isEmpty ? nil : dice.pick(service.ports)
            let label = port.map { $0.name.isEmpty ? "http" : $0.name } ?? "http"
            let transport = dice.chance(80) ? port?.transport.rawValue.lowercased() : nil
            let mark = dice.chance(85) ? "_" : ""
            return "\(mark)\(label).\(mark)\(transport ?? "udp").\(base)"
        case 11..<13:
            guard case .clusterIP(let own) = service.kind, let first = own.first else {
                return base
            }
            return reverse(first, &dice)
        default: return base
        }
    }

    private func name(of slice: EndpointSlice, _ dice: inout Dice) -> String {
        let base = "\(slice.serviceName).\(slice.metadata.namespace).svc.\(Self.zone)"
        guard !slice.endpoints.isEmpty else { return base }
        let endpoint = dice.pick(slice.endpoints)
        guard let address = endpoint.addresses.first, dice.chance(60) else { return base }
        if dice.chance(35) { return reverse(address, &dice) }
        let dashed = dashed(address)
        let label = dice.pick([dashed, endpoint.hostname, endpoint.podName])
        return "\(label.isEmpty ? dashed : label).\(base)"
    }

    private func name(of pod: Pod, _ dice: inout Dice) -> String {
        let base = "\(pod.metadata.namespace).pod.\(Self.zone)"
        guard let address = pod.addresses.last else { return base }
        switch dice.below(10) {
        case 0: return base
        case 1: return "1-2-3-\(dice.below(300)).\(base)"
        case 2: return "a.b.\(dashed(address)).\(base)"
        case 3: return "a.b.c.\(dashed(address)).\(base)"
        case 4: return "\(dashed(address)).nowhere.pod.\(Self.zone)"
        case 5: return "01-2-3-4.\(base)"
        case 6: return reverse(address, &dice)
        default: return "\(dashed(address)).\(base)"
        }
    }

    /// The name of a Pod of a workload: by its host name, or its first Service.
    private func name(of workload: Workload, _ dice: inout Dice) -> String {
        let isNumbered = workload.kind == .statefulSet
        let template = workload.template
        let hostname = isNumbered ? "\(workload.metadata.name)-0" : template.hostname
        let service = isNumbered ? workload.serviceName : template.subdomain
        let base = "\(service).\(workload.metadata.namespace).svc.\(Self.zone)"
        return dice.chance(60) ? "\(hostname).\(base)" : base
    }

    private func dashed(_ address: IPAddress) -> String {
        let text = address.description.replacing(".", with: "-").replacing(":", with: "-")
        return text.hasSuffix("-") ? text + "0" : text
    }

    /// The reverse name of an address, sometimes without its first labels.
    private func reverse(_ address: IPAddress, _ dice: inout Dice) -> String {
        var text = address.reverseText
        guard dice.chance(15) else { return text }
        for _ in 0..<dice.number(1...2) {
            text = String(text.drop { $0 != "." }.dropFirst())
        }
        return text
    }

    private func strange(_ dice: inout Dice) -> String {
        let zone = Self.zone
        return dice.pick([
            zone, "svc.\(zone)", "pod.\(zone)", "default.svc.\(zone)", "default.pod.\(zone)",
            "dns-version.\(zone)", "x.dns-version.\(zone)", "nothing.\(zone)", "empty.svc.\(zone)",
            "large.default.svc.\(zone)", "_http._tcp.large.default.svc.\(zone)",
            "10.in-addr.arpa", "1.2.3.10.in-addr.arpa", "ip6.arpa", "x.10.in-addr.arpa",
            "256.1.10.in-addr.arpa", "0.d.f.ip6.arpa", "dns.\(zone)", "ns.dns.\(zone)",
            "ns.dns.10.in-addr.arpa", "ns.dns.ip6.arpa",
        ])
    }
}

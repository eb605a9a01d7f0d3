// SPDX-License-Identifier: Apache-2.0

import Wire

/// The cluster as servers know it that have never heard of Kubernetes.
extension Cluster {
    /// The master file of the cluster's names (RFC 1035 §5).
    var zoneText: String {
        var text = Self.head(of: Self.zone)
        text += "ns.dns.\(Self.zone). A 127.0.0.1\n"
        for index in 0..<serviceCount {
            let name = Self.name(of: index)
            guard !isHeadless(index) else {
                appendPods(ofService: index, to: &text)
                continue
            }
            text += "\(name). A \(Self.address(of: index))\n"
            text += "\(Self.portName(of: index)). SRV 0 100 80 \(name).\n"
        }
        for index in 0..<Self.endpointCount {
            text += "\(Self.headlessName). A \(Self.endpointAddress(of: index))\n"
        }
        return text
    }

    /// The master file of the addresses' names.
    var reverseZoneText: String {
        var text = Self.head(of: Self.reverseZone)
        for index in 0..<serviceCount {
            guard !isHeadless(index) else {
                for pod in pods(ofService: index) {
                    let reverse = Self.reverseName(of: Self.podAddress(of: pod))
                    text += "\(reverse). PTR \(Self.name(ofPod: pod, ofService: index)).\n"
                }
                continue
            }
            let reverse = Self.reverseName(of: Self.address(of: index))
            text += "\(reverse). PTR \(Self.name(of: index)).\n"
        }
        return text
    }

    /// The same addresses as a hosts file; the names of addresses follow from it.
    var hostsText: String {
        var text = ""
        for index in 0..<serviceCount {
            text += "\(Self.address(of: index)) \(Self.name(of: index))\n"
        }
        for index in 0..<Self.endpointCount {
            text += "\(Self.endpointAddress(of: index)) \(Self.headlessName)\n"
        }
        return text
    }

    /// The records of a headless Service: its Pods' addresses, their names and their ports.
    private func appendPods(ofService service: Int, to text: inout String) {
        let name = Self.name(of: service)
        for pod in pods(ofService: service) {
            let host = Self.name(ofPod: pod, ofService: service)
            let address = Self.podAddress(of: pod)
            text += "\(name). A \(address)\n\(host). A \(address)\n"
            text += "\(Self.portName(of: service)). SRV 0 100 80 \(host).\n"
        }
    }

    /// What every zone begins with.
    private static func head(of zone: String) -> String {
        """
        $TTL \(ttl)
        \(zone). SOA ns.dns.cluster.local. hostmaster.cluster.local. 1 7200 1800 86400 \(ttl)
        \(zone). NS ns.dns.cluster.local.

        """
    }
}

// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Testing
import Wire

@Suite struct ClusterSoleAddressesTests {
    private static func service(_ name: String, _ addresses: [String]) -> ClusterObject {
        .service(
            Service(
                metadata: Metadata(name: name, namespace: "default", labels: [:]),
                kind: addresses.isEmpty
                    ? .headless : .clusterIP(addresses.compactMap { IPAddress($0) }),
                ports: [],
                selector: [:],
                publishesNotReadyAddresses: false
            )
        )
    }

    /// What is named, as `NAME TYPE`.
    private static func named(_ cluster: Cluster, otherwiseThan other: Cluster? = nil) -> [String] {
        var found: [String] = []
        cluster.soleAddresses(otherwiseThan: other) { name, type in
            let text = (try? Name(wire: (name + [0]).span))?.description ?? "?"
            found.append("\(text) \(type)")
        }
        return found.sorted()
    }

    @Test func namesServicesWithOneAddressOfAFamily() {
        let cluster = Cluster([
            Self.service("four", ["10.96.0.1"]), Self.service("six", ["2001:db8::1"]),
            Self.service("both", ["10.96.0.2", "2001:db8::2"]),
            Self.service("two", ["10.96.0.3", "10.96.0.4", "2001:db8::3"]),
            Self.service("none", []),
        ])

        #expect(
            Self.named(cluster) == [
                "both.default.svc. A", "both.default.svc. AAAA", "four.default.svc. A",
                "six.default.svc. AAAA", "two.default.svc. AAAA",
            ]
        )
    }

    @Test func leavesOutWhatBothClustersShare() throws {
        let registry = ClusterRegistry()
        let all = (0..<200).map { Self.service("s\($0)", ["10.96.0.\($0)"]) }
        let before = registry.cluster(removing: [], adding: all)

        let after = registry.cluster(
            removing: [all[7]],
            adding: [Self.service("s7", ["10.96.1.7"])]
        )

        // Those that lie in the same shard may be named too.
        #expect(Self.named(after, otherwiseThan: before).contains("s7.default.svc. A"))
        #expect(Self.named(before, otherwiseThan: after).contains("s7.default.svc. A"))
        #expect(Self.named(after, otherwiseThan: before).count < 10)
        #expect(Self.named(after, otherwiseThan: after).isEmpty)
        #expect(Self.named(after).count == 200)
    }
}

// SPDX-License-Identifier: Apache-2.0

import Corefile
import Kubernetes
import Plugin
import Testing
import Wire

@testable import Plugins

@Suite struct KubernetesAllocationSettingsTests {
    private static func settings(_ options: String) throws -> KubernetesSettings {
        let stanza = try #require(
            try stanzas("kubernetes cluster.local {\nmanifests m\n\(options)\n}").first
        )
        return try KubernetesSettings(parsing: stanza, zones: [])
    }

    @Test func givesFromTheUsualRangesUnlessItIsToldOthers() throws {
        let usual = try Self.settings("").allocation
        let told = try Self.settings(
            """
            service_cidr 10.0.0.0/16 fd00::/108
            load_balancer_pool 192.0.2.0/28 2001:db8::/120
            load_balancer_pool 198.51.100.7/32
            node_ports 20000-20999
            pod_cidr 172.16.0.0/26 fd01::/122
            workloads off
            """
        ).allocation

        #expect(usual == AllocationOptions())
        #expect(usual.serviceNetworks.map(\.description) == ["10.96.0.0/12"])
        #expect(usual.nodePorts == 30_000...32_767)
        #expect(told.serviceNetworks.map(\.description) == ["10.0.0.0/16", "fd00::/108"])
        #expect(told.isServiceNetworkWritten && told.areNodePortsWritten)
        #expect(told.loadBalancerNetworks.count == 3)
        #expect(told.nodePorts == 20_000...20_999)
        #expect(usual.podNetworks.map(\.description) == ["10.244.0.0/16"])
        #expect(usual.makesPods)
        #expect(told.podNetworks.map(\.description) == ["172.16.0.0/26", "fd01::/122"])
        #expect(!told.makesPods)
    }

    @Test(
        "A range that cannot be is refused",
        arguments: [
            (
                "service_cidr",
                "3:1: 'service_cidr' wants one network, or one of each family, such as 10.96.0.0/12"
            ),
            (
                "service_cidr 10.0.0.0/8 fd00::/8 10.0.0.0/8",
                """
                3:34: '10.0.0.0/8' is one argument too many; 'service_cidr' wants one network, or \
                one of each family, such as 10.96.0.0/12
                """
            ),
            ("service_cidr 10.0.0.0", "3:14: '10.0.0.0' is not a network, such as 10.96.0.0/12"),
            (
                "service_cidr 10.0.0.1/8",
                "3:14: '10.0.0.1/8' begins inside its network; '10.0.0.0/8' is the whole of it"
            ),
            (
                "service_cidr 10.0.0.0/31",
                """
                3:14: '10.0.0.0/31' has no address for a Service; a length of 30 or less leaves some
                """
            ),
            (
                "service_cidr 10.0.0.0/8 10.96.0.0/12",
                """
                3:25: '10.96.0.0/12' is of the family of '10.0.0.0/8'; a second network is of the \
                other one
                """
            ),
            (
                "load_balancer_pool 192.0.2.0/24 192.0.2.0/28",
                """
                3:33: '192.0.2.0/28' and '192.0.2.0/24' have addresses in common; keep one of them
                """
            ),
            (
                "load_balancer_pool 10.100.0.0/16",
                """
                3:20: '10.100.0.0/16' has addresses of '10.96.0.0/12', which Services have unless \
                'service_cidr' says otherwise
                """
            ),
            (
                "load_balancer_pool 10.0.0.0/16\nservice_cidr 10.0.0.0/8",
                "3:20: '10.0.0.0/16' has addresses of '10.0.0.0/8'"
            ),
            (
                "pod_cidr 10.244.0.0/27",
                "3:10: '10.244.0.0/27' has no address for a Pod; a length of 26 or less leaves some"
            ),
            (
                "pod_cidr fd00::/123",
                "3:10: 'fd00::/123' has no address for a Pod; a length of 122 or less leaves some"
            ),
            (
                "pod_cidr 10.100.0.0/16",
                """
                3:10: '10.100.0.0/16' has addresses of '10.96.0.0/12', which Services have unless \
                'service_cidr' says otherwise
                """
            ),
            (
                "load_balancer_pool 10.244.0.0/24\npod_cidr 10.244.0.0/16",
                "3:20: '10.244.0.0/24' has addresses of '10.244.0.0/16'"
            ),
            (
                "service_cidr 10.0.0.0/8\npod_cidr 10.244.0.0/16",
                "4:10: '10.244.0.0/16' has addresses of '10.0.0.0/8'"
            ),
            ("workloads yes", "3:11: 'yes' is neither 'on' nor 'off'"),
            (
                "node_ports 30000",
                "3:12: '30000' is not the first and the last port, such as 30000-32767"
            ),
            (
                "node_ports 2-1",
                "3:12: '2-1' is not the first and the last port, such as 30000-32767"
            ),
            (
                "node_ports 0-1",
                "3:12: '0-1' is not the first and the last port, such as 30000-32767"
            ),
            (
                "node_ports 1-65536",
                "3:12: '1-65536' is not the first and the last port, such as 30000-32767"
            ),
        ]
    )
    func refuses(options: String, expected: String) throws {
        let error = #expect(throws: CorefileError.self) { try Self.settings(options) }

        #expect(error?.description == "Corefile:\(expected)")
    }

    /// Such a Corefile is older than Pods that are made; these get what is left.
    @Test(
        "Others may have what Pods would by default",
        arguments: ["service_cidr 10.0.0.0/8", "load_balancer_pool 10.244.0.0/24"]
    )
    func takesNetworksOfTheRangeForPodsThatNobodyWrote(options: String) throws {
        let settings = try Self.settings(options)

        #expect(settings.allocation.podNetworks.map(\.description) == ["10.244.0.0/16"])
    }

    @Test func takesAsManyNetworksAsTheLimitAllows() throws {
        let limit = AllocationOptions.maximumLoadBalancerNetworkCount
        let networks = (0...limit).map { "192.0.2.\($0)/32" }
        let allowed = networks.dropLast().joined(separator: " ")
        let tooMany = networks.joined(separator: " ")

        #expect(
            try Self.settings("load_balancer_pool \(allowed)").allocation.loadBalancerNetworks.count
                == limit
        )
        #expect(throws: CorefileError.self) { try Self.settings("load_balancer_pool \(tooMany)") }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@testable import Kubernetes

/// Where made Pods run, and which addresses there are.
@Suite struct NodeRoomsTests {
    @Test func givesAPodANodeOfTheNameThatItAsksFor() {
        var selected = Crew.pod("selected")
        selected.placement.nodeSelector = ["kubernetes.io/hostname": "k8s-node1"]
        var named = Crew.pod("named")
        named.placement.nodeName = "k8s-node2"

        let crew = Crew([
            .pod(selected), .pod(named), .workload(Crew.deployment("web", podCount: 30)),
        ])

        #expect(crew.pod("selected")?.placement.nodeName == "k8s-node1")
        #expect(crew.pod("named")?.placement.nodeName == "k8s-node2")
        // Nobody else runs there.
        #expect(crew.pods.count { $0.placement.nodeName.hasPrefix("k8s") } == 2)
    }

    @Test func usesTheNetworkOfANode() throws {
        var node = Crew.node("worker")
        node.podNetworks = [try #require(AddressNetwork("10.42.3.0/24"))]

        let crew = Crew([.workload(Crew.deployment("web", podCount: 9)), .node(node)])

        #expect(crew.addresses.allSatisfy { $0.hasPrefix("10.42.3.") })
    }

    @Test func givesPodsInTheNetworkOfTheirNodeItsAddresses() throws {
        var node = Crew.node("worker")
        node.addresses = [try #require(IPAddress("192.0.2.7"))]
        var set = Crew.workload(.daemonSet, "agent")
        set.template.placement.usesHostNetwork = true

        let crew = Crew([.workload(set), .node(node)])

        #expect(crew.addresses == ["192.0.2.7"])
    }

    /// The Node's own address lies in the network of its Pods.
    @Test func neverGivesTheAddressOfANode() throws {
        var node = Crew.node("n1")
        node.podNetworks = [try #require(AddressNetwork("10.244.0.0/28"))]
        node.addresses = [try #require(IPAddress("10.244.0.5"))]
        var host = Crew.deployment("host", podCount: 1)
        host.template.placement.usesHostNetwork = true
        let web = Crew.deployment("web", podCount: 12)

        var crew = Crew([.node(node), .workload(web), .workload(host)])
        let own = crew.pods.filter { $0.addresses == node.addresses }.map(\.owner?.name)
        crew.change(removing: [.workload(host)])
        crew.change(adding: [.workload(Crew.deployment("late", podCount: 1))])

        #expect(own.count == 1)
        #expect(own.first??.hasPrefix("host-") == true)
        #expect(Set(crew.addresses).count == 13)
        #expect(!crew.addresses.contains("10.244.0.5"))
    }

    @Test("Every range of IPv6 has blocks apart from each other", arguments: 48...122)
    func cutsRangesOfIPv6(length: Int) throws {
        var options = AllocationOptions()
        options.podNetworks = [try #require(AddressNetwork("fd00:10:244::/\(length)"))]
        let asked = (0..<12).map { number in
            var pod = Crew.pod("p\(number)")
            pod.placement.nodeName = "node-\(number)"
            return ClusterObject.pod(pod)
        }

        let crew = Crew(asked, options)

        #expect(Set(crew.addresses).count == 12)
        let range = options.podNetworks[0]
        #expect(crew.pods.flatMap(\.addresses).allSatisfy(range.contains))
    }

    @Test func saysThatNoNodeTakesPods() {
        let crew = Crew([.pod(Crew.pod("open")), .node(Crew.node("a", isSchedulable: false))])

        #expect(crew.complaints == ["a Pod has no address, as no Node takes new Pods"])
    }

    @Test func saysThatNoNodeSuits() {
        var pod = Crew.pod("open")
        pod.placement.nodeSelector = ["disk": "ssd"]

        var crew = Crew([.pod(pod)])
        let said = crew.complaints
        let before = crew.addresses
        crew.change(adding: [.node(Crew.node("a", labels: ["disk": "ssd"]))])

        #expect(
            said == [
                "a Pod has no address, as no Node that takes new Pods has the labels of nodeSelector"
            ]
        )
        #expect(before == [])
        #expect(crew.addresses.count == 1)
        #expect(crew.complaints == [])
    }

    /// A range of 16 blocks, each of 16 addresses of which 13 are for Pods.
    @Test func givesEveryAddressThatThereIsAndSaysWhenThereIsNone() throws {
        var options = AllocationOptions()
        options.podNetworks = [try #require(AddressNetwork("10.9.0.0/24"))]
        let all = ClusterObject.workload(Crew.deployment("web", podCount: 208))
        let more = ClusterObject.workload(Crew.deployment("web", podCount: 209))

        var crew = Crew([all], options)
        let (count, said) = (Set(crew.addresses).count, crew.complaints)
        crew.change(removing: [all], adding: [more])

        #expect(count == 208)
        #expect(said == [])
        #expect(Set(crew.addresses).count == 208)
        #expect(
            crew.complaints == [
                "a Pod has no address, as 10.9.0.0/24 has none left; a larger pod_cidr has"
            ]
        )
    }
}

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

    @Test func givesAnAddressThatIsFreeAgainToWhoWaitsForOne() throws {
        var options = AllocationOptions()
        options.podNetworks = [try #require(AddressNetwork("10.9.0.0/24"))]
        let first = ClusterObject.workload(Crew.deployment("first", podCount: 200))
        let last = ClusterObject.pod(Crew.pod("last", "10.9.0.2"))
        let waiting = ClusterObject.workload(Crew.deployment("web", podCount: 20))

        var crew = Crew([last, first, waiting], options)
        let said = crew.complaints.count
        crew.change(removing: [last])
        let count = crew.addresses.count
        crew.change(removing: [first])

        #expect(said == 1)
        #expect(count == 208)
        #expect(crew.addresses.count == 20)
        #expect(crew.complaints == [])
    }

    @Test func looksAtThoseWhoWaitOnlyWhenAnAddressIsFreed() throws {
        var options = AllocationOptions()
        options.podNetworks = [try #require(AddressNetwork("10.9.0.0/24"))]
        let web = StoredObject(.workload(Crew.deployment("web", podCount: 209)))
        let pod = StoredObject(.pod(Crew.pod("other", "10.9.0.2")))
        var census = ClusterCensus(ClusterOptions())
        var workloads = Workloads(options)
        let start = workloads.take(Provision.Difference(gone: [], come: [web, pod]))
        for object in start.come { census.add(object) }
        _ = workloads.settle(census)

        _ = workloads.take(Provision.Difference(gone: [pod], come: [pod]))
        let touched = workloads.touched
        _ = workloads.take(Provision.Difference(gone: [pod], come: []))

        #expect(workloads.complaints.count == 1)
        #expect(touched == [])
        #expect(workloads.touched == Set([web.key].compactMap(\.self)))
    }

    @Test func takesAnAddressFromAPodThatANodeComesToHave() throws {
        var crew = Crew([.workload(Crew.deployment("web", podCount: 3)), .node(Crew.node("n1"))])
        let before = crew.pods
        var other = Crew.node("n2")
        other.addresses = before[1].addresses

        crew.change(adding: [.node(other)])

        #expect(crew.pods[0] == before[0])
        #expect(crew.pods[2] == before[2])
        #expect(crew.pods[1].addresses.count == 1)
        #expect(crew.pods[1].addresses != before[1].addresses)
    }

    /// A range of more blocks than are counted, and a Node far behind these.
    @Test func hasBlocksLeftWhereANodeIsBehindThem() throws {
        var options = AllocationOptions()
        options.podNetworks = [try #require(AddressNetwork("fd00::/40"))]
        var far = Crew.node("far")
        far.podNetworks = [try #require(AddressNetwork("fd00:0:ff:ffff::/64"))]

        let crew = Crew(
            [.workload(Crew.deployment("web", podCount: 4)), .node(Crew.node("n1")), .node(far)],
            options
        )

        #expect(crew.addresses.count == 4)
        #expect(crew.complaints == [])
    }

    private static func rooms(_ nodes: [Node]) -> NodeRooms {
        var rooms = NodeRooms(AllocationOptions())
        _ = rooms.setRooms(nodes.map { NodeRoom($0) }, remembered: [:])
        for index in rooms.rooms.indices {
            _ = rooms.choose(index, .v4, 7, for: index) { _ in false }
        }
        return rooms
    }

    @Test func tellsWhosePodsHaveLostTheirAddressesAndNobodyElse() throws {
        let nodes = (0..<4).map { Crew.node("n\($0)") }
        var labelled = nodes[1]
        labelled.metadata.labels = ["disk": "ssd"]
        var networked = nodes[2]
        networked.podNetworks = [try #require(AddressNetwork("10.244.3.0/24"))]
        func makers(_ others: [Node]) -> Set<Int>? {
            var rooms = Self.rooms(nodes)
            return rooms.setRooms(others.map { NodeRoom($0) }, remembered: [:])?.makers
        }

        #expect(makers(nodes) == nil)
        #expect(makers(nodes + [Crew.node("n9")]) == [])
        #expect(makers(Array(nodes.dropFirst())) == [0])
        #expect(makers([nodes[0], labelled, nodes[2], nodes[3]]) == [])
        // The third takes what the fourth had.
        #expect(makers([nodes[0], nodes[1], networked, nodes[3]]) == [3])
    }

    @Test func movesPodsFromANodeThatHasAnotherLabelAndLeavesOthersThere() throws {
        var picky = Crew.deployment("picky", podCount: 2)
        picky.template.placement.nodeSelector = ["disk": "ssd"]
        let nodes = ["a", "b"].map { ClusterObject.node(Crew.node($0, labels: ["disk": "ssd"])) }
        var crew = Crew(
            nodes + [.workload(picky), .workload(Crew.deployment("web", podCount: 4))]
        )
        let before = crew.pods

        crew.change(removing: [nodes[0]], adding: [.node(Crew.node("a"))])

        for (old, new) in zip(before, crew.pods) {
            let isPicky = new.metadata.name.hasPrefix("picky")
            #expect(isPicky ? new.placement.nodeName == "b" : new == old)
        }
    }
}

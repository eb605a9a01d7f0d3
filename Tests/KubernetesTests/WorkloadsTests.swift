// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@testable import Kubernetes

@Suite struct WorkloadsTests {
    // MARK: Pods

    /// The names and addresses are a promise: where no file remembers them, they are these for ever.
    @Test func makesThePodsOfADeployment() throws {
        let crew = Crew([.workload(Crew.deployment("web", podCount: 3))])

        #expect(
            crew.pods.map(\.metadata.name).sorted() == [
                "web-wm9fpclbt-76k4v", "web-wm9fpclbt-ksvrf", "web-wm9fpclbt-vgh9v",
            ]
        )
        #expect(crew.addresses.sorted() == ["10.244.1.203", "10.244.2.143", "10.244.3.214"])
        #expect(Set(crew.pods.map(\.placement.nodeName)) == Set(Workloads.nodeNames))
        for pod in crew.pods {
            #expect(pod.metadata.labels["app"] == "web")
            #expect(pod.owner?.kind == "ReplicaSet")
            #expect(pod.owner?.name == "web-" + (pod.metadata.labels["pod-template-hash"] ?? ""))
        }
    }

    @Test func makesThePodsOfAStatefulSetWithNamesInItsService() {
        var set = Crew.workload(.statefulSet, "db", podCount: 2)
        set.serviceName = "db-headless"
        set.firstOrdinal = 3

        let crew = Crew([.workload(set)])

        #expect(crew.pods.map(\.metadata.name) == ["db-3", "db-4"])
        #expect(crew.pods.map(\.hostname) == ["db-3", "db-4"])
        #expect(crew.pods.map(\.subdomain) == ["db-headless", "db-headless"])
        #expect(
            crew.pods.map { $0.metadata.labels["statefulset.kubernetes.io/pod-name"] }
                == ["db-3", "db-4"]
        )
        #expect(crew.pods.map { $0.metadata.labels["apps.kubernetes.io/pod-index"] } == ["3", "4"])
    }

    @Test func makesThePodsOfAJob() {
        var job = Crew.workload(.job, "sum", podCount: 2)
        job.isIndexed = true

        let crew = Crew([.workload(job)])

        #expect(crew.pods.map { $0.metadata.name.prefix(6) } == ["sum-0-", "sum-1-"])
        #expect(crew.pods.map(\.hostname) == ["sum-0", "sum-1"])
        #expect(crew.pods.allSatisfy { $0.metadata.labels["job-name"] == "sum" })
    }

    @Test func makesAPodOfADaemonSetOnEachNodeThatSuits() {
        var set = Crew.workload(.daemonSet, "agent")
        set.template.placement.nodeSelector = ["disk": "ssd"]
        let nodes = [
            Crew.node("a", labels: ["disk": "ssd"]), Crew.node("b"),
            Crew.node("c", labels: ["disk": "ssd"], isSchedulable: false),
        ]

        let crew = Crew([.workload(set)] + nodes.map(ClusterObject.node))

        #expect(crew.pods.map(\.placement.nodeName) == ["a", "c"])
        #expect(Set(crew.pods.map(\.metadata.name)).count == 2)
    }

    @Test func keepsThePodsOfADaemonSetWhenANodeComes() {
        var crew = Crew([
            .workload(Crew.workload(.daemonSet, "agent")), .node(Crew.node("b")),
            .node(Crew.node("d")),
        ])
        let before = crew.pods

        crew.change(adding: [.node(Crew.node("a")), .node(Crew.node("c"))])

        #expect(crew.pods.count == 4)
        for pod in before { #expect(crew.pods.contains(pod)) }
    }

    @Test func givesAPodInAManifestTheAddressThatItHasNot() {
        var pending = Crew.pod("pending")
        pending.placement.isPending = true

        let crew = Crew([
            .pod(Crew.pod("open")), .pod(pending), .pod(Crew.pod("written", "10.244.9.9")),
            .pod(Crew.pod("done", isFinished: true)),
        ])

        // Pods that have one, or never will, are used as they are.
        #expect(crew.pods.map(\.metadata.name) == ["open"])
        #expect(crew.pods.first?.addresses.count == 1)
        #expect(crew.pods.first?.placement.nodeName.hasPrefix("node-") == true)
    }

    @Test func givesAnAddressOfEachFamily() throws {
        var options = AllocationOptions()
        options.podNetworks = [
            try #require(AddressNetwork("10.244.0.0/16")),
            try #require(AddressNetwork("fd00::/48")),
        ]

        let crew = Crew([.workload(Crew.deployment("web", podCount: 50))], options)

        #expect(crew.pods.allSatisfy { $0.addresses.map(\.family) == [.v4, .v6] })
        #expect(Set(crew.addresses).count == 100)
    }

    @Test func takesThePodsOutWithTheirWorkload() {
        let web = ClusterObject.workload(Crew.deployment("web", podCount: 3))
        var crew = Crew([web])

        crew.change(removing: [web])

        #expect(crew.pods.isEmpty)
        #expect(crew.registry.allRecords.count == 3)
    }

    // MARK: Who stays

    @Test func keepsAddressesWhenThereAreMoreOrFewer() {
        let three = ClusterObject.workload(Crew.deployment("web", podCount: 3))
        let five = ClusterObject.workload(Crew.deployment("web", podCount: 5))
        var crew = Crew([three])
        let before = crew.pods

        crew.change(removing: [three], adding: [five])
        let grown = crew.pods
        crew.change(removing: [five], adding: [three])

        #expect(Array(grown.prefix(3)) == before)
        #expect(crew.pods == before)
    }

    @Test func keepsAddressesButNotNamesOverAnotherTemplate() {
        var other = Crew.deployment("web", podCount: 3)
        other.template.contentHash = 2
        let before = ClusterObject.workload(Crew.deployment("web", podCount: 3))
        var crew = Crew([before])
        let (names, addresses) = (crew.pods.map(\.metadata.name), crew.addresses)

        crew.change(removing: [before], adding: [.workload(other)])

        #expect(Set(crew.pods.map(\.metadata.name)).isDisjoint(with: names))
        #expect(crew.addresses == addresses)
    }

    @Test func leavesAnAddressThatAManifestWrites() throws {
        var crew = Crew([.workload(Crew.deployment("web", podCount: 3))])
        let before = crew.pods
        let taken = try #require(before.first?.addresses.first)

        crew.change(adding: [.pod(Crew.pod("late", "\(taken)"))])

        #expect(!crew.addresses.contains("\(taken)"))
        #expect(Array(crew.pods.dropFirst()) == Array(before.dropFirst()))
        #expect(crew.pods.first?.addresses.count == 1)
    }

    @Test func neverGivesWhatAManifestWrites() throws {
        let chosen = try #require(Crew([.pod(Crew.pod("open"))]).addresses.first)

        let crew = Crew([.pod(Crew.pod("open")), .pod(Crew.pod("written", chosen))])

        #expect(crew.addresses.count == 1)
        #expect(crew.addresses != [chosen])
    }

    @Test func movesPodsFromANodeThatIsGone() {
        let nodes = ["a", "b", "c"].map { ClusterObject.node(Crew.node($0)) }
        var crew = Crew([.workload(Crew.deployment("web", podCount: 6))] + nodes)
        let before = crew.pods

        crew.change(removing: [nodes[1]])

        for (old, new) in zip(before, crew.pods) {
            #expect(new.placement.nodeName != "b")
            if old.placement.nodeName != "b" { #expect(new == old) }
        }
    }

    @Test func goesOnWithWhatIsRemembered() throws {
        let objects: [ClusterObject] = [
            .workload(Crew.deployment("web", podCount: 40)), .pod(Crew.pod("open")),
            .workload(Crew.workload(.daemonSet, "agent")),
            .workload(Crew.workload(.statefulSet, "db", podCount: 9)),
        ]
        var crew = Crew([objects[0]])
        // In another order, whose names meet get other addresses.
        for object in objects.dropFirst().reversed() { crew.change(adding: [object]) }

        let state = AllocationState(crew.registry.allRecords.bytes)
        let again = Crew(objects, remembering: state.memory)

        #expect(state.isSound)
        #expect(again.sortedPods == crew.sortedPods)
    }

    @Test func hasAFileForgetWhoHasNotComeAndNothingElse() throws {
        let web = ClusterObject.workload(Crew.deployment("web", podCount: 3))
        let db = ClusterObject.workload(Crew.workload(.statefulSet, "db", podCount: 2))
        let state = AllocationState(Crew([web, db]).registry.allRecords.bytes)

        let same = Crew([web, db], remembering: state.memory)
        let other = Crew([web], remembering: state.memory)

        #expect(same.registry.unsavedRecords.count == 0)
        let said = String(decoding: other.registry.unsavedRecords.bytes, as: UTF8.self)
        #expect(said.hasPrefix("~ StatefulSet/default/db #"))
        #expect(other.registry.unsavedRecords.count == 1)
    }

    // MARK: Nodes

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

    @Test func saysThatNoNodeSuits() {
        var pod = Crew.pod("open")
        pod.placement.nodeSelector = ["disk": "ssd"]

        var crew = Crew([.pod(pod)])
        let said = crew.complaints
        let before = crew.addresses
        crew.change(adding: [.node(Crew.node("a", labels: ["disk": "ssd"]))])

        #expect(said == ["a Pod has no address, as no Node has the labels of nodeSelector"])
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

    // MARK: Who needs none made

    @Test(
        "A workload makes no Pods where the manifests have what a cluster made of it",
        arguments: [
            .pod(Crew.pod("web-1", "10.1.0.1", owner: Owner(kind: "Deployment", name: "web"))),
            .pod(Crew.pod("web-1", "10.1.0.1", owner: Owner(kind: "ReplicaSet", name: "web-5d9"))),
            .workload(
                Crew.workload(
                    .replicaSet,
                    "web-5d9",
                    podCount: 0,
                    owner: Owner(kind: "Deployment", name: "web")
                )
            ),
        ] as [ClusterObject]
    )
    func leavesDumpsAlone(owned: ClusterObject) {
        let web = ClusterObject.workload(Crew.deployment("web", podCount: 3))
        var crew = Crew([web])

        crew.change(adding: [owned])
        let during = crew.pods
        crew.change(removing: [owned])

        #expect(during.isEmpty)
        #expect(Crew([owned, web]).pods.isEmpty)
        #expect(crew.pods.count == 3)
    }

    @Test func leavesTheSlicesOfAServiceAlone() {
        let web = ClusterObject.workload(Crew.deployment("web", podCount: 3))
        let service = ClusterObject.service(Crew.service("front", selector: ["app": "web"]))
        let other = ClusterObject.service(Crew.service("other", selector: ["app": "db"]))
        let slices = ["front", "other"].map { ClusterObject.endpointSlice(Crew.slice(of: $0)) }
        var crew = Crew([web, service, other, slices[1]])
        let before = crew.pods.count

        crew.change(adding: [slices[0]])
        let sliced = crew.pods.count
        crew.change(removing: [service])
        let alone = crew.pods.count
        crew.change(adding: [service])

        #expect([before, sliced, alone, crew.pods.count] == [3, 0, 3, 0])
    }

    @Test func makesNothingWhenItIsTurnedOff() {
        var options = AllocationOptions()
        options.makesPods = false

        let crew = Crew(
            [.workload(Crew.deployment("web", podCount: 3)), .pod(Crew.pod("open"))],
            options
        )

        #expect(crew.pods.isEmpty)
        #expect(crew.registry.allRecords.count == 0)
    }
}

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
        let state = AllocationState(crew.registry.allRecords.bytes)

        #expect(crew.pods.isEmpty)
        // Three Nodes, and what the Pods had.
        #expect(state.recordCount == 4)
        #expect(state.memory.pods.pods.values.map(\.isInUse) == [false])
    }

    @Test func givesBackWhatItHadWhenItComesAgain() throws {
        let web = ClusterObject.workload(Crew.deployment("web", podCount: 3))
        // Whoever comes first gets what its name means, the other something else.
        var options = AllocationOptions()
        options.podNetworks = [try #require(AddressNetwork("10.9.0.0/26"))]
        let others = (0..<4).map { ClusterObject.workload(Crew.deployment("w\($0)", podCount: 2)) }
        var crew = Crew(others, options)
        crew.change(adding: [web])
        let before = crew.lines.filter { $0.hasPrefix("web") }
        crew.change(removing: others)
        crew.change(removing: [web])
        let state = AllocationState(crew.registry.allRecords.bytes)

        crew.change(adding: [web])
        let away = Crew([], options, remembering: state.memory)
        var later = away
        later.change(adding: [web])

        #expect(crew.lines == before)
        #expect(later.lines == before)
    }

    @Test func remembersEverythingWhileItIsTurnedOff() {
        let web = ClusterObject.workload(Crew.deployment("web", podCount: 3))
        let on = Crew([web])
        var options = AllocationOptions()
        options.makesPods = false

        let off = Crew([web], options, remembering: on.registry.memory)
        let again = Crew([web], remembering: off.registry.memory)

        #expect(off.registry.allRecords.count == on.registry.allRecords.count)
        #expect(again.lines == on.lines)
    }

    @Test func keepsTheAddressesOfOrdinals() {
        var set = Crew.workload(.statefulSet, "db", podCount: 3)
        let crew = Crew([.workload(set)])
        let state = AllocationState(crew.registry.allRecords.bytes)
        set.firstOrdinal = 1

        let later = Crew([.workload(set)], remembering: state.memory)

        #expect(Array(later.lines.prefix(2)) == Array(crew.lines.suffix(2)))
        #expect(later.pods.map(\.metadata.name) == ["db-1", "db-2", "db-3"])
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

    @Test func tellsAFileWhoHasNotComeAndNothingElse() throws {
        let web = ClusterObject.workload(Crew.deployment("web", podCount: 3))
        let db = ClusterObject.workload(Crew.workload(.statefulSet, "db", podCount: 2))
        let state = AllocationState(Crew([web, db]).registry.allRecords.bytes)

        let same = Crew([web, db], remembering: state.memory)
        let other = Crew([web], remembering: state.memory)

        #expect(same.registry.unsavedRecords.count == 0)
        let said = String(decoding: other.registry.unsavedRecords.bytes, as: UTF8.self)
        #expect(said.hasPrefix("- StatefulSet/default/db pods="))
        #expect(other.registry.unsavedRecords.count == 1)
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

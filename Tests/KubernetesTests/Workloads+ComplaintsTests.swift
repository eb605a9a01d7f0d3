// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@testable import Kubernetes

/// What is said about Pods that are not as their objects ask for them, and what is used then.
@Suite struct WorkloadComplaintsTests {
    private static func node(_ name: String, _ network: String) -> Node {
        var node = Crew.node(name)
        node.podNetworks = [AddressNetwork(network)].compactMap(\.self)
        return node
    }

    private static func manifest(ofNode name: String) -> String {
        "apiVersion: v1\nkind: Node\nmetadata: {name: \(name)}\nspec: {podCIDR: 10.4.2.0/24}\n"
    }

    private static func manifest(ofPod name: String) -> String {
        "apiVersion: v1\nkind: Pod\nmetadata: {name: \(name)}\n"
            + "spec: {containers: [{name: a, image: a}]}\n"
    }

    private static func manifest(ofSet name: String, podCount: Int) -> String {
        "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: \(name)}\n"
            + "spec:\n  replicas: \(podCount)\n  serviceName: \(name)\n"
            + "  selector: {matchLabels: {app: a}}\n" + template
    }

    private static let template =
        "  template: {metadata: {labels: {app: a}}, spec: {containers: [{name: a, image: a}]}}\n"

    private static let web = ClusterObject.workload(Crew.deployment("web", podCount: 9))

    /// What is wrong with objects only beside others; each of them alone is right.
    private func mistakes(besideOthers files: MemoryFiles) throws -> [ManifestMistake] {
        let set = try ManifestSet.load(files)
        let registry = ClusterRegistry(allocation: AllocationOptions())
        _ = registry.cluster(of: set)

        #expect(set.mistakes.map(\.line) == [])
        return registry.allocationMistakes(in: set)
    }

    // MARK: Networks of Nodes

    @Test func saysWhoHasTheNetworkThatANodeAsksFor() throws {
        let files = MemoryFiles([
            "m/a.yaml": file(namespace("first"), Self.manifest(ofNode: "n1")),
            "m/b.yaml": Self.manifest(ofNode: "n2"),
            "m/c.yaml": "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: agent}\n"
                + "spec:\n  selector: {matchLabels: {app: a}}\n" + Self.template,
        ])
        let mistakes = try mistakes(besideOthers: files)

        #expect(
            mistakes.map(\.line) == [
                "m/b.yaml:1:1: Node \"n2\": spec.podCIDRs: Invalid value: \"10.4.2.0/24\": Pods "
                    + "get other addresses, as it has some of 10.4.2.0/24 of Node n1 at "
                    + "m/a.yaml:5:1"
            ]
        )
        for mistake in mistakes { #expect(mistake.isWarning) }
    }

    @Test func givesANetworkToTheFirstNodeThatAsksAndToTheNextWhenThatGoes() {
        let nodes = ["10.4.2.0/24", "10.4.2.128/25"].enumerated().map { index, network in
            ClusterObject.node(Self.node("n\(index)", network))
        }
        var crew = Crew(nodes + [Self.web])
        let first = Dictionary(grouping: crew.pods) { $0.placement.nodeName }
            .mapValues { $0.flatMap(\.addresses) }
        let said = crew.complaints

        crew.change(removing: [nodes[0], Self.web])
        crew.change(adding: [Self.web])

        #expect(first["n0"]?.allSatisfy { "\($0)".hasPrefix("10.4.2.") } == true)
        #expect(first["n1"]?.allSatisfy { "\($0)".hasPrefix("10.244.") } == true)
        #expect(said.count == 1)
        #expect(crew.addresses.contains { $0.hasPrefix("10.4.2.") })
        #expect(crew.complaints == [])
    }

    @Test(
        "No Pod has an address of the ranges of Services or load balancers",
        arguments: [
            ("10.96.3.0/24", "10.96.0.0/12 of Services"),
            ("10.0.0.0/8", "10.96.0.0/12 of Services"),
            ("192.0.2.64/26", "192.0.2.0/24 of load balancers"),
        ]
    )
    func leavesOtherRangesAlone(network: String, holder: String) throws {
        var options = AllocationOptions()
        options.loadBalancerNetworks = [try #require(AddressNetwork("192.0.2.0/24"))]
        let node = Self.node("n1", network)

        let crew = Crew([.node(node), Self.web], options)

        #expect(crew.addresses.count == 9)
        #expect(crew.addresses.allSatisfy { $0.hasPrefix("10.244.") })
        #expect(
            crew.complaints == [
                "spec.podCIDRs: Invalid value: \"\(node.podNetworks[0])\": Pods get other "
                    + "addresses, as it has some of \(holder)"
            ]
        )
    }

    /// A dump's own Services may be elsewhere, and nobody gets an address.
    @Test func saysNothingOfNetworksWhileNoPodIsMade() {
        let owned = Crew.pod("web-1", "10.96.3.7", owner: Owner(kind: "Deployment", name: "web"))

        let crew = Crew([.node(Self.node("n1", "10.96.3.0/24")), Self.web, .pod(owned)])

        #expect(crew.complaints == [])
    }

    @Test func choosesNoPodsAddressFromARangeThatServicesHaveToo() throws {
        var options = AllocationOptions()
        options.serviceNetworks = [try #require(AddressNetwork("10.244.0.0/17"))]

        let half = options.serviceNetworks[0]
        let some = Crew([Self.web], options)
        options.serviceNetworks = [try #require(AddressNetwork("10.0.0.0/8"))]
        let none = Crew([Self.web], options)

        #expect(some.addresses.count == 9)
        #expect(!some.pods.flatMap(\.addresses).contains(where: half.contains))
        #expect(none.addresses == [])
        #expect(
            none.complaints == [
                "9 Pods have no address, as 10.244.0.0/16 has none left besides 10.0.0.0/8 of "
                    + "Services; another pod_cidr has"
            ]
        )
    }

    // MARK: Names that manifests have

    @Test func leavesOutAPodOfWhichAManifestHasTheName() throws {
        let set = ClusterObject.workload(Crew.workload(.statefulSet, "db", podCount: 3))
        let written = ClusterObject.pod(Crew.pod("db-1", "10.1.0.1"))
        var crew = Crew([set])
        let before = crew.pods

        crew.change(adding: [written])
        let (during, said) = (crew.pods, crew.complaints)
        crew.change(adding: [.workload(Crew.deployment("other", podCount: 200))])
        let state = AllocationState(crew.registry.allRecords.bytes)
        let again = Crew(crew.objects, remembering: state.memory)
        crew.change(removing: [written])

        #expect(during == [before[0], before[2]])
        #expect(said == ["a Pod is not made, as pods \"db-1\" already exists"])
        #expect(again.sortedPods == again.sortedPods.filter { $0.metadata.name != "db-1" })
        #expect(again.complaints == said)
        // Nobody else got its address.
        #expect(crew.pods.filter { $0.metadata.name.hasPrefix("db") } == before)
        #expect(crew.complaints == [])
    }

    @Test(
        "Whatever a made Pod is called, the one in a manifest stands",
        arguments: Workload.Kind.allCases,
        [false, true]
    )
    func leavesOutAnyPod(kind: Workload.Kind, isOpen: Bool) throws {
        var workload = Crew.workload(kind, "w", podCount: 2)
        workload.isIndexed = kind == .job
        var crew = Crew([.workload(workload), .pod(Crew.pod("other", "10.1.0.2"))])
        let before = crew.lines
        let name = try #require(crew.pods.first?.metadata.name)
        let written = ClusterObject.pod(Crew.pod(name, isOpen ? "" : "10.1.0.1"))

        crew.change(adding: [written])
        let (during, said) = (crew.pods, crew.complaints)
        crew.change(removing: [written])

        #expect(during.count { $0.metadata.name == name } == (isOpen ? 1 : 0))
        #expect(during.first { $0.metadata.name == name }?.owner == nil)
        #expect(said == ["a Pod is not made, as pods \"\(name)\" already exists"])
        #expect(crew.lines == before)
        #expect(crew.complaints == [])
    }

    /// Those Pods are held as one object, whose name is that of the first.
    @Test("Each of many Pods in one file stands", arguments: [false, true])
    func leavesOutEachPodOfARun(isLater: Bool) throws {
        let pods = (0..<3).map { number in
            "apiVersion: v1\nkind: Pod\nmetadata: {name: db-\(number), labels: {app: db}}\n"
                + "status: {podIP: 10.1.0.\(number + 1)}\n"
        }
        let files = MemoryFiles(["m/db.yaml": Self.manifest(ofSet: "db", podCount: 4)])
        let registry = ClusterRegistry(allocation: AllocationOptions())
        let before = try ManifestSet.load(files)
        if isLater { _ = registry.cluster(of: before) }
        files["m/pods.yaml"] = pods.joined(separator: "---\n")
        let set = try ManifestSet.load(files, after: before)
        _ = registry.cluster(of: set)

        #expect(set.files.flatMap(\.content.objects).map(\.documentCount) == [1, 3])
        #expect(registry.madePods.flatMap(\.pods.pods).map(\.metadata.name) == ["db-3"])
        #expect(
            registry.complaints.pods.map(\.text) == [
                "3 Pods are not made, as pods \"db-0\" already exists"
            ]
        )

        files["m/pods.yaml"] = pods[1]
        _ = registry.cluster(of: try ManifestSet.load(files, after: set))

        #expect(
            registry.madePods.flatMap(\.pods.pods).map(\.metadata.name) == ["db-0", "db-2", "db-3"]
        )
    }

    @Test func makesThePodAgainWhenOneWithoutAnAddressGoes() {
        let set = ClusterObject.workload(Crew.workload(.statefulSet, "db", podCount: 2))
        let open = ClusterObject.pod(Crew.pod("db-0"))
        var crew = Crew([set])
        let before = crew.pods

        crew.change(adding: [open])
        crew.change(removing: [open])

        #expect(crew.pods == before)
        #expect(crew.complaints == [])
    }

    /// The names of Pods have 57 bytes of it at most.
    @Test(
        "A Pod is found whose name has only the beginning of the workload's",
        arguments: Workload.Kind.allCases,
        [46, 47, 55, 56, 57, 58, 200]
    )
    func leavesOutAPodOfALongName(kind: Workload.Kind, byteCount: Int) throws {
        let start = String(repeating: "w", count: 20) + "-"
        let name = start + String(repeating: "x", count: byteCount - start.utf8.count)
        var workload = Crew.workload(kind, name, podCount: 2)
        workload.isIndexed = kind == .job
        var crew = Crew([.workload(workload)])
        let before = crew.lines
        let pod = try #require(crew.pods.first?.metadata.name)
        let written = ClusterObject.pod(Crew.pod(pod, "10.1.0.1"))

        crew.change(adding: [written])
        let said = crew.complaints
        crew.change(removing: [written])

        #expect(said == ["a Pod is not made, as pods \(FieldReader.quoted(pod)) already exists"])
        #expect(crew.lines == before)
    }

    @Test func saysWhereThePodIsThatHasTheName() throws {
        let files = MemoryFiles([
            "m/pods.yaml": file(
                namespace("other"),
                Self.manifest(ofPod: "db-0"),
                Self.manifest(ofPod: "db-1")
            ),
            "m/set.yaml": Self.manifest(ofSet: "db", podCount: 3),
        ])
        let mistakes = try mistakes(besideOthers: files)

        #expect(
            mistakes.map(\.line) == [
                "m/set.yaml:1:1: StatefulSet \"db\": 2 Pods are not made, as pods \"db-0\" already "
                    + "exists at m/pods.yaml:5:1"
            ]
        )
    }
}

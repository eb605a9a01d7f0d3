// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@testable import Kubernetes

/// What holds whatever workloads, Pods, Nodes and Services come and go.
@Suite struct WorkloadsPropertyTests {
    /// Draws objects whose names and addresses meet those of others often.
    private struct Draws {
        var numbers: SeededNumbers

        mutating func object() -> ClusterObject {
            switch numbers.below(10) {
            case 0...3: .workload(workload())
            case 4, 5: .pod(pod())
            case 6: .node(node())
            case 7, 8: .service(service())
            default: .endpointSlice(Crew.slice(of: "s\(numbers.below(4))"))
            }
        }

        private mutating func workload() -> Workload {
            var workload = Crew.workload(
                numbers.pick(Workload.Kind.allCases),
                "w\(numbers.below(6))",
                podCount: numbers.below(7),
                owner: numbers.chance(10) ? Owner(kind: "Deployment", name: "w0") : nil
            )
            workload.template.labels = ["app": numbers.pick(["a", "b", "c"])]
            workload.template.contentHash = UInt64(numbers.below(3))
            workload.template.isReady = numbers.chance(80)
            workload.template.placement = placement()
            return workload
        }

        private mutating func placement() -> Placement {
            var placement = Placement()
            switch numbers.below(8) {
            case 0: placement.nodeName = numbers.pick(["n0", "n1", "node-2"])
            case 1: placement.nodeSelector = [NodeRoom.hostLabel: numbers.pick(["n1", "n2"])]
            case 2: placement.nodeSelector = ["disk": "ssd"]
            case 3: placement.usesHostNetwork = true
            default: break
            }
            return placement
        }

        private mutating func pod() -> Pod {
            let address = numbers.chance(40) ? "10.9.0.\(numbers.below(256))" : ""
            // Some have the names of those that a StatefulSet makes.
            let ordinal = "w\(numbers.below(6))-\(numbers.below(3))"
            let name = numbers.chance(30) ? ordinal : "p\(numbers.below(6))"
            var pod = Crew.pod(name, address, isFinished: numbers.chance(10))
            pod.placement = placement()
            if numbers.chance(20) { pod.owner = Owner(kind: "ReplicaSet", name: "w1-x") }
            return pod
        }

        private mutating func node() -> Node {
            var node = Crew.node(
                "n\(numbers.below(4))",
                labels: numbers.chance(50) ? ["disk": "ssd"] : [:],
                isSchedulable: numbers.chance(80)
            )
            let networks = ["10.9.0.16/28", "10.42.0.0/29", "10.9.0.0/25", "10.96.0.0/24"]
            if numbers.chance(30) {
                node.podNetworks = [numbers.pick(networks)].compactMap { AddressNetwork($0) }
            }
            if numbers.chance(50) { node.addresses = [IPAddress(v4: 0xC000_0207)] }
            if numbers.chance(20) {
                node.addresses = [IPAddress(v4: 0x0A09_0000 + UInt32(numbers.below(256)))]
            }
            return node
        }

        private mutating func service() -> Service {
            Crew.service(
                "s\(numbers.below(4))",
                selector: ["app": numbers.pick(["a", "b", "c"])]
            )
        }
    }

    private static func options() throws -> AllocationOptions {
        var options = AllocationOptions()
        options.podNetworks = [try #require(AddressNetwork("10.9.0.0/24"))]
        return options
    }

    private static func key(_ object: ClusterObject) -> String {
        "\(object.kindName) \(object.metadata.namespace)/\(object.metadata.name)"
    }

    /// Each step is compared with a registry that begins with the same objects and what is
    /// remembered.
    @Test("Pods are what they are after a restart", arguments: 1...20 as ClosedRange<UInt64>)
    func agreesWithAFreshStart(seed: UInt64) throws {
        var draws = Draws(numbers: SeededNumbers(seed: seed))
        var crew = Crew([], try Self.options())
        for step in 0..<60 {
            var gone: [ClusterObject] = []
            var come: [ClusterObject] = []
            for _ in 0...draws.numbers.below(3) {
                let object = draws.object()
                let key = Self.key(object)
                guard !come.contains(where: { Self.key($0) == key }),
                    !gone.contains(where: { Self.key($0) == key })
                else { continue }
                gone += crew.objects.filter { Self.key($0) == key }
                if gone.isEmpty || draws.numbers.chance(70) { come.append(object) }
            }
            let before = crew.registry.madePods

            crew.change(removing: gone, adding: come)

            let place = "seed \(seed), step \(step)"
            let given = crew.pods.filter { !$0.addresses.isEmpty }
            let nodes = Set(crew.objects.flatMap(\.nodeAddresses))
            let own = given.flatMap(\.addresses).filter { !nodes.contains($0) }
            #expect(Set(own).count == own.count, "\(place): an address has two holders")
            let names = crew.allPodNames
            #expect(Set(names).count == names.count, "\(place): two Pods have one name")
            let state = AllocationState(crew.registry.allRecords.bytes)
            let again = Crew(crew.objects, try Self.options(), remembering: state.memory)
            let difference = Set(again.lines).symmetricDifference(crew.lines)
            #expect(difference.isEmpty, "\(place)")
            #expect(again.sortedPods == crew.sortedPods || !difference.isEmpty, "\(place)")
            #expect(again.cluster.isSame(as: crew.cluster), "\(place)")
            #expect(again.complaints == crew.complaints, "\(place)")
            // Who was not touched has what it had, while the Nodes are there.
            if !(gone + come).contains(where: { if case .node = $0 { true } else { false } }) {
                let hasNodes = crew.objects.contains { $0.kindName == "Node" }
                let written = Set(come.flatMap(\.writtenAddresses))
                let after = Dictionary(
                    uniqueKeysWithValues: crew.registry.madePods.map { ($0.object, $0.pods.pods) }
                )
                let touched = Set((gone + come).map(StoredObject.init))
                for (object, pods) in before where !touched.contains(object) {
                    for old in pods.pods where written.isDisjoint(with: old.addresses) {
                        let new = after[object]?.first { $0.metadata.name == old.metadata.name }
                        // A Node that is there because somebody asks for it may go.
                        let isLasting =
                            hasNodes || Workloads.nodeNames.contains(old.placement.nodeName)
                        guard let new, !old.addresses.isEmpty, isLasting else { continue }
                        #expect(old.addresses == new.addresses, "\(place): \(old.metadata)")
                    }
                }
            }
        }
    }
}

extension Crew {
    /// The names of the Pods that are written and of those that are made.
    fileprivate var allPodNames: [String] {
        let written = objects.compactMap { object in
            if case .pod(let pod) = object { pod.metadata.name } else { nil }
        }
        let made = registry.madePods.filter { $0.object.key?.kind != "Pod" }
        return written + made.flatMap(\.pods.pods).map(\.metadata.name)
    }
}

extension ClusterObject {
    /// The addresses of the Node that it is.
    fileprivate var nodeAddresses: [IPAddress] {
        if case .node(let node) = self { node.addresses } else { [] }
    }

    /// The addresses of the Pod that it is.
    fileprivate var writtenAddresses: [IPAddress] {
        if case .pod(let pod) = self { pod.addresses } else { [] }
    }
}

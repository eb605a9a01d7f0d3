// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Testing
import YAML

@Suite struct RememberedTests {
    /// Pods that differ in the texts that are handed in, one a Pod.
    private static func decoded(_ parts: [String]) -> [DecodedObject] {
        let text = parts.enumerated().map { number, part in
            """
            ---
            apiVersion: v1
            kind: Pod
            metadata:
              name: pod-\(number)
            \(part)

            """
        }.joined()
        return DecodedObject.all(in: Array(text.utf8), of: "m")
    }

    private static func pods(_ parts: [String]) throws -> [Pod] {
        try decoded(parts).map { decoded in
            guard case .pod(let pod) = try #require(decoded.objects.first) else {
                throw DecodingFailure(text: "\(decoded.objects)")
            }
            return pod
        }
    }

    private struct DecodingFailure: Error { let text: String }

    @Test func readsLabelsThatAreOthers() throws {
        let labels = ["app: a", "app: a", "app: b", "tier: b", "app: a"]

        let pods = try Self.pods(labels.map { "  labels: {\($0)}" })

        #expect(
            pods.map(\.metadata.labels) == [
                ["app": "a"], ["app": "a"], ["app": "b"], ["tier": "b"], ["app": "a"],
            ]
        )
    }

    @Test func readsOwnersThatAreOthers() throws {
        let owners = ["a", "a", nil, "b", "a"] as [String?]

        let pods = try Self.pods(
            owners.map { name in
                name.map { "  ownerReferences: [{kind: Job, name: \($0)}]" } ?? ""
            }
        )

        #expect(pods.map { $0.owner?.name } == owners)
    }

    @Test func readsContainersThatAreOthers() throws {
        func spec(_ port: String, sidecar: String? = nil) -> String {
            let sidecar = sidecar.map {
                "\n  initContainers: [{name: i, restartPolicy: Always, ports: [{name: \($0), "
                    + "containerPort: 2}]}]"
            }
            return "spec:\n  containers: [{name: c, ports: [{name: \(port), containerPort: 1}]}]"
                + (sidecar ?? "")
        }

        let pods = try Self.pods([
            spec("a"), spec("a"), spec("a", sidecar: "s"), spec("b"), "", spec("b"),
        ])

        #expect(pods.map { $0.ports.map(\.name) } == [["a"], ["a"], ["a", "s"], ["b"], [], ["b"]])
        #expect(pods.map(\.state.containerCount) == [1, 1, 2, 1, 0, 1])
    }

    @Test func readsPortsOfSlicesThatAreOthers() {
        let text = ["a", "a", "b"].enumerated().map { number, name in
            """
            ---
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {name: s-\(number)}
            addressType: IPv4
            ports: [{name: \(name), port: 80}]

            """
        }.joined()

        let names = DecodedObject.all(in: Array(text.utf8), of: "m").flatMap(\.objects).map {
            guard case .endpointSlice(let slice) = $0 else { return "" }
            return slice.ports[0].name
        }

        #expect(names == ["a", "a", "b"])
    }

    @Test(
        "The same mistake is told of each object",
        arguments: [
            "  labels: {'-': a}", "  labels: {a: [b]}", "  labels: 3",
            "  ownerReferences: [{kind: Job}]",
            "  ownerReferences: [{kind: Job, name: a, uidd: b}]",
            "spec:\n  containers: [{}]", "spec:\n  containers: [{name: c, image: a, imege: b}]",
        ]
    )
    func tellsEachMistake(part: String) {
        let decoded = Self.decoded([part, part, part])
        let lines = decoded.map { $0.mistakes.compactMap { $0.position?.line } }

        #expect(decoded.allSatisfy { !$0.mistakes.isEmpty })
        let height = 5 + part.split(separator: "\n").count
        #expect(lines[1] == lines[0].map { $0 + height })
        #expect(lines[2] == lines[0].map { $0 + height * 2 })
    }
}

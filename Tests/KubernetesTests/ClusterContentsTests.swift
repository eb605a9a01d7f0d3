// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Kubernetes

@Suite struct ClusterContentsTests {
    /// What a manifest says, and what Services are given.
    private func contents(_ text: String) throws -> ClusterContents {
        let set = try ManifestSet.load(
            paths: ["/manifests"],
            from: MemoryFiles(["/manifests/all.yaml": text])
        )
        let registry = ClusterRegistry(allocation: AllocationOptions())
        _ = registry.cluster(of: set)
        return ClusterContents(set, registry)
    }

    private static let text = """
        apiVersion: v1
        kind: Service
        metadata: {name: web, labels: {team: a, app: web}, creationTimestamp: "2022-05-14T06:07:39Z"}
        spec: {type: NodePort, selector: {app: web, tier: b}, ports: [{name: http, port: 80}]}
        ---
        apiVersion: v1
        kind: Endpoints
        metadata: {name: hand, labels: {a: b}}
        subsets:
        - {addresses: [{ip: 192.0.2.1}], ports: [{port: 80}]}
        - {addresses: [{ip: 192.0.2.2}], ports: [{port: 81}]}

        """

    @Test("Without labels an object is the same but for these, with what it was given")
    func leavesLabelsOut() throws {
        let contents = try contents(Self.text)
        let item = try #require(contents.services(in: "default").first)
        guard case .service(var service) = item.object else { return }
        guard case .service(let bare) = item.object(withLabels: false) else { return }

        #expect(service.metadata.labels.count == 2 && service.selector.count == 2)
        #expect(service.ports[0].nodePort != 0)
        service.metadata.labels = [:]
        service.selector = [:]
        #expect(bare == service)
    }

    @Test("Each object of a document is an item of its own")
    func takesDocumentsApart() throws {
        let items = try contents(Self.text).items(.endpointSlice, in: nil)
        let ports = items.compactMap { item -> UInt16? in
            guard case .endpointSlice(let slice) = item.object else { return nil }
            return slice.ports.first?.number
        }

        #expect(ports == [80, 81])
        #expect(items.map(\.name) == ["hand", "hand"] && items[0].place == items[1].place)
    }
}

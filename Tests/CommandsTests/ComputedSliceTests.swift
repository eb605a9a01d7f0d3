// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing

@testable import Commands

/// EndpointSlices that no manifest has, whole.
@Suite struct ComputedSliceTests {
    private static let nodes = """
        {apiVersion: v1, kind: Node, metadata: {name: n1, labels: {topology.kubernetes.io/zone: z1}}}
        ---
        {apiVersion: v1, kind: Node, metadata: {name: n2}}
        ---

        """

    /// Nodes and zones of the endpoints, one after the other.
    private func places(_ cluster: SampleCluster) throws -> String {
        let template = "{range.items[*].endpoints[*]}{.nodeName}/{.zone};{end}"
        return try cluster.run("get endpointslices -o jsonpath=" + template).text
    }

    @Test("Endpoints of Pods that were made stand where their Nodes do")
    func tellsZonesOfMadePods() throws {
        let cluster = SampleCluster(
            text: Self.nodes + """
                {apiVersion: v1, kind: Service, metadata: {name: s},
                 spec: {selector: {app: a}, ports: [{port: 80}]}}
                ---
                {apiVersion: apps/v1, kind: DaemonSet, metadata: {name: a},
                 spec: {selector: {matchLabels: {app: a}}, template: {metadata: {labels: {app: a}},
                  spec: {containers: [{name: c, image: i}]}}}}

                """
        )
        let places = try places(cluster).split(separator: ";")

        #expect(places.sorted() == ["n1/z1", "n2/"])
    }

    @Test("So do those of Pods whose manifests have their addresses and Nodes")
    func tellsZonesOfWrittenPods() throws {
        let cluster = SampleCluster(
            text: Self.nodes + """
                {apiVersion: v1, kind: Service, metadata: {name: s},
                 spec: {selector: {app: a}, ports: [{port: 80}]}}
                ---
                {apiVersion: v1, kind: Pod, metadata: {name: p, labels: {app: a}},
                 spec: {nodeName: n1, containers: [{name: c, image: i}]}, status: {podIP: 10.0.0.1}}
                ---
                {apiVersion: v1, kind: Pod, metadata: {name: q, labels: {app: a}},
                 spec: {containers: [{name: c, image: i}]}, status: {podIP: 10.0.0.2}}

                """
        )

        #expect(try places(cluster) == "n1/z1;/;")
    }

    /// A Service without a selector and its Endpoints object.
    private static func endpoints(labels: String = "{}", selector: String = "{}") -> SampleCluster {
        SampleCluster(
            text: """
                {apiVersion: v1, kind: Service, metadata: {name: db, labels: {own: "1"}},
                 spec: {selector: \(selector), ports: [{name: sql, port: 5432}]}}
                ---
                {apiVersion: v1, kind: Endpoints, metadata: {name: db, labels: \(labels)},
                 subsets: [{addresses: [{ip: 192.0.2.2, hostname: b}, {ip: 192.0.2.1},
                    {ip: "2001:db8::1"}],
                  notReadyAddresses: [{ip: 192.0.2.3, targetRef: {kind: Pod, name: p}}],
                  ports: [{name: sql, port: 5432}]}]}
                ---
                {apiVersion: v1, kind: Endpoints, metadata: {name: lonely},
                 subsets: [{addresses: [{ip: 192.0.2.2}], ports: [{port: 80}]}]}

                """
        )
    }

    @Test(
        "An Endpoints object of a Service without a selector is repeated, a slice for each family"
    )
    func mirrorsEndpoints() throws {
        let rows = try Self.endpoints(labels: "{tier: x}").run("get endpointslices --no-headers")
        let words = rows.text.split(separator: "\n").map { $0.split(separator: " ").dropFirst() }

        #expect(
            words.map { $0.joined(separator: " ") }.sorted() == [
                "IPv4 5432 192.0.2.1,192.0.2.2,192.0.2.3 <unknown>",
                "IPv6 5432 2001:db8::1 <unknown>",
            ]
        )
        let whole = try Self.endpoints(labels: "{tier: x}").run(
            "get endpointslices -o jsonpath={.items[?(@.addressType==\"IPv4\")]}"
        )
        #expect(
            whole.text == """
                {"addressType":"IPv4","apiVersion":"discovery.k8s.io/v1","endpoints":[\
                {"addresses":["192.0.2.1"],"conditions":{"ready":true}},\
                {"addresses":["192.0.2.2"],"conditions":{"ready":true},"hostname":"b"},\
                {"addresses":["192.0.2.3"],"conditions":{"ready":false},"targetRef":\
                {"kind":"Pod","name":"p","namespace":"default"}}],"kind":"EndpointSlice",\
                "metadata":{"labels":{"endpointslice.kubernetes.io/managed-by":\
                "endpointslicemirroring-controller.k8s.io","kubernetes.io/service-name":"db",\
                "tier":"x"},"name":"\(try Self.name())","namespace":"default"},\
                "ports":[{"name":"sql","port":5432,"protocol":"TCP"}]}
                """
        )
    }

    /// The name of the first slice, which is made up.
    private static func name() throws -> String {
        let template = "{.items[?(@.addressType==\"IPv4\")].metadata.name}"
        return try endpoints(labels: "{tier: x}").run("get endpointslices -o jsonpath=" + template)
            .text
    }

    @Test("Not where a label forbids it, nor for a Service that selects Pods")
    func leavesTheRest() throws {
        let skipped = Self.endpoints(
            labels: "{endpointslice.kubernetes.io/skip-mirror: \"true\"}"
        )
        let selecting = Self.endpoints(selector: "{app: a}")

        #expect(try skipped.run("get endpointslices -oname").text == "")
        #expect(try selecting.run("get endpointslices -oname").text == "")
        #expect(try Self.name().hasPrefix("db-"))
    }
}

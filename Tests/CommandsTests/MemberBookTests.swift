// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Testing
import Wire

@testable import Commands

@Suite struct MemberBookTests {
    static let cluster = SampleCluster(
        text: """
            apiVersion: v1
            kind: Service
            metadata: {name: all}
            spec: {clusterIP: 10.96.0.1, selector: {app: a}, ports: [{port: 80}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: one}
            spec: {clusterIP: 10.96.0.2, selector: {app: a, part: one}, ports: [{port: 80}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: nobody}
            spec: {clusterIP: 10.96.0.3, ports: [{port: 80}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: written}
            spec: {clusterIP: 10.96.0.4, selector: {app: a}, ports: [{port: 80}]}
            ---
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {name: w, labels: {kubernetes.io/service-name: written}}
            addressType: IPv4
            endpoints: [{addresses: [192.0.2.1]}]
            ports: [{port: 80}]
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: first, labels: {app: a, part: one}}
            spec: {containers: [{name: c, image: i}]}
            status: {podIP: 10.0.0.1}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: second, labels: {app: a}}
            spec: {containers: [{name: c, image: i}]}
            status: {podIP: 10.0.0.2}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: third, namespace: other, labels: {app: a}}
            spec: {containers: [{name: c, image: i}]}
            status: {podIP: 10.0.0.3}

            """
    )

    @Test(
        "By slices, else by all the labels, in the Service's own namespace",
        arguments: [
            ("all", ["10.0.0.1", "10.0.0.2"]), ("one", ["10.0.0.1"]), ("nobody", []),
            ("written", ["192.0.2.1"]),
        ]
    )
    func findsTheMembers(name: String, addresses: [String]) throws {
        let contents = try Self.cluster.contents()
        let services = contents.services(in: nil)
        let book = MemberBook(contents, in: nil, of: services)
        let item = try #require(services.first { $0.metadata.name == name })
        guard case .service(let service) = item.object else { return }
        let members = book.members(of: service).members

        #expect(members.map(\.address.description) == addresses)
        #expect(book.pods(in: "default").map(\.metadata.name) == ["first", "second"])
    }
}

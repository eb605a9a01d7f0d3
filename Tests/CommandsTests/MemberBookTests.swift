// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Plugin
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
        var found: [String: [String]] = [:]
        var pods: [[String]] = []
        MemberBook.visit(contents, in: nil, of: contents.services(in: nil)) { book in
            for entry in book.services {
                found[entry.service.metadata.name] = book.members(of: entry.service).members.map {
                    "\($0.address)"
                }
            }
            pods.append(book.pods.map(\.metadata.name))
        }

        #expect(found[name] == addresses)
        #expect(pods == [["first", "second"]])
    }

    @Test(
        "A Service with a selector has a row, whatever its slices have, in every form",
        arguments: ["[]", "[{addresses: [192.0.2.1]}]"]
    )
    func showsEmptyEndpoints(endpoints: String) throws {
        let cluster = SampleCluster(
            text: """
                apiVersion: v1
                kind: Service
                metadata: {name: web}
                spec: {clusterIP: 10.96.0.1, selector: {app: a}, ports: [{port: 80}]}
                ---
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata: {name: web-1, labels: {kubernetes.io/service-name: web}}
                addressType: IPv4
                endpoints: \(endpoints)
                ports: [{port: 80}]

                """
        )
        let members = endpoints == "[]" ? "<none>" : "192.0.2.1:80"

        #expect(
            try cluster.run("get ep web --no-headers").text == "web   \(members)   <unknown>\n"
        )
        #expect(try cluster.run("get ep -oname").text == "endpoints/web\n")
        #expect(try cluster.run("get ep -ojsonpath={.items[*].metadata.name}").text == "web")
    }

    @Test("A book for each namespace with Services or slices, Pods only where they are needed")
    func showsOneNamespaceAfterTheOther() throws {
        let parts = ["a", "b", "c", "d"].map { namespace in
            let service = """
                {apiVersion: v1, kind: Service, metadata: {name: s, namespace: \(namespace)},
                 spec: {selector: {app: a}, ports: [{port: 80}]}}

                """
            let slice = """
                {apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, addressType: IPv4,
                 metadata: {name: w, namespace: \(namespace), labels: {kubernetes.io/service-name: s}},
                 endpoints: [{addresses: [192.0.2.1]}], ports: [{port: 80}]}

                """
            let pod = """
                {apiVersion: v1, kind: Pod, status: {podIP: 10.0.0.1},
                 metadata: {name: p-\(namespace), namespace: \(namespace), labels: {app: a}},
                 spec: {containers: [{name: c, image: i}]}}

                """
            switch namespace {
            case "a": return service + "---\n" + pod
            case "b": return slice + "---\n" + pod
            case "c": return service + "---\n" + slice + "---\n" + pod
            default: return service + "---\n" + pod
            }
        }
        let contents = try SampleCluster(text: parts.joined(separator: "---\n")).contents()
        var shown: [String] = []
        MemberBook.visit(contents, in: nil, of: contents.services(in: nil)) { book in
            let pods = book.pods.map(\.metadata.name).joined(separator: ",")
            shown.append("\(book.services.count) \(book.writtenSlices.count) \(pods)")
        }

        #expect(shown == ["1 0 p-a", "0 1 ", "1 1 ", "1 0 p-d"])
    }
}

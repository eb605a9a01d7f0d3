// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Plugin
import Testing

@testable import Commands

@Suite struct DescribeCommandTests {
    @Test func describesAServiceAsKubectlDoes() throws {
        let output = try SampleCluster.notes.run("describe service web-svc")

        #expect(
            output.text == """
                Name:                     web-svc
                Namespace:                default
                Labels:                   team=web
                Annotations:              owner: me: us
                Selector:                 app=web
                Type:                     ClusterIP
                IP Family Policy:         SingleStack
                IP Families:              IPv4
                IP:                       10.96.100.100
                IPs:                      10.96.100.100
                Port:                     http  80/TCP
                TargetPort:               8080/TCP
                Endpoints:                10.244.1.5:8080
                Session Affinity:         None
                Internal Traffic Policy:  Cluster
                Events:                   <none>

                """
        )
    }

    @Test("No label matches: the reason names the label, what there is and the nearest Pods")
    func saysWhyEndpointsAreEmpty() throws {
        let output = try SampleCluster.notes.run("describe svc/http-go-svc")

        #expect(
            output.text.hasSuffix(
                """
                Endpoints:                <none>
                Session Affinity:         ClientIP
                Internal Traffic Policy:  Cluster
                Events:                   <none>
                No endpoints:             no Pod of namespace default has the label run=http-go; there is run=http-goo
                                          nearest: http-go-6t49p (run=http-goo)

                """
            )
        )
    }

    @Test(arguments: [
        ("", "it has no selector, and no EndpointSlice or Endpoints names it"),
        ("selector: {app: x}", "namespace default has no Pods"),
    ])
    func saysWhyNothingIsThere(selector: String, reason: String) throws {
        let cluster = SampleCluster(
            text: """
                apiVersion: v1
                kind: Service
                metadata: {name: lonely}
                spec:
                  clusterIP: 10.96.0.9
                  ports: [{port: 80}]
                  \(selector)

                """
        )
        let output = try cluster.run("describe svc lonely")

        #expect(output.text.contains("No endpoints:             \(reason)\n"))
    }

    @Test(arguments: [
        (
            "{phase: Running, podIP: 10.0.0.1, conditions: [{type: Ready, status: \"False\"}]}",
            "not ready: a"
        ),
        ("{phase: Succeeded, podIP: 10.0.0.1}", "finished or being deleted: a"),
        ("{phase: Pending}", "without an address: a"),
        ("{phase: Running, podIP: \"fd00::1\"}", "of another address family: a"),
    ])
    func saysWhySelectedPodsDoNotCount(status: String, reason: String) throws {
        var cluster = SampleCluster(
            text: """
                apiVersion: v1
                kind: Service
                metadata: {name: s}
                spec: {clusterIP: 10.96.0.9, selector: {app: a}, ports: [{port: 80}]}
                ---
                apiVersion: v1
                kind: Pod
                metadata: {name: a, labels: {app: a}}
                spec: {containers: [{name: c, image: i}]}
                status: \(status)

                """
        )
        // Where Pods are given addresses, none is without one.
        cluster.allocation.makesPods = false
        let output = try cluster.run("describe svc s")

        #expect(output.text.contains("No endpoints:             \(reason)\n"))
    }

    @Test func saysThatSlicesOutrankTheSelector() throws {
        let cluster = SampleCluster(
            text: """
                apiVersion: v1
                kind: Service
                metadata: {name: s}
                spec: {clusterIP: 10.96.0.9, selector: {app: a}, ports: [{port: 80}]}
                ---
                apiVersion: v1
                kind: Pod
                metadata: {name: a, labels: {app: a}}
                spec: {containers: [{name: c, image: i}]}
                status: {phase: Running, podIP: 10.0.0.1}
                ---
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata: {name: s-1, labels: {kubernetes.io/service-name: s}}
                addressType: IPv4
                endpoints: []
                ports: []

                """
        )
        let output = try cluster.run("describe svc s")

        #expect(output.text.contains("No endpoints:             its EndpointSlices"))
    }

    @Test(
        "The name alone is meant, else all that begin so",
        arguments: [
            ("web", ["web"]), ("we", ["web", "web-2"]), ("d", ["db"]), ("web-", ["web-2"]),
        ]
    )
    func takesBeginningsOfNames(name: String, meant: [String]) throws {
        let cluster = SampleCluster(
            text: ["web", "web-2", "db"].map { name in
                "{apiVersion: v1, kind: Service, metadata: {name: \(name)}, "
                    + "spec: {ports: [{port: 80}]}}\n"
            }.joined(separator: "---\n")
        )
        let lines = try cluster.run("describe svc " + name).text.split(separator: "\n")
        let names = lines.filter { $0.hasPrefix("Name:") }.compactMap {
            $0.split(separator: " ").last.map(String.init)
        }

        #expect(names.sorted() == meant)
    }

    @Test func describesNothingElse() throws {
        let output = try SampleCluster.notes.run("describe pod web-1")

        #expect(output == .failure("error: only services are described yet; see 'get -o yaml'"))
    }
}

// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Plugin
import Testing

@testable import Commands

@Suite struct ExposeCommandTests {
    private static let cluster = SampleCluster(
        text: """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, labels: {team: web}}
            spec:
              replicas: 3
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web, tier: front}}
                spec: {containers: [{name: c, image: nginx, ports: [{containerPort: 8080}]}]}
            ---
            apiVersion: apps/v1
            kind: ReplicaSet
            metadata: {name: dns, namespace: infra}
            spec:
              selector: {matchLabels: {k8s-app: dns}}
              template:
                metadata: {labels: {k8s-app: dns}}
                spec:
                  containers:
                  - name: dns
                    ports: [{containerPort: 53, protocol: UDP}, {containerPort: 53}]
                  - {name: metrics, ports: [{containerPort: 9153}]}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: bare}
            spec: {containers: [{name: c, image: nginx}]}
            ---
            apiVersion: v1
            kind: List
            items:
            - apiVersion: v1
              kind: Service
              metadata: {name: svc-1}
              spec: {clusterIP: 10.96.0.9, selector: {app: pod}, ports: [{name: a, port: 9000}]}
            - apiVersion: v1
              kind: Service
              metadata: {name: no-selector}
              spec: {clusterIP: 10.96.0.10, ports: [{port: 9000}]}
            ---
            apiVersion: apps/v1
            kind: StatefulSet
            metadata: {name: db}
            spec:
              serviceName: db
              selector: {matchLabels: {app: db}}
              template:
                metadata: {labels: {app: db}}
                spec: {containers: [{name: c, image: db}]}
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: odd}
            spec:
              selector:
                matchLabels: {app: odd}
                matchExpressions: [{key: app, operator: Exists}]
              template:
                metadata: {labels: {app: odd}}
                spec: {containers: [{name: c, image: db}]}

            """
    )

    private func run(_ command: String) throws -> CommandOutput {
        try Self.cluster.author(command)
    }

    @Test func showsTheManifestThatKubectlMakes() throws {
        #expect(
            try run(
                "expose deploy/web --port=80 --target-port=8080 --type=NodePort --dry-run=client -oyaml"
            )
                == CommandOutput(
                    text: """
                        apiVersion: v1
                        kind: Service
                        metadata:
                          labels:
                            team: web
                          name: web
                        spec:
                          ports:
                          - port: 80
                            protocol: TCP
                            targetPort: 8080
                          selector:
                            app: web
                          type: NodePort
                        status:
                          loadBalancer: {}

                        """
                )
        )
    }

    @Test func hasANewFileWritten() throws {
        let output = try run("expose service svc-1 --name new --target-port http -n default")

        #expect(output.text == "service/new exposed\n" && output.code == 0)
        #expect(
            output.errand
                == .write(
                    Errand.NewFile(
                        folder: "/manifests",
                        names: ["new-service.yaml", "default-new-service.yaml"],
                        text: """
                            apiVersion: v1
                            kind: Service
                            metadata:
                              name: new
                              namespace: default
                            spec:
                              ports:
                              - port: 9000
                                protocol: TCP
                                targetPort: http
                              selector:
                                app: pod

                            """
                    )
                )
        )
    }

    @Test func takesPortsOverWithTheirProtocols() throws {
        let output = try run("expose rs dns -n infra --name all --dry-run=client -o yaml")

        #expect(
            output.text.contains(
                """
                  ports:
                  - name: port-1-udp
                    port: 53
                    protocol: UDP
                    targetPort: 53
                  - name: port-1-tcp
                    port: 53
                    protocol: TCP
                    targetPort: 53
                  - name: port-2
                    port: 9153
                    protocol: TCP
                    targetPort: 9153

                """
            ),
            "\(output)"
        )
    }

    @Test(arguments: [
        ("deploy web --port=80", "service/web exposed\n"),
        ("deploy web", "service/web exposed\n"),
        ("deploy web --dry-run=client", "service/web exposed (dry run)\n"),
        ("deploy web --dry-run", "service/web exposed (dry run)\n"),
        ("deploy web --dry-run -oname", "service/web\n"),
        ("deploy web -o name", "service/web\n"),
        ("deploy web --cluster-ip=10.96.0.77", "service/web exposed\n"),
        ("deploy web --cluster-ip=None --type=ClusterIP", "service/web exposed\n"),
        ("pod bare --selector=a=b --port 1", "service/bare exposed\n"),
    ])
    func saysSo(words: String, expected: String) throws {
        #expect(try run("expose " + words).text == expected)
    }

    @Test(arguments: [
        ("", "error: one object is wanted, as in 'expose deployment web --port=80'"),
        ("deploy web db", "error: one object is wanted, as in 'expose deployment web --port=80'"),
        ("frob web", "error: the server doesn't have a resource type \"frob\""),
        ("deploy none", "Error from server (NotFound): deployments.apps \"none\" not found"),
        ("deploy web -n infra", "Error from server (NotFound): deployments.apps \"web\" not found"),
        ("sts db --port=80", "error: cannot expose a StatefulSet.apps"),
        (
            "pod bare --port=80",
            "error: couldn't retrieve selectors via --selector flag or introspection: the pod has no "
                + "labels and cannot be exposed"
        ),
        (
            "svc no-selector --name x",
            "error: couldn't retrieve selectors via --selector flag or introspection: the service has "
                + "no pod selector set"
        ),
        (
            "deploy odd --port=1",
            "error: couldn't retrieve selectors via --selector flag or introspection: couldn't convert "
                + "expressions to map-based selector format"
        ),
        (
            "pod bare --selector=a=b",
            "error: couldn't find port via --port flag or introspection"
        ),
        (
            "deploy web --port=http",
            "error: 'http' is no port; --port wants a number from 1 to 65535"
        ),
        ("deploy web --selector=a", "error: unexpected label spec: a"),
        ("deploy web --session-affinity=x", "error: unknown session affinity: x"),
        (
            "deploy web --dry-run=server",
            "error: --dry-run=server asks an API server, and there is none; --dry-run=client shows "
                + "what would be written"
        ),
        (
            "deploy web --dry-run=yes",
            "error: Invalid dry-run value (yes). Must be \"none\" or \"client\"."
        ),
        (
            "deploy web -o wide",
            "error: unable to match a printer suitable for the output format \"wide\", allowed formats "
                + "are: json, name, yaml"
        ),
        ("svc svc-1", "Error from server (AlreadyExists): services \"svc-1\" already exists"),
        (
            "deploy web --cluster-ip=10.96.0.9",
            "The Service \"web\" is invalid: spec.clusterIPs: Invalid value: [\"10.96.0.9\"]: failed to "
                + "allocate IP 10.96.0.9: provided IP is already allocated to default/svc-1"
        ),
    ])
    func refusesWhatKubectlRefuses(words: String, expected: String) throws {
        #expect(try run("expose " + words) == .failure(expected))
    }

    @Test(arguments: ["--port=0", "--port=65536", "--type=Frob", "--protocol=ICMP"])
    func writesNothingThatTheServerWouldRefuse(flag: String) throws {
        let output = try run("expose deploy web \(flag)")

        #expect(output.errand == nil && output.code == 1)
        #expect(
            output.errors.hasPrefix("The Service \"web\" is invalid: spec."),
            "\(output.errors)"
        )
    }

    @Test func aPodThatWasMadeHasTheLabelsOfItsWorkload() throws {
        let pods = try Self.cluster.contents().pods(in: "default")
        let made = try #require(pods.map(\.metadata.name).first { $0.hasPrefix("web-") })

        let output = try run("expose pod \(made) --name one --dry-run=client -o yaml")

        #expect(output.text.contains("  selector:\n    app: web\n"), "\(output)")
        #expect(output.text.contains("targetPort: 8080\n"), "\(output)")
        guard case .edit(let place)? = try run("edit pod \(made)").errand else {
            Issue.record("the workload is not found")
            return
        }
        #expect(place.path == SampleCluster.path && place.line == 1)
    }

    @Test func singleFilesTakeNoNewOne() throws {
        let output = try Self.cluster.author("expose deploy web", manifests: [SampleCluster.path])

        #expect(
            output
                == .failure(
                    "error: the manifests are single files, and no folder that a new one could come "
                        + "into; see what would be written with --dry-run=client -o yaml"
                )
        )
    }
}

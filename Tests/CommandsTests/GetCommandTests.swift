// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing

@testable import Commands

@Suite struct GetCommandTests {
    @Test func showsServicesAsKubectlDoes() throws {
        let output = try SampleCluster.notes.run("get svc")

        #expect(
            output.text == """
                NAME                  TYPE           CLUSTER-IP      EXTERNAL-IP            PORT(S)          AGE
                http-go-svc           ClusterIP      10.110.237.77   <none>                 80/TCP           10d
                kubernetes            ClusterIP      10.96.0.1       <none>                 443/TCP          10d
                my-external-service   ExternalName   <none>          external.example.com   <none>           <unknown>
                svc-3                 LoadBalancer   10.103.1.2      <pending>              9000:31234/TCP   <unknown>
                web-svc               ClusterIP      10.96.100.100   <none>                 80/TCP           <unknown>

                """
        )
        #expect(output.errors.isEmpty && output.code == 0)
    }

    @Test func showsAllNamespacesAndMoreColumns() throws {
        let output = try SampleCluster.notes.run("get services -A -o wide -l team!=web")

        #expect(
            output.text == """
                NAMESPACE   NAME                  TYPE           CLUSTER-IP      EXTERNAL-IP            PORT(S)          AGE         SELECTOR
                default     http-go-svc           ClusterIP      10.110.237.77   <none>                 80/TCP           10d         run=http-go
                default     kubernetes            ClusterIP      10.96.0.1       <none>                 443/TCP          10d         <none>
                default     my-external-service   ExternalName   <none>          external.example.com   <none>           <unknown>   <none>
                default     svc-3                 LoadBalancer   10.103.1.2      <pending>              9000:31234/TCP   <unknown>   app=pod
                shop        cache                 ClusterIP      None            <none>                 11211/TCP        <unknown>   app=cache

                """
        )
    }

    @Test func showsEndpointsPodsAndNamespaces() throws {
        let notes = SampleCluster.notes

        #expect(
            try notes.run("get ep").text == """
                NAME          ENDPOINTS         AGE
                http-go-svc   <none>            10d
                svc-3         <none>            <unknown>
                web-svc       10.244.1.5:8080   <unknown>

                """
        )
        #expect(
            try notes.run("get pods -o wide --show-labels").text == """
                NAME            READY   STATUS    RESTARTS   AGE         IP           NODE    NOMINATED NODE   READINESS GATES   LABELS
                http-go-6t49p   1/1     Running   0          <unknown>   10.40.0.1    node0   <none>           <none>            run=http-goo
                web-1           1/1     Running   0          <unknown>   10.244.1.5   node1   <none>           <none>            app=web
                web-2           0/1     Running   0          <unknown>   10.244.1.6   node2   <none>           <none>            app=web

                """
        )
        #expect(
            try notes.run("get ns").text == """
                NAME      STATUS   AGE
                default   Active   <unknown>
                shop      Active   <unknown>

                """
        )
    }

    @Test("Slices that are written, and those that a controller would make")
    func showsSlices() throws {
        let cluster = SampleCluster(
            text: SampleCluster.notes.text + """
                ---
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata: {name: kubernetes, labels: {kubernetes.io/service-name: kubernetes}}
                addressType: IPv4
                endpoints: [{addresses: [192.0.2.1]}, {addresses: [192.0.2.2]}]
                ports: [{name: https, port: 6443}]

                """
        )

        #expect(
            try cluster.run("get endpointslices").text == """
                NAME                ADDRESSTYPE   PORTS     ENDPOINTS               AGE
                http-go-svc-fqvtv   IPv4          <unset>   <unset>                 10d
                kubernetes          IPv4          6443      192.0.2.1,192.0.2.2     <unknown>
                svc-3-fqbpb         IPv4          <unset>   <unset>                 <unknown>
                web-svc-gv5nr       IPv4          8080      10.244.1.5,10.244.1.6   <unknown>

                """
        )
        #expect(
            try cluster.run("get endpointslices -l kubernetes.io/service-name=web-svc -o yaml").text
                == """
                apiVersion: v1
                items:
                - addressType: IPv4
                  apiVersion: discovery.k8s.io/v1
                  endpoints:
                  - addresses:
                    - 10.244.1.5
                    conditions:
                      ready: true
                      serving: true
                      terminating: false
                    nodeName: node1
                    targetRef:
                      kind: Pod
                      name: web-1
                      namespace: default
                  - addresses:
                    - 10.244.1.6
                    conditions:
                      ready: false
                      serving: false
                      terminating: false
                    nodeName: node2
                    targetRef:
                      kind: Pod
                      name: web-2
                      namespace: default
                  kind: EndpointSlice
                  metadata:
                    labels:
                      endpointslice.kubernetes.io/managed-by: endpointslice-controller.k8s.io
                      kubernetes.io/service-name: web-svc
                      team: web
                    name: web-svc-gv5nr
                    namespace: default
                  ports:
                  - name: http
                    port: 8080
                    protocol: TCP
                kind: List
                metadata:
                  resourceVersion: ""

                """
        )
    }

    @Test("Whatever numbers a manifest has, they add up to something")
    func countsRestartsOfAnySize() throws {
        let cluster = SampleCluster(
            text: """
                apiVersion: v1
                kind: Pod
                metadata: {name: a}
                spec: {containers: [{name: c, image: i}]}
                status:
                  containerStatuses:
                  - {name: c, ready: true, restartCount: 9223372036854775807}
                  - {name: d, ready: false, restartCount: 1}

                """
        )

        #expect(
            try cluster.run("get po --no-headers").text
                == "a   1/2   Running   2147483648   <unknown>\n"
        )
    }

    @Test func takesNamesInAllTheirForms() throws {
        let notes = SampleCluster.notes

        #expect(
            try notes.run("get svc/web-svc po/web-1 -o name").text == "service/web-svc\npod/web-1\n"
        )
        #expect(
            try notes.run("get Services web-svc svc-3 -oname").text
                == "service/web-svc\nservice/svc-3\n"
        )
        #expect(
            try notes.run("get svc --namespace=shop --no-headers").text
                == "cache   ClusterIP   None   <none>   11211/TCP   <unknown>\n"
        )
        #expect(
            try notes.run("get pods,svc -n shop").text == """
                NAME            TYPE        CLUSTER-IP   EXTERNAL-IP   PORT(S)     AGE
                service/cache   ClusterIP   None         <none>        11211/TCP   <unknown>

                """
        )
    }

    @Test func writesWholeObjects() throws {
        let output = try SampleCluster.notes.run("get svc web-svc -o yaml")

        #expect(
            output.text == """
                apiVersion: v1
                kind: Service
                metadata:
                  annotations:
                    owner: "me: us"
                  labels:
                    team: web
                  name: web-svc
                  namespace: default
                spec:
                  clusterIP: 10.96.100.100
                  clusterIPs:
                  - 10.96.100.100
                  internalTrafficPolicy: Cluster
                  ipFamilies:
                  - IPv4
                  ipFamilyPolicy: SingleStack
                  ports:
                  - name: http
                    port: 80
                    protocol: TCP
                    targetPort: 8080
                  selector:
                    app: web
                  sessionAffinity: None
                  type: ClusterIP
                status:
                  loadBalancer: {}

                """
        )
    }

    @Test("What was given is shown as if it were written, what was refused is not there")
    func showsWhatServicesWereGiven() throws {
        let cluster = SampleCluster(
            text: """
                apiVersion: v1
                kind: Service
                metadata: {name: first}
                spec: {clusterIP: 10.96.0.7, ports: [{port: 80}]}
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: same}
                spec: {clusterIP: 10.96.0.7, ports: [{port: 80}]}
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: open}
                spec: {type: NodePort, ports: [{port: 80}]}

                """
        )
        let rows = try cluster.run("get svc --no-headers").text.split(separator: "\n")
        let words = rows.map { $0.split(separator: " ") }

        #expect(words.map(\.first) == ["first", "open"])
        let address = try #require(words.last?[2])
        #expect(address.hasPrefix("10."))
        let port = try #require(words.last?[4].dropFirst("80:".count).prefix { $0 != "/" })
        let whole = try cluster.run("get svc open -o yaml").text
        #expect(whole.contains("\n  clusterIP: \(address)\n"))
        #expect(whole.contains("\n  - nodePort: \(port)\n    port: 80\n"))
    }

    @Test func writesListsAsJSON() throws {
        let output = try SampleCluster.notes.run("get ep -l team=web -o json")

        #expect(
            output.text == """
                {
                    "apiVersion": "v1",
                    "items": [
                        {
                            "apiVersion": "v1",
                            "kind": "Endpoints",
                            "metadata": {
                                "labels": {
                                    "team": "web"
                                },
                                "name": "web-svc",
                                "namespace": "default"
                            },
                            "subsets": [
                                {
                                    "addresses": [
                                        {
                                            "ip": "10.244.1.5",
                                            "targetRef": {
                                                "kind": "Pod",
                                                "name": "web-1"
                                            }
                                        }
                                    ],
                                    "notReadyAddresses": [
                                        {
                                            "ip": "10.244.1.6",
                                            "targetRef": {
                                                "kind": "Pod",
                                                "name": "web-2"
                                            }
                                        }
                                    ],
                                    "ports": [
                                        {
                                            "name": "http",
                                            "port": 8080,
                                            "protocol": "TCP"
                                        }
                                    ]
                                }
                            ]
                        }
                    ],
                    "kind": "List",
                    "metadata": {
                        "resourceVersion": ""
                    }
                }

                """
        )
    }

    @Test(arguments: [
        (
            "svc -o jsonpath={.items[?(@.spec.type!=\"ClusterIP\")].metadata.name}",
            "my-external-service svc-3"
        ),
        ("svc web-svc -o=jsonpath={.spec.ports[0].targetPort}", "8080"),
        ("svc -A -ojsonpath={range.items[*]}{.spec.clusterIP}{end}", "10.110.237.7710.96.0.1"),
        ("svc/web-svc -o jsonpath-as-json={.spec.selector}", "[\n    {"),
        ("svc web-svc -o jsonpath={.nothing}", ""),
    ])
    func writesTemplates(words: String, text: String) throws {
        let output = try SampleCluster.notes.run("get \(words)")

        #expect(output.text.hasPrefix(text) && output.errors.isEmpty)
    }

    @Test(arguments: [
        ("get svc nobody", "Error from server (NotFound): services \"nobody\" not found\n", 1),
        ("get svc -n nowhere", "No resources found in nowhere namespace.\n", 0),
        ("get endpointslices -A -l a=b", "No resources found\n", 0),
        ("get widgets", "error: the server doesn't have a resource type \"widgets\"\n", 1),
        (
            "get svc web-svc -A",
            "error: a resource cannot be retrieved by name across all namespaces\n", 1
        ),
        ("get svc --watchful", "error: unknown flag: --watchful\n", 1),
        ("get svc -n", "error: flag needs an argument: 'n' in -n\n", 1),
        (
            "get svc/",
            "error: arguments in resource/name form must have a single resource and name\n", 1
        ),
        ("get svc -o jsonpath", "error: template format specified but no template given\n", 1),
        (
            "get svc -o=jsonpath={.a", "error: error parsing jsonpath {.a, unclosed action\n",
            1
        ),
        (
            "get svc -ojsonpath-as-json={.items[9]}",
            "error: error executing jsonpath: array index out of bounds: index 9, length 5\n", 1
        ),
        (
            "get svc -o xml",
            "error: unable to match a printer suitable for the output format \"xml\", allowed formats are: custom-columns, json, jsonpath, jsonpath-as-json, name, wide, yaml\n",
            1
        ),
    ])
    func saysWhatIsWrong(command: String, errors: String, code: Int32) throws {
        let output = try SampleCluster.notes.run(command)

        #expect(output == CommandOutput(errors: errors, code: code))
    }
}

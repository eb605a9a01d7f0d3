// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Plugin
import Testing

@testable import Commands

/// What the API server fills in, for whoever reads whole objects.
@Suite struct WholeObjectTests {
    private static let template = """
        {metadata: {labels: {app: a}}, spec: {restartPolicy: Always, containers: [{name: c, image: "i:1"}]}}
        """

    /// The part of a workload's specification that nobody wrote: all but selector and template.
    private func filled(_ kind: String, _ spec: String) throws -> String {
        let version = kind == "Job" ? "batch/v1" : "apps/v1"
        let selector = kind == "Job" ? "" : "selector: {matchLabels: {app: a}}, "
        let template = Self.template.replacing("Always", with: kind == "Job" ? "Never" : "Always")
        let cluster = SampleCluster(
            text: """
                {apiVersion: \(version), kind: \(kind), metadata: {name: w},
                 spec: {\(selector)\(spec)template: \(template)}}

                """
        )
        let text = try cluster.run("get \(kind) w -o jsonpath={.spec}").text
        let start = text.firstRange(of: "\"template\":")?.lowerBound ?? text.endIndex
        let end = text.firstRange(of: "\"terminationGracePeriodSeconds\":30}}")?.upperBound
        let own = String(text[..<start] + text[(end ?? text.endIndex)...])
        return own.replacing("\"selector\":{\"matchLabels\":{\"app\":\"a\"}},", with: "")
            .replacing("\"", with: "")
    }

    @Test(arguments: [
        (
            "Deployment", "",
            "{progressDeadlineSeconds:600,replicas:1,revisionHistoryLimit:10,"
                + "strategy:{rollingUpdate:{maxSurge:25%,maxUnavailable:25%},type:RollingUpdate},}"
        ),
        (
            "Deployment", "replicas: 0, strategy: {type: Recreate}, ",
            "{progressDeadlineSeconds:600,replicas:0,revisionHistoryLimit:10,"
                + "strategy:{type:Recreate},}"
        ),
        (
            "Deployment", "strategy: {rollingUpdate: {maxSurge: 2}}, ",
            "{progressDeadlineSeconds:600,replicas:1,revisionHistoryLimit:10,"
                + "strategy:{rollingUpdate:{maxSurge:2,maxUnavailable:25%},type:RollingUpdate},}"
        ),
        ("ReplicaSet", "", "{replicas:1,}"),
        (
            "StatefulSet", "serviceName: s, ",
            "{persistentVolumeClaimRetentionPolicy:{whenDeleted:Retain,whenScaled:Retain},"
                + "podManagementPolicy:OrderedReady,replicas:1,revisionHistoryLimit:10,"
                + "serviceName:s,,updateStrategy:{rollingUpdate:{partition:0},type:RollingUpdate}}"
        ),
        (
            "StatefulSet", "serviceName: s, updateStrategy: {type: OnDelete}, ",
            "{persistentVolumeClaimRetentionPolicy:{whenDeleted:Retain,whenScaled:Retain},"
                + "podManagementPolicy:OrderedReady,replicas:1,revisionHistoryLimit:10,"
                + "serviceName:s,,updateStrategy:{type:OnDelete}}"
        ),
        (
            "DaemonSet", "",
            "{revisionHistoryLimit:10,,"
                + "updateStrategy:{rollingUpdate:{maxSurge:0,maxUnavailable:1},type:RollingUpdate}}"
        ),
        (
            "DaemonSet", "updateStrategy: {type: OnDelete}, ",
            "{revisionHistoryLimit:10,,updateStrategy:{type:OnDelete}}"
        ),
        (
            "Job", "",
            "{backoffLimit:6,completionMode:NonIndexed,completions:1,manualSelector:false,"
                + "parallelism:1,podReplacementPolicy:TerminatingOrFailed,suspend:false,}"
        ),
        (
            "Job", "parallelism: 3, ",
            "{backoffLimit:6,completionMode:NonIndexed,manualSelector:false,"
                + "parallelism:3,podReplacementPolicy:TerminatingOrFailed,suspend:false,}"
        ),
    ])
    func fillsInWorkloads(kind: String, spec: String, expected: String) throws {
        #expect(try filled(kind, spec) == expected)
    }

    /// What is shown of a Pod's specification that is written so.
    private func pod(_ spec: String, _ path: String) throws -> String {
        let cluster = SampleCluster(
            text: "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {\(spec)}}\n"
        )
        return try cluster.run("get pod p -o jsonpath={.spec\(path)}").text
            .replacing("\"", with: "")
    }

    @Test(arguments: [
        ("i", "Always"), ("i:latest", "Always"), ("i:1", "IfNotPresent"),
        ("host:5000/i", "Always"), ("host:5000/i:1", "IfNotPresent"),
        (
            "i@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            "IfNotPresent"
        ),
    ])
    func tellsWhenImagesAreFetched(image: String, policy: String) throws {
        let spec = "containers: [{name: c, image: \"\(image)\"}]"

        #expect(try pod(spec, ".containers[0].imagePullPolicy") == policy)
        let written = "containers: [{name: c, image: \"\(image)\", imagePullPolicy: Never}]"
        #expect(try pod(written, ".containers[0].imagePullPolicy") == "Never")
    }

    @Test(arguments: [
        ("ports: [{containerPort: 80}]", ".ports", "[{containerPort:80,protocol:TCP}]"),
        (
            "livenessProbe: {httpGet: {port: 80}, periodSeconds: 3}", ".livenessProbe",
            "{failureThreshold:3,httpGet:{path:/,port:80,scheme:HTTP},periodSeconds:3,"
                + "successThreshold:1,timeoutSeconds:1}"
        ),
        (
            "readinessProbe: {exec: {command: [a]}}", ".readinessProbe",
            "{exec:{command:[a]},failureThreshold:3,periodSeconds:10,successThreshold:1,"
                + "timeoutSeconds:1}"
        ),
        (
            "env: [{name: A, valueFrom: {fieldRef: {fieldPath: status.podIP}}}, {name: B, value: b}]",
            ".env",
            "[{name:A,valueFrom:{fieldRef:{apiVersion:v1,fieldPath:status.podIP}}},"
                + "{name:B,value:b}]"
        ),
        (
            "resources: {limits: {cpu: 1, memory: 1Gi}, requests: {cpu: 100m}}", ".resources",
            "{limits:{cpu:1,memory:1Gi},requests:{cpu:100m,memory:1Gi}}"
        ),
    ])
    func fillsInContainers(written: String, path: String, expected: String) throws {
        let spec = "containers: [{name: c, image: i, \(written)}]"

        #expect(try pod(spec, ".containers[0]\(path)") == expected)
    }

    @Test func fillsInVolumesAndPortsOfTheHost() throws {
        let spec = """
            hostNetwork: true, containers: [{name: c, image: i, ports: [{containerPort: 80}]}],
            volumes: [{name: a, configMap: {name: m}}, {name: b, secret: {secretName: s, defaultMode: 256}},
             {name: c, hostPath: {path: /x}}, {name: d, emptyDir: {}}]
            """

        #expect(
            try pod(spec, ".volumes")
                == "[{configMap:{defaultMode:420,name:m},name:a},"
                + "{name:b,secret:{defaultMode:256,secretName:s}},"
                + "{hostPath:{path:/x,type:},name:c},{emptyDir:{},name:d}]"
        )
        #expect(try pod(spec, ".containers[0].ports[0].hostPort") == "80")
    }

    @Test("The ReplicaSet of a Deployment, as the controller makes it")
    func writesReplicaSets() throws {
        #expect(
            try WorkloadTablesTests.cluster.run("get rs web-fdjbdldv2 -o yaml").text == """
                apiVersion: apps/v1
                kind: ReplicaSet
                metadata:
                  annotations:
                    deployment.kubernetes.io/desired-replicas: "3"
                    deployment.kubernetes.io/revision: "1"
                  labels:
                    app: web
                    pod-template-hash: fdjbdldv2
                  name: web-fdjbdldv2
                  namespace: default
                  ownerReferences:
                  - apiVersion: apps/v1
                    controller: true
                    kind: Deployment
                    name: web
                spec:
                  replicas: 3
                  selector:
                    matchLabels:
                      app: web
                      pod-template-hash: fdjbdldv2
                  template:
                    metadata:
                      annotations:
                        note: hello
                      labels:
                        app: web
                        pod-template-hash: fdjbdldv2
                    spec:
                      containers:
                      - image: nginx:1.25
                        imagePullPolicy: IfNotPresent
                        name: nginx
                        ports:
                        - containerPort: 80
                          protocol: TCP
                        resources: {}
                        terminationMessagePath: /dev/termination-log
                        terminationMessagePolicy: File
                      - image: busybox
                        imagePullPolicy: Always
                        name: log
                        resources: {}
                        terminationMessagePath: /dev/termination-log
                        terminationMessagePolicy: File
                      dnsPolicy: ClusterFirst
                      restartPolicy: Always
                      schedulerName: default-scheduler
                      securityContext: {}
                      terminationGracePeriodSeconds: 30
                status:
                  availableReplicas: 3
                  fullyLabeledReplicas: 3
                  readyReplicas: 3
                  replicas: 3

                """
        )
        let owner = "{.items[?(@.spec.nodeName==\"node-1\")].metadata.ownerReferences[0].name}"
        #expect(
            try WorkloadTablesTests.cluster.run("get pods -l app=web -o jsonpath=" + owner).text
                == "web-fdjbdldv2"
        )
    }

    @Test("A Deployment has a ReplicaSet here only where it is not written, and Pods are made")
    func knowsWhoMakesReplicaSets() throws {
        let deployment = """
            {apiVersion: apps/v1, kind: Deployment, metadata: {name: web},
             spec: {replicas: REPLICAS, selector: {matchLabels: {app: a}}, template: \(Self.template)}}

            """
        let one = deployment.replacing("REPLICAS", with: "1")
        var cluster = SampleCluster(text: one)
        #expect(
            try cluster.run("get rs --no-headers").text.split(separator: " ")[1...3] == [
                "1", "1", "1",
            ]
        )
        let none = SampleCluster(text: deployment.replacing("REPLICAS", with: "0"))
        #expect(
            try none.run("get rs --no-headers").text.split(separator: " ")[1...3] == [
                "0", "0", "0",
            ]
        )
        cluster.allocation.makesPods = false
        #expect(try cluster.run("get rs -oname").text == "")
        let written = SampleCluster(
            text: one + """
                ---
                {apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: web-1, ownerReferences:
                  [{apiVersion: apps/v1, kind: Deployment, name: web, uid: u, controller: true}]},
                 spec: {replicas: 1, selector: {matchLabels: {app: a}}, template: \(Self.template)}}

                """
        )
        #expect(try written.run("get rs -oname").text == "replicaset.apps/web-1\n")
    }

    @Test func tellsHowManyPodsThereAre() throws {
        let cluster = WorkloadTablesTests.cluster

        #expect(
            try cluster.run("get deploy,sts,ds -A -o jsonpath={range.items[*]}{.status};{end}").text
                .replacing("\"", with: "")
                == "{availableReplicas:3,readyReplicas:3,replicas:3,updatedReplicas:3};"
                + "{availableReplicas:0,currentReplicas:2,replicas:2,updatedReplicas:2};"
                + "{currentNumberScheduled:3,desiredNumberScheduled:3,numberAvailable:3,"
                + "numberMisscheduled:0,numberReady:3,updatedNumberScheduled:3};"
        )
    }

    @Test(
        "Zeros stand in a status only where the API server writes them",
        arguments: [
            ("Deployment", "{}"), ("ReplicaSet", "{replicas:0}"),
            ("StatefulSet", "{availableReplicas:0,replicas:0}"),
            (
                "DaemonSet",
                "{currentNumberScheduled:0,desiredNumberScheduled:0,numberMisscheduled:0,"
                    + "numberReady:0}"
            ),
        ]
    )
    func leavesZerosOut(kind: String, status: String) throws {
        let spec =
            kind == "DaemonSet" ? "" : kind == "StatefulSet" ? "serviceName: s, " : ""
        var cluster = SampleCluster(
            text: """
                {apiVersion: apps/v1, kind: \(kind), metadata: {name: w},
                 spec: {\(spec)selector: {matchLabels: {app: a}}, template: \(Self.template)}}

                """
        )
        cluster.allocation.makesPods = false
        let shown = try cluster.run("get \(kind.lowercased()) w -o jsonpath={.status}")

        #expect(shown.text.replacing("\"", with: "") == status)
    }

    @Test func fillsInNodesAndNamespaces() throws {
        let cluster = SampleCluster(
            text: """
                {apiVersion: v1, kind: Node, metadata: {name: m}, status: {capacity: {pods: "9"}}}
                ---
                {apiVersion: v1, kind: Node, metadata: {name: o}, spec: {podCIDR: 10.9.0.0/24},
                 status: {capacity: {pods: "9"}, allocatable: {pods: "8"}}}
                ---
                {apiVersion: v1, kind: Namespace, metadata: {name: shop}}

                """
        )

        let nodes = try cluster.run("get no -o jsonpath={.items[*].status.allocatable.pods}")
        #expect(nodes == CommandOutput(text: "9 8"))
        #expect(
            try cluster.run("get no o -o jsonpath={.spec.podCIDRs}").text == "[\"10.9.0.0/24\"]"
        )
        #expect(
            try cluster.run("get ns shop -o jsonpath={.spec.finalizers}{.status.phase}").text
                == "[\"kubernetes\"]Active"
        )
    }
}

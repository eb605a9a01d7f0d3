// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing

@testable import Commands

/// Workloads, their Pods and the Nodes that these run on, where manifests have only the first.
@Suite struct WorkloadTablesTests {
    static let cluster = SampleCluster(
        text: """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, creationTimestamp: "2022-05-14T06:07:39Z"}
            spec:
              replicas: 3
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}, annotations: {note: hello}}
                spec: {containers: [{name: nginx, image: "nginx:1.25", ports: [{containerPort: 80}]}, {name: log, image: busybox}]}
            ---
            apiVersion: apps/v1
            kind: StatefulSet
            metadata: {name: db}
            spec:
              replicas: 2
              serviceName: db
              selector: {matchLabels: {app: db}, matchExpressions: [{key: tier, operator: In, values: [a, b]}, {key: x, operator: Exists}]}
              template:
                metadata: {labels: {app: db, tier: a, x: ""}, annotations: {apus.dev/ready: "false"}}
                spec: {containers: [{name: pg, image: postgres}]}
            ---
            apiVersion: apps/v1
            kind: DaemonSet
            metadata: {name: agent, namespace: kube-system}
            spec:
              selector: {matchLabels: {app: agent}}
              template:
                metadata: {labels: {app: agent}}
                spec: {nodeSelector: {kubernetes.io/os: linux}, containers: [{name: agent, image: agent}]}
            ---
            apiVersion: batch/v1
            kind: Job
            metadata: {name: once}
            spec: {completions: 3, template: {spec: {restartPolicy: Never, containers: [{name: c, image: i}]}}}
            status: {succeeded: 1, startTime: "2022-05-24T06:00:00Z"}
            ---
            apiVersion: apps/v1
            kind: ReplicaSet
            metadata: {name: lone}
            spec: {replicas: 1, selector: {matchLabels: {app: lone}}, template: {metadata: {labels: {app: lone}}, spec: {containers: [{name: c, image: i}]}}}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec: {selector: {app: web}, ports: [{port: 80}]}

            """
    )

    @Test("All of one namespace, as kubectl shows it, with the Pods that workloads have")
    func showsAll() throws {
        #expect(
            try Self.cluster.run("get all").text == """
                NAME                      READY   STATUS    RESTARTS   AGE
                pod/db-0                  0/1     Running   0          <unknown>
                pod/db-1                  0/1     Running   0          <unknown>
                pod/lone-qpgbz            1/1     Running   0          <unknown>
                pod/once-lqsxx            1/1     Running   0          <unknown>
                pod/web-fdjbdldv2-4lwj9   2/2     Running   0          10d
                pod/web-fdjbdldv2-pl97j   2/2     Running   0          10d
                pod/web-fdjbdldv2-x672q   2/2     Running   0          10d

                NAME          TYPE        CLUSTER-IP      EXTERNAL-IP   PORT(S)   AGE
                service/web   ClusterIP   10.108.69.109   <none>        80/TCP    <unknown>

                NAME                  READY   UP-TO-DATE   AVAILABLE   AGE
                deployment.apps/web   3/3     3            3           10d

                NAME                            DESIRED   CURRENT   READY   AGE
                replicaset.apps/lone            1         1         1       <unknown>
                replicaset.apps/web-fdjbdldv2   3         3         3       10d

                NAME                  READY   AGE
                statefulset.apps/db   0/2     <unknown>

                NAME             STATUS    COMPLETIONS   DURATION   AGE
                job.batch/once   Running   1/3           7m39s      <unknown>

                """
        )
    }

    @Test func showsMoreColumns() throws {
        let cluster = Self.cluster

        #expect(
            try cluster.run("get deploy,rs,sts,ds,job -A -o wide").text == """
                NAMESPACE   NAME                  READY   UP-TO-DATE   AVAILABLE   AGE   CONTAINERS   IMAGES               SELECTOR
                default     deployment.apps/web   3/3     3            3           10d   nginx,log    nginx:1.25,busybox   app=web

                NAMESPACE   NAME                            DESIRED   CURRENT   READY   AGE         CONTAINERS   IMAGES               SELECTOR
                default     replicaset.apps/lone            1         1         1       <unknown>   c            i                    app=lone
                default     replicaset.apps/web-fdjbdldv2   3         3         3       10d         nginx,log    nginx:1.25,busybox   app=web,pod-template-hash=fdjbdldv2

                NAMESPACE   NAME                  READY   AGE         CONTAINERS   IMAGES
                default     statefulset.apps/db   0/2     <unknown>   pg           postgres

                NAMESPACE     NAME                   DESIRED   CURRENT   READY   UP-TO-DATE   AVAILABLE   NODE SELECTOR            AGE         CONTAINERS   IMAGES   SELECTOR
                kube-system   daemonset.apps/agent   3         3         3       3            3           kubernetes.io/os=linux   <unknown>   agent        agent    app=agent

                NAMESPACE   NAME             STATUS    COMPLETIONS   DURATION   AGE         CONTAINERS   IMAGES   SELECTOR
                default     job.batch/once   Running   1/3           7m39s      <unknown>   c            i        <none>

                """
        )
        #expect(
            try cluster.run("get pods -A -o wide").text == """
                NAMESPACE     NAME                  READY   STATUS    RESTARTS   AGE         IP             NODE     NOMINATED NODE   READINESS GATES
                default       db-0                  0/1     Running   0          <unknown>   10.244.2.68    node-2   <none>           <none>
                default       db-1                  0/1     Running   0          <unknown>   10.244.3.182   node-3   <none>           <none>
                default       lone-qpgbz            1/1     Running   0          <unknown>   10.244.3.188   node-3   <none>           <none>
                default       once-lqsxx            1/1     Running   0          <unknown>   10.244.2.59    node-2   <none>           <none>
                default       web-fdjbdldv2-4lwj9   2/2     Running   0          10d         10.244.1.203   node-1   <none>           <none>
                default       web-fdjbdldv2-pl97j   2/2     Running   0          10d         10.244.2.143   node-2   <none>           <none>
                default       web-fdjbdldv2-x672q   2/2     Running   0          10d         10.244.3.214   node-3   <none>           <none>
                kube-system   agent-9rwp9           1/1     Running   0          <unknown>   10.244.1.110   node-1   <none>           <none>
                kube-system   agent-mmp27           1/1     Running   0          <unknown>   10.244.3.109   node-3   <none>           <none>
                kube-system   agent-zj6ss           1/1     Running   0          <unknown>   10.244.2.148   node-2   <none>           <none>

                """
        )
        #expect(
            try cluster.run("get no -o wide").text == """
                NAME     STATUS   ROLES    AGE         VERSION     INTERNAL-IP   EXTERNAL-IP   OS-IMAGE    KERNEL-VERSION   CONTAINER-RUNTIME
                node-1   Ready    <none>   <unknown>   <unknown>   <none>        <none>        <unknown>   <unknown>        <unknown>
                node-2   Ready    <none>   <unknown>   <unknown>   <none>        <none>        <unknown>   <unknown>        <unknown>
                node-3   Ready    <none>   <unknown>   <unknown>   <none>        <none>        <unknown>   <unknown>        <unknown>

                """
        )
    }

    @Test("A Pod that was made is its template with what it was given")
    func writesMadePods() throws {
        #expect(
            try Self.cluster.run("get pod db-0 -o yaml").text == """
                apiVersion: v1
                kind: Pod
                metadata:
                  annotations:
                    apus.dev/ready: "false"
                  labels:
                    app: db
                    apps.kubernetes.io/pod-index: "0"
                    controller-revision-hash: db-nfj8tbgbx
                    statefulset.kubernetes.io/pod-name: db-0
                    tier: a
                    x: ""
                  name: db-0
                  namespace: default
                  ownerReferences:
                  - apiVersion: apps/v1
                    controller: true
                    kind: StatefulSet
                    name: db
                spec:
                  containers:
                  - image: postgres
                    imagePullPolicy: Always
                    name: pg
                    resources: {}
                    terminationMessagePath: /dev/termination-log
                    terminationMessagePolicy: File
                  dnsPolicy: ClusterFirst
                  enableServiceLinks: true
                  hostname: db-0
                  nodeName: node-2
                  restartPolicy: Always
                  schedulerName: default-scheduler
                  securityContext: {}
                  subdomain: db
                  terminationGracePeriodSeconds: 30
                status:
                  conditions:
                  - status: "False"
                    type: Ready
                  phase: Running
                  podIP: 10.244.2.68
                  podIPs:
                  - ip: 10.244.2.68

                """
        )
    }

    @Test func writesNodesThatNoManifestHas() throws {
        #expect(
            try Self.cluster.run("get node node-1 -o yaml").text == """
                apiVersion: v1
                kind: Node
                metadata:
                  labels:
                    kubernetes.io/arch: amd64
                    kubernetes.io/hostname: node-1
                    kubernetes.io/os: linux
                  name: node-1
                spec:
                  podCIDR: 10.244.1.0/24
                  podCIDRs:
                  - 10.244.1.0/24

                """
        )
    }

    @Test("What a cluster made is counted by its owners, and a written status is not asked")
    func countsOwnedPods() throws {
        let cluster = SampleCluster(
            text: """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: web}
                spec:
                  replicas: 3
                  selector: {matchLabels: {app: web}}
                  template:
                    metadata: {labels: {app: web}}
                    spec: {containers: [{name: c, image: i}]}
                status: {readyReplicas: 9}
                ---
                apiVersion: apps/v1
                kind: ReplicaSet
                metadata:
                  name: web-1
                  ownerReferences:
                  - {apiVersion: apps/v1, kind: Deployment, name: web, uid: u, controller: true}
                spec:
                  replicas: 3
                  selector: {matchLabels: {app: web}}
                  template:
                    metadata: {labels: {app: web}}
                    spec: {containers: [{name: c, image: i}]}
                ---
                apiVersion: v1
                kind: Pod
                metadata:
                  name: web-1-a
                  labels: {app: web}
                  ownerReferences:
                  - {apiVersion: apps/v1, kind: ReplicaSet, name: web-1, uid: u, controller: true}
                spec: {containers: [{name: c, image: i}]}
                status: {podIP: 10.0.0.1, phase: Running}
                ---
                apiVersion: v1
                kind: Pod
                metadata:
                  name: web-1-b
                  labels: {app: web}
                  ownerReferences:
                  - {apiVersion: apps/v1, kind: ReplicaSet, name: web-1, uid: u, controller: true}
                spec: {containers: [{name: c, image: i}]}
                status:
                  podIP: 10.0.0.2
                  phase: Running
                  conditions: [{type: Ready, status: "False"}]

                """
        )

        #expect(
            try cluster.run("get deploy,rs --no-headers").text == """
                deployment.apps/web   1/3   2   1   <unknown>
                replicaset.apps/web-1   3   2   1   <unknown>

                """
        )
    }

    @Test(arguments: [
        ("{}", "{}", "Running 0/1 <unknown>"), ("{completions: 4}", "{}", "Running 0/4 <unknown>"),
        ("{parallelism: 3}", "{succeeded: 2}", "Running 2/1 of 3 <unknown>"),
        ("{suspend: true}", "{}", "Suspended 0/1 <unknown>"),
        (
            "{}",
            """
            {succeeded: 1, startTime: "2022-05-24T06:00:00Z", completionTime: "2022-05-24T06:01:05Z",
             conditions: [{type: Complete, status: "True"}]}
            """,
            "Complete 1/1 65s <unknown>"
        ),
        ("{}", "{conditions: [{type: Failed, status: \"True\"}]}", "Failed 0/1 <unknown>"),
        ("{}", "{conditions: [{type: Failed, status: \"False\"}]}", "Running 0/1 <unknown>"),
        ("{}", "{startTime: \"2022-05-24T06:05:39Z\"}", "Running 0/1 2m <unknown>"),
    ])
    func tellsHowJobsDo(spec: String, status: String, cells: String) throws {
        let template = "{spec: {restartPolicy: Never, containers: [{name: c, image: i}]}}"
        let cluster = SampleCluster(
            text: """
                {apiVersion: batch/v1, kind: Job, metadata: {name: j},
                 spec: {template: \(template), \(spec.dropFirst().dropLast())},
                 status: \(status)}

                """
        )
        let words = try cluster.run("get jobs --no-headers").text.split(
            whereSeparator: \.isWhitespace
        )

        #expect(words.joined(separator: " ") == "j " + cells)
    }

    @Test(arguments: [
        ("{}", "{}", "{}", "Ready <none> <unknown> <unknown>"),
        (
            "{node-role.kubernetes.io/worker: \"\", kubernetes.io/role: main}",
            "{unschedulable: true}",
            "{conditions: [{type: Ready, status: \"False\"}], nodeInfo: {kubeletVersion: v1.33.1}}",
            "NotReady,SchedulingDisabled main,worker <unknown> v1.33.1"
        ),
        (
            "{kubernetes.io/role: \"\"}", "{}",
            "{conditions: [{type: MemoryPressure, status: \"False\"}]}",
            "Unknown <none> <unknown> <unknown>"
        ),
        (
            "{}", "{}", "{conditions: [{type: Ready, status: \"True\"}]}",
            "Ready <none> <unknown> <unknown>"
        ),
    ])
    func tellsHowNodesDo(labels: String, spec: String, status: String, cells: String) throws {
        let cluster = SampleCluster(
            text: """
                {apiVersion: v1, kind: Node, metadata: {name: alone, labels: \(labels)}, spec: \(spec),
                 status: \(status)}

                """
        )
        let words = try cluster.run("get no --no-headers").text.split(separator: " ")

        #expect(words.joined(separator: " ") == "alone \(cells)\n")
    }
}

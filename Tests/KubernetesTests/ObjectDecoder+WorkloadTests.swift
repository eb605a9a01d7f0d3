// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Testing

@Suite struct WorkloadDecodingTests {
    private static let selector = "selector: {matchLabels: {app: a}}\n"
    private static let template =
        "template: {metadata: {labels: {app: a}}, spec: {containers: [{name: c}]}}\n"
    /// A workload that is right but for some lines of its `spec`.
    private static func whole(_ lines: String, kind: String = "Deployment") -> String {
        workload(selector + template + lines, kind: kind)
    }

    @Test func readsAWholeDeployment() throws {
        let text = """
            apiVersion: apps/v1
            kind: Deployment
            metadata:
              name: web
              namespace: shop
              labels: {app: web}
              creationTimestamp: "2022-05-14T06:07:39Z"
            spec:
              replicas: 3
              selector: {matchLabels: {app: web-nginx}}
              strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}
              template:
                metadata:
                  name: nginx-pod
                  labels: {app: web-nginx, tier: front}
                spec:
                  nodeSelector: {kubernetes.io/os: linux}
                  containers:
                  - {name: nginx, image: nginx, ports: [{name: http, containerPort: 80}]}
            """
        var expected = Workload(
            metadata: Metadata(
                name: "web",
                namespace: "shop",
                labels: ["app": "web"],
                createdSeconds: 1_652_508_459
            ),
            kind: .deployment,
            podCount: 3
        )
        expected.template.labels = ["app": "web-nginx", "tier": "front"]
        expected.template.ports = [ContainerPort(name: "http", number: 80, transport: .tcp)]
        expected.template.placement.nodeSelector = ["kubernetes.io/os": "linux"]

        let decoded = try #require(DecodedObject.all(in: Array(text.utf8), of: "f").first)
        var found = try #require(onlyWorkload(text))
        found.template.contentHash = 0

        #expect(decoded.mistakes == [])
        #expect(decoded.key?.description == "Deployment shop/web")
        #expect(found == expected)
    }

    @Test(
        "Every kind is read in each of its versions",
        arguments: [
            ("Deployment", "apps/v1", Workload.Kind.deployment),
            ("Deployment", "apps/v1beta1", .deployment),
            ("Deployment", "apps/v1beta2", .deployment),
            ("Deployment", "extensions/v1beta1", .deployment),
            ("ReplicaSet", "apps/v1", .replicaSet),
            ("ReplicaSet", "extensions/v1beta1", .replicaSet),
            ("StatefulSet", "apps/v1", .statefulSet),
            ("StatefulSet", "apps/v1beta1", .statefulSet),
            ("DaemonSet", "apps/v1", .daemonSet),
            ("DaemonSet", "extensions/v1beta1", .daemonSet),
        ]
    )
    func readsEveryKind(kind: String, version: String, expected: Workload.Kind) {
        let text = workload(Self.selector + Self.template, kind: kind, version: version)

        #expect(mistakes(text) == [])
        #expect(onlyWorkload(text)?.kind == expected)
        #expect(onlyWorkload(text)?.podCount == 1)
    }

    @Test(
        "A version that a kind does not have is refused",
        arguments: [
            ("Deployment", "v1", "apps/v1"), ("StatefulSet", "extensions/v1beta1", "apps/v1"),
            ("ReplicaSet", "batch/v1", "apps/v1"), ("DaemonSet", "apps/v2", "apps/v1"),
        ]
    )
    func refusesOtherVersions(kind: String, version: String, wanted: String) {
        let text = Self.whole("", kind: kind).replacing("apps/v1", with: version)

        #expect(
            mistakes(text) == [
                "1:13: \(kind) \"web\": apiVersion: Invalid value: \"\(version)\": must be "
                    + wanted
            ]
        )
        #expect(objects(text) == [])
    }

    @Test func takesTheSelectorOfOldVersionsFromTheTemplate() {
        let old = workload(Self.template, version: "extensions/v1beta1")

        #expect(mistakes(old) == [])
        #expect(
            mistakes(workload(Self.template)) == [
                """
                5:3: Deployment "web": spec.selector: Required value: the labels that the \
                template has
                """
            ]
        )
    }

    @Test func aSpecMustBeThere() {
        let head = "apiVersion: apps/v1\nkind: ReplicaSet\nmetadata: {name: web}\n"

        #expect(
            mistakes(head) == [
                """
                1:1: ReplicaSet "web": spec: Required value: a mapping with selector and template
                """
            ]
        )
        #expect(
            mistakes(head + "spec: 3") == [
                "4:7: ReplicaSet \"web\": spec: Invalid value: 3: must be a mapping"
            ]
        )
    }

    private static let rules: [(kind: String, rule: Rule)] = [
        (
            "Deployment",
            Rule(
                "replicas: 0",
                "replicas: -1",
                "7:13: %.replicas: Invalid value: -1: must be greater than or equal to 0"
            )
        ),
        (
            "ReplicaSet",
            Rule(
                "replicas: 7",
                "replicas: three",
                "7:13: %.replicas: Invalid value: \"three\": must be an integer"
            )
        ),
        (
            "StatefulSet",
            Rule(
                "replicas: 2",
                "replicas: '2'",
                "7:13: %.replicas: Invalid value: \"2\": must be an integer, without quotes"
            )
        ),
        (
            "Deployment",
            Rule(
                "minReadySeconds: 2147483647",
                "minReadySeconds: 2147483648",
                "7:20: %.minReadySeconds: Invalid value: 2147483648: must be at most 2147483647"
            )
        ),
        (
            "DaemonSet",
            Rule(
                "revisionHistoryLimit: 0",
                "revisionHistoryLimit: -5",
                """
                7:25: %.revisionHistoryLimit: Invalid value: -5: must be greater than or equal to 0
                """
            )
        ),
        (
            "Deployment",
            Rule(
                "paused: true",
                "paused: 'true'",
                "7:11: %.paused: Invalid value: \"true\": must be true or false, without quotes"
            )
        ),
        (
            "StatefulSet",
            Rule(
                "serviceName: db",
                "serviceName: db.shop",
                """
                7:16: %.serviceName: Invalid value: "db.shop": must be at most 63 lower case \
                letters, digits and '-', first and last no '-' (such as 'my-name')
                """
            )
        ),
        (
            "StatefulSet",
            Rule(
                "podManagementPolicy: Parallel",
                "podManagementPolicy: AtOnce",
                """
                7:24: %.podManagementPolicy: Unsupported value: "AtOnce": supported values: \
                "OrderedReady", "Parallel"
                """
            )
        ),
        (
            "StatefulSet",
            Rule(
                "ordinals: {start: 5}",
                "ordinals: {start: -5}",
                """
                7:21: %.ordinals.start: Invalid value: -5: must be greater than or equal to 0
                """
            )
        ),
        (
            "StatefulSet",
            Rule(
                "persistentVolumeClaimRetentionPolicy: {whenDeleted: Retain, whenScaled: Delete}",
                "persistentVolumeClaimRetentionPolicy: {whenDeleted: Retain, whenScaled: Keep}",
                """
                7:75: %.persistentVolumeClaimRetentionPolicy.whenScaled: Unsupported value: \
                "Keep": supported values: "Retain", "Delete"
                """
            )
        ),
    ]

    @Test(
        "A rule lets through what keeps to it and refuses the rest",
        arguments: rules
    )
    func keeps(kind: String, rule: Rule) {
        let said = rule.mistake.replacing("%", with: "\(kind) \"web\": spec")
        let right = Self.whole(rule.accepted, kind: kind)
        let wrong = Self.whole(rule.refused, kind: kind)

        #expect(mistakes(right) == [])
        #expect(onlyWorkload(right)?.kind.name == kind)
        #expect(mistakes(wrong) == [said])
        #expect(objects(wrong) == [])
    }

    @Test(
        "The names of Pods of a StatefulSet are host names",
        arguments: [("web", true), ("web.shop", false)]
    )
    func checksNamesOfStatefulSets(name: String, isRight: Bool) {
        let text = Self.whole("", kind: "StatefulSet").replacing("name: web", with: "name: " + name)
        let deployment = Self.whole("").replacing("name: web", with: "name: " + name)

        #expect(mistakes(text).isEmpty == isRight)
        #expect(mistakes(deployment) == [])
    }

    @Test func warnsBeyondTheMostPods() {
        let limit = Workload.maximumPodCount
        let most = Self.whole("replicas: \(limit)")
        let more = Self.whole("replicas: \(limit + 1)")

        #expect(mistakes(most) == [])
        #expect(onlyWorkload(most)?.podCount == limit)
        #expect(
            mistakes(more) == [
                """
                7:13: warning: Deployment "web": spec.replicas: \(limit + 1) Pods are wanted, the \
                first \(limit) are made
                """
            ]
        )
        #expect(onlyWorkload(more)?.podCount == limit)
    }

    @Test func readsWhatAStatefulSetSays() throws {
        let text = Self.whole(
            "serviceName: db\nreplicas: 2\nordinals: {start: 3}",
            kind: "StatefulSet"
        )

        let found = try #require(onlyWorkload(text))

        #expect(found.serviceName == "db")
        #expect(found.podCount == 2)
        #expect(found.firstOrdinal == 3)
    }

    @Test func warnsOfMisspeltFields() {
        let text = """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, label: {}}
            spec:
              replica: 3
              selector: {matchLabel: {}, matchLabels: {app: a}}
              strategy: {typ: Recreate}
              template:
                metadatas: {}
                metadata: {labels: {app: a}, annotation: {}}
                spec: {container: [], containers: [{name: c, port: []}]}
            """
        let expected = [
            ("3:23", "metadata.label", "labels"), ("5:3", "spec.replica", "replicas"),
            ("6:14", "spec.selector.matchLabel", "matchLabels"),
            ("9:5", "spec.template.metadatas", "metadata"),
            ("10:34", "spec.template.metadata.annotation", "annotations"),
            ("11:12", "spec.template.spec.container", "containers"),
            ("11:50", "spec.template.spec.containers[0].port", "ports"),
            ("7:14", "spec.strategy.typ", "type"),
        ]

        #expect(
            mistakes(text)
                == expected.map { place, field, meant in
                    "\(place): warning: Deployment \"web\": unknown field \"\(field)\"; did you "
                        + "mean \"\(meant)\"?"
                }
        )
        #expect(onlyWorkload(text)?.podCount == 1)
    }
}

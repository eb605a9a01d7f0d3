// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Testing

@Suite struct PodTemplateDecodingTests {
    /// A Deployment of which the template, in line 6, is what is given.
    private static func deployment(_ template: String) -> String {
        workload("selector: {matchLabels: {app: a}}\n" + template)
    }

    /// The same with more fields in the `spec` of the template.
    private static func pod(_ fields: String) -> String {
        deployment("template: {metadata: {labels: {app: a}}, spec: {\(fields)}}")
    }

    private static func job(_ fields: String) -> String {
        workload("template: {spec: {\(fields)}}", kind: "Job", version: "batch/v1")
    }

    private static let containers = "containers: [{name: c}]"
    private static let label = """
        must be at most 63 lower case letters, digits and '-', first and last no '-' (such as \
        'my-name')
        """

    @Test(
        "A template must be there, and containers in it",
        arguments: [
            (
                deployment(""),
                "5:3: %: Required value: what the Pods are made after"
            ),
            (deployment("template: 3"), "6:13: %: Invalid value: 3: must be a mapping"),
            (
                deployment("template: {metadata: {labels: {app: a}}}"),
                "6:13: %.spec: Required value: a mapping with containers"
            ),
            (
                pod(""),
                "6:50: %.spec.containers: Required value: a list with at least one container"
            ),
            (
                pod("containers: []"),
                "6:50: %.spec.containers: Required value: a list with at least one container"
            ),
            (
                pod("containers: {name: c}"),
                """
                6:63: %.spec.containers: Invalid value: a mapping: must be a list (each item on \
                its own line, after '- ')
                """
            ),
        ] as [(String, String)]
    )
    func needsContainers(text: String, mistake: String) {
        let said = mistake.replacing("%", with: "Deployment \"web\": spec.template")

        #expect(mistakes(text) == [said])
        #expect(objects(text) == [])
    }

    private static let rules = [
        Rule(
            containers,
            "containers: [{image: nginx}]",
            "6:64: %.containers[0].name: Required value: such as 'my-name'"
        ),
        Rule(
            "containers: [{name: c}, {name: d}]",
            "containers: [{name: c}, {name: c}]",
            "6:82: %.containers[1].name: Duplicate value: \"c\""
        ),
        Rule(
            "containers: [{name: c}], initContainers: [{name: d}]",
            "containers: [{name: c}], initContainers: [{name: c}]",
            "6:100: %.initContainers[0].name: Duplicate value: \"c\""
        ),
        Rule(
            "containers: [{name: c-1}]",
            "containers: [{name: c_1}]",
            "6:71: %.containers[0].name: Invalid value: \"c_1\": \(label)"
        ),
        Rule(
            "containers: [{name: c, ports: [{containerPort: 65535}]}]",
            "containers: [{name: c, ports: [{containerPort: 65536}]}]",
            """
            6:98: %.containers[0].ports[0].containerPort: Invalid value: 65536: must be between 1 \
            and 65535
            """
        ),
        Rule(
            "containers: [{name: c, ports: [{name: a, containerPort: 1}]}]",
            "containers: [{name: c, ports: [{name: 1-2, containerPort: 1}]}]",
            """
            6:89: %.containers[0].ports[0].name: Invalid value: "1-2": must be at most 15 lower \
            case letters, digits and '-', with a letter among them (such as 'http')
            """
        ),
        Rule(
            """
            containers: [{name: c, ports: [{name: a, containerPort: 1}, {name: b, \
            containerPort: 1, protocol: UDP}]}]
            """,
            """
            containers: [{name: c, ports: [{name: a, containerPort: 1}, {name: a, \
            containerPort: 2}]}]
            """,
            "6:118: %.containers[0].ports[1].name: Duplicate value: \"a\""
        ),
        Rule(
            containers + ", initContainers: [{name: i, restartPolicy: Always}]",
            containers + ", initContainers: [{name: i, restartPolicy: Sometimes}]",
            """
            6:118: %.initContainers[0].restartPolicy: Unsupported value: "Sometimes": supported \
            values: "Always", "OnFailure", "Never"
            """
        ),
        Rule(
            containers + ", hostname: front, subdomain: shop",
            containers + ", hostname: front.shop",
            "6:86: %.hostname: Invalid value: \"front.shop\": \(label)"
        ),
        Rule(
            containers + ", subdomain: shop",
            containers + ", subdomain: Shop",
            "6:87: %.subdomain: Invalid value: \"Shop\": \(label)"
        ),
        Rule(
            containers + ", nodeName: node-1.example",
            containers + ", nodeName: Node",
            """
            6:86: %.nodeName: Invalid value: "Node": must be lower case letters, digits, '-' and \
            '.', each part beginning and ending with a letter or digit (such as 'my-name')
            """
        ),
        Rule(
            containers + ", nodeSelector: {kubernetes.io/os: linux}",
            containers + ", nodeSelector: {kubernetes.io/os: 'a b'}",
            """
            6:109: %.nodeSelector[kubernetes.io/os]: Invalid value: "a b": must be empty or at \
            most 63 letters, digits, '-', '_' and '.', first and last a letter or digit (such as \
            'my_value')
            """
        ),
        Rule(
            containers + ", hostNetwork: true",
            containers + ", hostNetwork: 1",
            "6:89: %.hostNetwork: Invalid value: 1: must be true or false, without quotes"
        ),
        Rule(
            containers + ", restartPolicy: Always",
            containers + ", restartPolicy: Never",
            """
            6:91: %.restartPolicy: Unsupported value: "Never": supported values: "Always"
            """
        ),
        Rule(
            containers + ", terminationGracePeriodSeconds: 5",
            containers + ", activeDeadlineSeconds: 5",
            """
            6:99: %.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in Deployment is not \
            supported
            """
        ),
    ]

    @Test("A rule lets through what keeps to it and refuses the rest", arguments: rules)
    func keeps(_ rule: Rule) {
        let said = rule.mistake.replacing("%", with: "Deployment \"web\": spec.template.spec")

        #expect(mistakes(Self.pod(rule.accepted)) == [])
        #expect(mistakes(Self.pod(rule.refused)) == [said])
        #expect(objects(Self.pod(rule.refused)) == [])
    }

    @Test(
        "The Pods of a Job come to an end",
        arguments: [
            ("restartPolicy: Never, ", nil), ("restartPolicy: OnFailure, ", nil),
            (
                "",
                "5:20: %: Required value: valid values: \"OnFailure\", \"Never\""
            ),
            (
                "restartPolicy: Always, ",
                "5:36: %: Unsupported value: \"Always\": supported values: \"OnFailure\", \"Never\""
            ),
            ("restartPolicy: Never, activeDeadlineSeconds: 5, ", nil),
        ] as [(String, String?)]
    )
    func checksJobs(fields: String, mistake: String?) {
        let path = "Job \"web\": spec.template.spec.restartPolicy"
        let said = mistake?.replacing("%", with: path)

        #expect(mistakes(Self.job(fields + Self.containers)) == [said].compactMap(\.self))
    }

    @Test func warnsOfANameThatTwoContainersGiveTheirPorts() throws {
        let port = "ports: [{name: http, containerPort: 80}]"
        let text = Self.pod("containers: [{name: c, \(port)}, {name: d, \(port)}]")

        #expect(
            mistakes(text) == [
                """
                6:135: warning: Deployment "web": spec.template.spec.containers[1].ports[0]: \
                duplicate port name "http" with spec.template.spec.containers[0].ports[0], which \
                is used
                """
            ]
        )
        #expect(onlyWorkload(text)?.template.ports.count == 2)
    }

    @Test func readsWhatPodsAreMadeAfter() throws {
        let text = Self.pod(
            """
            hostname: h, subdomain: s, nodeName: node, hostNetwork: true, nodeSelector: {a: b}, \
            containers: [{name: c, ports: [{containerPort: 1}]}, {name: d}], initContainers: \
            [{name: i}, {name: j, restartPolicy: Always, ports: [{name: p, containerPort: 2}]}]
            """
        )

        let template = try #require(onlyWorkload(text)).template

        #expect(template.hostname == "h" && template.subdomain == "s")
        #expect(
            template.placement
                == Placement(
                    nodeName: "node",
                    nodeSelector: ["a": "b"],
                    usesHostNetwork: true
                )
        )
        #expect(template.containerCount == 3)
        #expect(template.ports == [ContainerPort(name: "p", number: 2, transport: .tcp)])
        #expect(template.isReady)
    }

    @Test(
        "An annotation says whether the Pods are ready",
        arguments: [("'true'", true), ("'false'", false), ("null", true)]
    )
    func readsReadiness(value: String, expected: Bool) {
        let metadata = "{labels: {app: a}, annotations: {apus.dev/ready: \(value)}}"
        let text = Self.deployment("template: {metadata: \(metadata), spec: {\(Self.containers)}}")

        #expect(mistakes(text) == [])
        #expect(onlyWorkload(text)?.template.isReady == expected)
    }

    @Test(
        "Another word about readiness is a mistake",
        arguments: [
            ("'no'", "\"no\": must be \"true\" or \"false\""),
            ("false", "false: must be a string (in quotes: \"false\")"),
            ("''", "\"\": must be \"true\" or \"false\""),
        ]
    )
    func refusesOtherWords(value: String, mistake: String) {
        let metadata = "{labels: {app: a}, annotations: {apus.dev/ready: \(value)}}"
        let text = Self.deployment("template: {metadata: \(metadata), spec: {\(Self.containers)}}")
        let place = "6:73: Deployment \"web\": spec.template.metadata.annotations[apus.dev/ready]"

        #expect(mistakes(text) == ["\(place): Invalid value: \(mistake)"])
    }

    // MARK: The hash

    /// The hash of a template.
    private static func hash(_ template: String) throws -> UInt64 {
        try #require(onlyWorkload(deployment("template: " + template))).template.contentHash
    }

    private static let plain =
        "{metadata: {labels: {app: a, tier: b}}, spec: {containers: [{name: c}, {name: d}]}}"

    @Test(
        "The same template has the same hash, however it is written",
        arguments: [
            "{spec: {containers: [{name: c}, {name: d}]}, metadata: {labels: {tier: b, app: a}}}",
            "{metadata: {labels: {'app': \"a\", tier: 'b'}}, spec: {containers: [{name: c}, {name: d}]}}",
            """
            {metadata: {creationTimestamp: null, labels: {app: a, tier: b}}, spec: {containers: \
            [{name: c}, {name: d}]}}
            """,
        ]
    )
    func hashesTheMeaning(template: String) throws {
        #expect(try Self.hash(template) == Self.hash(Self.plain))
    }

    @Test(
        "Another template has another hash",
        arguments: [
            "{metadata: {labels: {app: a, tier: b}}, spec: {containers: [{name: d}, {name: c}]}}",
            "{metadata: {labels: {app: a, tier: c}}, spec: {containers: [{name: c}, {name: d}]}}",
            """
            {metadata: {labels: {app: a, tier: b}}, spec: {containers: [{name: c, image: nginx}, \
            {name: d}]}}
            """,
            """
            {metadata: {labels: {app: a, tier: b}, annotations: \
            {kubectl.kubernetes.io/restartedAt: x}}, spec: {containers: [{name: c}, {name: d}]}}
            """,
            """
            {metadata: {labels: {app: a, tier: b}, annotations: \
            {kubectl.kubernetes.io/restartedAt: z}}, spec: {containers: [{name: c}, {name: d}]}}
            """,
            "{metadata: {labels: {app: a, b: tier}}, spec: {containers: [{name: c}, {name: d}]}}",
        ]
    )
    func hashesEverything(template: String) throws {
        #expect(try Self.hash(template) != Self.hash(Self.plain))
    }

    /// It is in the names of Pods, which must be the same on every machine.
    @Test func theHashIsAPromise() throws {
        let hash = try Self.hash(Self.plain)

        #expect(hash == 0x48DF_5FA6_2E66_E2B7)
    }
}

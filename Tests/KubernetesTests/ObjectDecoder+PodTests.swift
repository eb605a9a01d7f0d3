// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Testing
import Wire

@Suite struct PodDecodingTests {
    /// A Pod with more lines in it.
    private static func pod(_ lines: String) -> String {
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n\(lines)\n"
    }

    /// The one Pod that a manifest holds; nil when it is wrong.
    private static func onlyPod(_ text: String) -> Pod? {
        guard case .pod(let pod) = objects(text).first else { return nil }
        return pod
    }

    @Test func readsAWholePod() throws {
        let text = Self.pod(
            """
            spec:
              hostname: db-0
              subdomain: db
              containers:
              - name: a
                ports:
                - {name: http, containerPort: 8080}
                - {containerPort: 9090}
              - name: b
                ports: [{name: dns, containerPort: 53, protocol: UDP}]
              initContainers:
              - {name: c, restartPolicy: Always, ports: [{name: side, containerPort: 1}]}
              - {name: d, ports: [{name: gone, containerPort: 2}]}
            status:
              phase: Running
              podIP: 10.0.0.1
              podIPs: [{ip: 10.0.0.1}, {ip: "fd00::1"}]
              conditions: [{type: Initialized, status: "True"}, {type: Ready, status: "True"}]
            """
        )
        let v6 = try #require(IPAddress("fd00::1"))

        let pod = try #require(Self.onlyPod(text))

        #expect(mistakes(text) == [])
        #expect(
            pod
                == Pod(
                    metadata: Metadata(name: "p"),
                    addresses: [IPAddress(v4: 0x0A00_0001), v6],
                    hostname: "db-0",
                    subdomain: "db",
                    isReady: true,
                    isFinished: false,
                    ports: [
                        ContainerPort(name: "http", number: 8080, transport: .tcp),
                        ContainerPort(name: "dns", number: 53, transport: .udp),
                        ContainerPort(name: "side", number: 1, transport: .tcp),
                    ],
                    state: PodState(containerCount: 3)
                )
        )
    }

    @Test(
        "Whether a Pod is ready",
        arguments: [
            ("", true), ("status: {}", true), ("status: {conditions: []}", true),
            ("status: {conditions: [{type: Ready, status: 'True'}]}", true),
            ("status: {conditions: [{type: Ready, status: 'False'}]}", false),
            ("status: {conditions: [{type: Ready, status: Unknown}]}", false),
            ("status: {conditions: [{type: PodScheduled, status: 'True'}]}", false),
        ]
    )
    func tellsReadiness(lines: String, expected: Bool) {
        #expect(Self.onlyPod(Self.pod(lines))?.isReady == expected)
    }

    @Test(
        "The annotation about readiness outranks the conditions",
        arguments: [
            ("'true'", "False", true), ("'false'", "True", false), ("null", "False", false),
            ("null", "True", true),
        ]
    )
    func obeysTheAnnotation(value: String, status: String, expected: Bool) {
        let text = """
            apiVersion: v1
            kind: Pod
            metadata: {name: p, annotations: {apus.dev/ready: \(value)}}
            status: {conditions: [{type: Ready, status: '\(status)'}]}
            """

        #expect(mistakes(text) == [])
        #expect(Self.onlyPod(text)?.isReady == expected)
    }

    @Test func refusesAnotherWordAboutReadiness() {
        let text =
            "apiVersion: v1\nkind: Pod\nmetadata: {name: p, annotations: {apus.dev/ready: maybe}}\n"

        #expect(
            mistakes(text) == [
                """
                3:51: Pod "p": metadata.annotations[apus.dev/ready]: Invalid value: "maybe": must \
                be "true" or "false"
                """
            ]
        )
    }

    @Test func keepsWhereItMayRunAsLongAsItHasNoAddress() {
        let spec = "spec: {nodeName: node, nodeSelector: {a: b}, hostNetwork: true}"
        let placement = Placement(
            nodeName: "node",
            nodeSelector: ["a": "b"],
            usesHostNetwork: true
        )

        #expect(Self.onlyPod(Self.pod(spec))?.placement == placement)
        #expect(
            Self.onlyPod(Self.pod(spec + "\nstatus: {podIP: 10.0.0.1}"))?.placement
                == Placement(nodeName: "node")
        )
    }

    @Test func mayLeaveOutItsContainersButNotTheirNames() {
        #expect(mistakes(Self.pod("spec: {containers: []}")) == [])
        #expect(
            mistakes(Self.pod("spec: {containers: [{image: a}]}")) == [
                "4:21: Pod \"p\": spec.containers[0].name: Required value: such as 'my-name'"
            ]
        )
    }

    @Test(
        "Whether a Pod is finished",
        arguments: [
            ("status: {phase: Running}", false), ("status: {phase: Pending}", false),
            ("status: {phase: Succeeded}", true), ("status: {phase: Failed}", true),
        ]
    )
    func tellsTheEnd(lines: String, expected: Bool) {
        #expect(Self.onlyPod(Self.pod(lines))?.isFinished == expected)
    }

    @Test func isFinishedWhileItIsDeleted() {
        let text = "apiVersion: v1\nkind: Pod\nmetadata: {name: p, deletionTimestamp: 2022-05-14}\n"

        #expect(Self.onlyPod(text)?.isFinished == true)
    }

    @Test func takesTheSingleAddressWhereThereIsNoList() {
        let pod = Self.onlyPod(Self.pod("status: {podIP: 10.0.0.1}"))

        #expect(pod?.addresses == [IPAddress(v4: 0x0A00_0001)])
    }

    @Test(
        "A wrong Pod is told",
        arguments: [
            (
                "status: {podIP: 10.0.0}",
                """
                4:17: Pod "p": status.podIP: Invalid value: "10.0.0": must be a valid IP address \
                (such as 10.9.8.7 or 2001:db8::ffff)
                """
            ),
            (
                "status: {conditions: [{type: Ready, status: True}]}",
                """
                4:45: Pod "p": status.conditions[0].status: Invalid value: True: must be a string \
                (in quotes: "True")
                """
            ),
            (
                "spec: {hostname: a.b}",
                """
                4:18: Pod "p": spec.hostname: Invalid value: "a.b": must be at most 63 lower case \
                letters, digits and '-', first and last no '-' (such as 'my-name')
                """
            ),
            (
                "spec: {containers: [{name: c, ports: [{name: more-than-fifteen, containerPort: 1}]}]}",
                """
                4:46: Pod "p": spec.containers[0].ports[0].name: Invalid value: \
                "more-than-fifteen": must be at most 15 lower case letters, digits and '-', \
                with a letter among them (such as 'http')
                """
            ),
            (
                "spec: {containers: [{name: c, ports: [{name: a}]}]}",
                """
                4:39: Pod "p": spec.containers[0].ports[0].containerPort: Required value: a \
                number, 1 to 65535
                """
            ),
        ] as [(String, String)]
    )
    func refusesWrongPods(lines: String, expected: String) {
        #expect(mistakes(Self.pod(lines)) == [expected])
    }
}

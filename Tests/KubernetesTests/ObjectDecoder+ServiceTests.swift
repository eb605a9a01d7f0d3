// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Testing
import Wire

@Suite struct ServiceDecodingTests {
    private static let port = "ports: [{port: 80}]\n"

    @Test func readsAWholeService() throws {
        let text = """
            apiVersion: v1
            kind: Service
            metadata:
              name: web
              namespace: shop
              labels: {tier: front, empty: }
              annotations:
                note: "1"
                kubectl.kubernetes.io/last-applied-configuration: '{}'
            spec:
              type: NodePort
              clusterIP: 10.96.0.7
              clusterIPs: [10.96.0.7, "fd00::7"]
              publishNotReadyAddresses: yes
              selector: {app: web}
              ports:
              - {name: http, port: 80, targetPort: web, nodePort: 30080}
              - {name: dns, port: 53, protocol: UDP}
              - {name: s, port: 0o20, protocol: SCTP, targetPort: 0x50}
            """
        let v6 = try #require(IPAddress("fd00::7"))

        var terms = ServiceTerms()
        terms.type = .nodePort

        let service = try #require(onlyService(text))

        #expect(mistakes(text) == [])
        #expect(
            service
                == Service(
                    metadata: Metadata(
                        name: "web",
                        namespace: "shop",
                        labels: ["tier": "front", "empty": ""]
                    ),
                    kind: .clusterIP([IPAddress(v4: 0x0A60_0007), v6]),
                    ports: [
                        ServicePort(
                            name: "http",
                            number: 80,
                            transport: .tcp,
                            target: .name("web"),
                            nodePort: 30_080
                        ),
                        ServicePort(name: "dns", number: 53, transport: .udp, target: .number(53)),
                        ServicePort(name: "s", number: 16, transport: .sctp, target: .number(80)),
                    ],
                    selector: ["app": "web"],
                    publishesNotReadyAddresses: true,
                    terms: terms
                )
        )
    }

    @Test(
        "What a Service stands for",
        arguments: [
            (port, .clusterIP([])),
            ("\(port)clusterIP: ''", .clusterIP([])),
            ("\(port)clusterIP: null", .clusterIP([])),
            ("\(port)clusterIP: 10.0.0.1", .clusterIP([IPAddress(v4: 0x0A00_0001)])),
            ("\(port)clusterIPs: [10.0.0.1]", .clusterIP([IPAddress(v4: 0x0A00_0001)])),
            ("clusterIP: None", .headless),
            ("clusterIPs: [None]", .headless),
            ("clusterIP: None\nclusterIPs: [None]", .headless),
            ("\(port)type: LoadBalancer", .clusterIP([])),
            ("type: ExternalName\nexternalName: a.example", .externalName("a.example")),
            ("type: ExternalName\nexternalName: a.example.", .externalName("a.example.")),
            ("type: ExternalName\nexternalName: 192.0.2.1", .externalName("192.0.2.1")),
            ("type: ExternalName\nexternalName: '2001:db8::1'", .externalName("2001:db8::1")),
            ("type: ExternalName\nexternalName: a\nclusterIP: ''", .externalName("a")),
        ] as [(String, Service.Kind)]
    )
    func readsEachKind(spec: String, expected: Service.Kind) {
        #expect(mistakes(service(spec)) == [])
        #expect(onlyService(service(spec))?.kind == expected)
    }

    @Test(
        "A wrong address, type or alias is told",
        arguments: [
            (
                "\(port)clusterIP: 10.0.0.256",
                """
                7:14: Service "s": spec.clusterIP: Invalid value: "10.0.0.256": must be a valid \
                IP address (such as 10.9.8.7 or 2001:db8::ffff)
                """
            ),
            (
                "\(port)clusterIP: none",
                """
                7:14: Service "s": spec.clusterIP: Invalid value: "none": must be a valid \
                IP address (such as 10.9.8.7 or 2001:db8::ffff)
                """
            ),
            (
                "\(port)clusterIP: 10.0.0.1\nclusterIPs: [10.0.0.2]",
                """
                7:14: Service "s": spec.clusterIP: Invalid value: "10.0.0.1": must be the same \
                as spec.clusterIPs[0], "10.0.0.2"
                """
            ),
            (
                "\(port)clusterIPs: [10.0.0.1, 10.0.0.2]",
                """
                7:26: Service "s": spec.clusterIPs[1]: Invalid value: "10.0.0.2": must be of the \
                other family than spec.clusterIPs[0] (one IPv4, one IPv6)
                """
            ),
            (
                "\(port)clusterIPs: [10.0.0.1, '::1', '::2']",
                "7:33: Service \"s\": spec.clusterIPs: Too many: 3: must have at most 2 items"
            ),
            (
                "type: NodePort\nclusterIP: None",
                """
                7:14: Service "s": spec.clusterIPs[0]: Invalid value: "None": must be an address \
                for a NodePort
                """
            ),
            (
                "clusterIPs: [None, 10.0.0.1]",
                """
                6:16: Service "s": spec.clusterIPs: Invalid value: "None": must be alone if it is \
                'None'
                """
            ),
            (
                "type: ExternalName",
                """
                6:3: Service "s": spec.externalName: Required value: the name elsewhere, such as \
                db.example.com
                """
            ),
            (
                "type: ExternalName\nexternalName: a\nclusterIP: 10.0.0.1",
                """
                8:14: Service "s": spec.clusterIPs: Forbidden: may not be set for ExternalName \
                services
                """
            ),
            (
                "type: ExternalName\nexternalName: a_b.example",
                """
                7:17: Service "s": spec.externalName: Invalid value: "a_b.example": must be a DNS \
                name in lower case (such as db.example.com)
                """
            ),
            (
                "\(port)type: Nodeport",
                """
                7:9: Service "s": spec.type: Unsupported value: "Nodeport": supported values: \
                "ClusterIP", "NodePort", "LoadBalancer", "ExternalName"
                """
            ),
            (
                "clusterIP: 10.0.0.1",
                "6:3: Service \"s\": spec.ports: Required value: a list with at least one port"
            ),
        ] as [(String, String)]
    )
    func refusesWrongKinds(spec: String, expected: String) {
        #expect(mistakes(service(spec)) == [expected])
        #expect(objects(service(spec)) == [])
    }

    @Test(
        "A wrong port is told",
        arguments: [
            ("{port: 0}", "6:18: %.port: Invalid value: 0: must be between 1 and 65535"),
            ("{port: 65536}", "6:18: %.port: Invalid value: 65536: must be between 1 and 65535"),
            ("{port: -1}", "6:18: %.port: Invalid value: -1: must be between 1 and 65535"),
            ("{port: 80.0}", "6:18: %.port: Invalid value: 80.0: must be an integer"),
            (
                "{port: 99999999999999999999}",
                "6:18: %.port: Invalid value: 99999999999999999999: must be an integer"
            ),
            (
                "{port: '80'}",
                "6:18: %.port: Invalid value: \"80\": must be an integer, without quotes"
            ),
            ("{port: [80]}", "6:18: %.port: Invalid value: a list: must be an integer"),
            ("{name: a}", "6:11: %.port: Required value: the number that clients use, 1 to 65535"),
            (
                "{port: 1, name: a_b}",
                """
                6:27: %.name: Invalid value: "a_b": must be at most 63 lower case letters, digits \
                and '-', first and last no '-' (such as 'my-name')
                """
            ),
            (
                "{port: 1, protocol: tcp}",
                """
                6:31: %.protocol: Unsupported value: "tcp": supported values: "TCP", "UDP", "SCTP"
                """
            ),
            (
                "{port: 1, targetPort: '80'}",
                """
                6:33: %.targetPort: Invalid value: "80": must be an integer without quotes, or a \
                port's name
                """
            ),
            (
                "{port: 1, targetPort: a_b}",
                """
                6:33: %.targetPort: Invalid value: "a_b": must be an integer, or at most 15 lower \
                case letters, digits and '-', with a letter among them (such as 'http')
                """
            ),
            (
                "{port: 1, nodePort: 70000}",
                "6:31: %.nodePort: Invalid value: 70000: must be between 1 and 65535"
            ),
            ("80", "6:11: %: Invalid value: 80: must be a mapping"),
        ] as [(String, String)]
    )
    func refusesWrongPorts(port: String, expected: String) {
        let expected = expected.replacing("%", with: "Service \"s\": spec.ports[0]")

        #expect(mistakes(service("ports: [\(port)]")) == [expected])
    }

    @Test func wantsNamesForSeveralPortsAndEachOnce() {
        #expect(
            mistakes(service("ports:\n- port: 1\n- port: 2\n  name: b\n- port: 3\n  name: b")) == [
                """
                7:5: Service "s": spec.ports[0].name: Required value: each of several ports needs \
                a name
                """,
                "11:11: Service \"s\": spec.ports[2].name: Duplicate value: \"b\"",
            ]
        )
    }

    @Test func warnsOfUnknownFieldsAndUsesTheRest() throws {
        let text = service("clusterip: 10.0.0.1\nports:\n- {port: 80, target: 8080}\nfoo: 1")

        #expect(
            mistakes(text) == [
                """
                6:3: warning: Service "s": unknown field "spec.clusterip"; did you mean \
                "clusterIP"?
                """,
                "9:3: warning: Service \"s\": unknown field \"spec.foo\"",
                """
                8:16: warning: Service "s": unknown field "spec.ports[0].target"; did you mean \
                "targetPort"?
                """,
            ]
        )
        #expect(onlyService(text)?.ports.count == 1)
    }
}

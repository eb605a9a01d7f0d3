// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Testing
import Wire

@Suite struct EndpointsDecodingTests {
    /// An EndpointSlice with more lines in it.
    private static func slice(_ lines: String, type: String = "IPv4") -> String {
        """
        apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata:\n  name: e\n  labels:\n \
           kubernetes.io/service-name: s\naddressType: \(type)\n\(lines)\n
        """
    }

    /// The one slice that a manifest holds; nil when it is wrong.
    private static func onlySlice(_ text: String) -> EndpointSlice? {
        guard case .endpointSlice(let slice) = objects(text).first else { return nil }
        return slice
    }

    @Test func readsAWholeSlice() throws {
        let text = Self.slice(
            """
            ports:
            - {name: http, port: 8080, protocol: TCP, appProtocol: http}
            - {name: any, port: null}
            - {port: 53, protocol: UDP}
            endpoints:
            - addresses: [10.0.0.1, 10.0.0.2]
              hostname: a
              targetRef: {kind: Pod, name: pod-a}
            - addresses: [10.0.0.3]
              conditions: {ready: false, serving: true, terminating: false}
            - addresses: [10.0.0.4]
              conditions: {ready: null}
            """
        )

        let slice = try #require(Self.onlySlice(text))

        #expect(mistakes(text) == [])
        #expect(slice.serviceName == "s")
        #expect(!slice.isFromEndpoints)
        #expect(
            slice.ports == [
                EndpointPort(name: "http", number: 8080, transport: .tcp),
                EndpointPort(name: "any", number: nil, transport: .tcp),
                EndpointPort(name: "", number: 53, transport: .udp),
            ]
        )
        #expect(
            slice.endpoints == [
                SliceEndpoint(
                    addresses: [IPAddress(v4: 0x0A00_0001), IPAddress(v4: 0x0A00_0002)],
                    isReady: true,
                    hostname: "a",
                    podName: "pod-a"
                ),
                SliceEndpoint(
                    addresses: [IPAddress(v4: 0x0A00_0003)],
                    isReady: false,
                    hostname: "",
                    podName: ""
                ),
                SliceEndpoint(
                    addresses: [IPAddress(v4: 0x0A00_0004)],
                    isReady: true,
                    hostname: "",
                    podName: ""
                ),
            ]
        )
    }

    @Test func passesNamesOver() throws {
        let text = Self.slice("endpoints: [{addresses: [a.example]}]", type: "FQDN")

        #expect(mistakes(text) == [])
        #expect(Self.onlySlice(text)?.endpoints == [])
    }

    @Test(
        "A wrong slice is told",
        arguments: [
            (
                slice("endpoints: [{addresses: ['2001:db8::1']}]"),
                """
                8:26: EndpointSlice "e": endpoints[0].addresses[0]: Invalid value: "2001:db8::1": must be \
                an IPv4 address, as addressType says
                """
            ),
            (
                slice("endpoints: [{addresses: [a.example]}]"),
                """
                8:26: EndpointSlice "e": endpoints[0].addresses[0]: Invalid value: "a.example": \
                must be a valid IP address (such as 10.9.8.7 or 2001:db8::ffff)
                """
            ),
            (
                slice("endpoints: [{addresses: []}]"),
                """
                8:13: EndpointSlice "e": endpoints[0].addresses: Required value: at least one \
                address
                """
            ),
            (
                slice("", type: "ipv4"),
                """
                7:14: EndpointSlice "e": addressType: Unsupported value: "ipv4": supported \
                values: "IPv4", "IPv6", "FQDN"
                """
            ),
            (
                slice("endpoints: [{addresses: [10.0.0.1], conditions: {ready: 'yes'}}]"),
                """
                8:57: EndpointSlice "e": endpoints[0].conditions.ready: Invalid value: "yes": \
                must be true or false, without quotes
                """
            ),
        ] as [(String, String)]
    )
    func refusesWrongSlices(text: String, expected: String) {
        #expect(mistakes(text) == [expected])
    }

    @Test func wantsAnAddressType() {
        let text = Self.slice("").replacing("addressType: IPv4\n", with: "")

        #expect(
            mistakes(text) == [
                "1:1: EndpointSlice \"e\": addressType: Required value: IPv4, IPv6 or FQDN"
            ]
        )
    }

    @Test func makesASliceOfEachSubset() throws {
        let text = """
            apiVersion: v1
            kind: Endpoints
            metadata: {name: s, namespace: ns}
            subsets:
            - addresses: [{ip: 10.0.0.1, hostname: a, targetRef: {name: p}}]
              notReadyAddresses: [{ip: 10.0.0.2}]
              ports: [{name: http, port: 80}]
            - addresses: [{ip: "2001:db8::1"}]
            """
        let metadata = Metadata(name: "s", namespace: "ns")

        #expect(mistakes(text) == [])
        #expect(
            objects(text) == [
                .endpointSlice(
                    EndpointSlice(
                        metadata: metadata,
                        serviceName: "s",
                        endpoints: [
                            SliceEndpoint(
                                addresses: [IPAddress(v4: 0x0A00_0001)],
                                isReady: true,
                                hostname: "a",
                                podName: "p"
                            ),
                            SliceEndpoint(
                                addresses: [IPAddress(v4: 0x0A00_0002)],
                                isReady: false,
                                hostname: "",
                                podName: ""
                            ),
                        ],
                        ports: [EndpointPort(name: "http", number: 80, transport: .tcp)],
                        isFromEndpoints: true
                    )
                ),
                .endpointSlice(
                    EndpointSlice(
                        metadata: metadata,
                        serviceName: "s",
                        endpoints: [
                            SliceEndpoint(
                                addresses: [IPAddress(v6High: 0x2001_0DB8_0000_0000, low: 1)],
                                isReady: true,
                                hostname: "",
                                podName: ""
                            )
                        ],
                        ports: [],
                        isFromEndpoints: true
                    )
                ),
            ]
        )
    }

    @Test func keepsTheNamespaceOfEmptyEndpoints() {
        let text = "apiVersion: v1\nkind: Endpoints\nmetadata: {name: s, namespace: ns}\n"

        #expect(
            objects(text) == [.other(kind: "Endpoints", Metadata(name: "s", namespace: "ns"))]
        )
    }

    private static let rules = [
        Rule(
            "endpoints: [{addresses: [10.0.0.1]}]",
            "endpoints: [{addresses: [127.0.0.1]}]",
            """
            8:26: %endpoints[0].addresses[0]: Invalid value: "127.0.0.1": may not be in the \
            loopback range (127.0.0.0/8, ::1/128)
            """
        ),
        Rule(
            "endpoints: [{addresses: [224.0.1.1]}]",
            "endpoints: [{addresses: [224.0.0.1]}]",
            """
            8:26: %endpoints[0].addresses[0]: Invalid value: "224.0.0.1": may not be in the \
            link-local multicast range (224.0.0.0/24, ff02::/10)
            """
        ),
        Rule(
            "ports: [{name: a, port: 1}, {port: 1}]",
            "ports: [{name: a, port: 1}, {name: a, port: 2}]",
            "8:36: %ports[1].name: Duplicate value: \"a\""
        ),
        Rule(
            "ports: [{port: 1}]",
            "ports: [{port: 1}, {port: 2}]",
            "8:20: %ports[1].name: Duplicate value: \"\""
        ),
        Rule(
            "ports: [{port: 1, appProtocol: kubernetes.io/h2c}]",
            "ports: [{port: 1, appProtocol: h2c/}]",
            """
            8:32: %ports[0].appProtocol: Invalid value: "h2c/": must be at most 63 letters, \
            digits, '-', '_' and '.', first and last a letter or digit, with a DNS name and '/' \
            in front where wanted (such as 'app' or 'example.com/app')
            """
        ),
    ]

    @Test("A rule lets through what keeps to it and refuses the rest", arguments: rules)
    func keeps(_ rule: Rule) {
        let said = rule.mistake.replacing("%", with: "EndpointSlice \"e\": ")

        #expect(mistakes(Self.slice(rule.accepted)) == [])
        #expect(mistakes(Self.slice(rule.refused)) == [said])
    }

    @Test(
        "A slice is no longer than the API lets it be",
        arguments: [
            ("endpoints", EndpointSlice.maximumEndpointCount, "{addresses: [10.0.0.1]}"),
            ("ports", EndpointSlice.maximumPortCount, "{name: p%, port: 1}"),
        ]
    )
    func limitsSlices(list: String, most: Int, item: String) {
        func text(_ count: Int) -> String {
            let items = (0..<count).map { "- " + item.replacing("%", with: "\($0)") }
            return Self.slice("\(list):\n" + items.joined(separator: "\n"))
        }

        #expect(mistakes(text(most)) == [])
        #expect(
            mistakes(text(most + 1)) == [
                "\(9 + most):3: EndpointSlice \"e\": \(list): Too many: \(most + 1): must have at most "
                    + "\(most) items"
            ]
        )
    }

    @Test func limitsTheAddressesOfAnEndpoint() {
        func text(_ count: Int) -> String {
            let addresses = (1...count).map { "10.0.0.\($0)" }.joined(separator: ",")
            return Self.slice("endpoints:\n- addresses: [\(addresses)]")
        }
        let most = EndpointSlice.maximumAddressCount

        #expect(mistakes(text(most)) == [])
        #expect(mistakes(text(most + 1)).count == 1)
    }

    private static let subsetRules = [
        Rule(
            "{notReadyAddresses: [{ip: 10.0.0.1}]}",
            "{addresses: [], ports: []}",
            "4:11: %: Required value: must specify `addresses` or `notReadyAddresses`"
        ),
        Rule(
            "{addresses: [{ip: 10.0.0.1}]}",
            "{addresses: [{ip: 169.254.0.1}]}",
            """
            4:29: %.addresses[0].ip: Invalid value: "169.254.0.1": may not be in the link-local \
            range (169.254.0.0/16, fe80::/10)
            """
        ),
        Rule(
            "{addresses: [{ip: 10.0.0.1}], ports: [{port: 1}]}",
            "{addresses: [{ip: 10.0.0.1}], ports: [{name: a, port: 1}, {port: 2}]}",
            "4:69: %.ports[1].name: Required value: each of several ports needs a name"
        ),
    ]

    @Test("A rule for subsets lets through what keeps to it", arguments: subsetRules)
    func keepsSubsets(_ rule: Rule) {
        func text(_ subset: String) -> String {
            "apiVersion: v1\nkind: Endpoints\nmetadata: {name: s}\nsubsets: [\(subset)]\n"
        }
        let said = rule.mistake.replacing("%", with: "Endpoints \"s\": subsets[0]")

        #expect(mistakes(text(rule.accepted)) == [])
        #expect(mistakes(text(rule.refused)) == [said])
    }
}

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
                slice("endpoints: [{addresses: ['::1']}]"),
                """
                8:26: EndpointSlice "e": endpoints[0].addresses[0]: Invalid value: "::1": must be \
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
            - addresses: [{ip: "::1"}]
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
                                addresses: [IPAddress(v6High: 0, low: 1)],
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
}

// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Testing
import Wire

@Suite struct NodeDecodingTests {
    private static func node(_ lines: String) -> String {
        "apiVersion: v1\nkind: Node\nmetadata: {name: node-1.example, labels: {zone: a}}\n\(lines)\n"
    }

    /// The one Node that a manifest holds; nil when it is wrong.
    private static func onlyNode(_ text: String) -> Node? {
        guard case .node(let node) = objects(text).first else { return nil }
        return node
    }

    private static let metadata = Metadata(
        name: "node-1.example",
        namespace: "",
        labels: ["zone": "a"]
    )

    @Test func readsAWholeNode() throws {
        let text = Self.node(
            """
            spec:
              podCIDR: 10.244.1.0/24
              podCIDRs: [10.244.1.0/24, "fd00:10:244:1::/64"]
              unschedulable: true
              taints: [{key: node.kubernetes.io/unschedulable, effect: NoSchedule}]
            status:
              addresses:
              - {type: InternalIP, address: 192.168.1.11}
              - {type: InternalIP, address: "2001:db8::11"}
              - {type: InternalIP, address: 192.168.1.11}
              - {type: Hostname, address: node-1}
              - {type: ExternalIP, address: 198.51.100.1}
            """
        )

        let decoded = try #require(DecodedObject.all(in: Array(text.utf8), of: "f").first)

        #expect(decoded.mistakes == [])
        #expect(decoded.key?.description == "Node node-1.example")
        #expect(
            Self.onlyNode(text)
                == Node(
                    metadata: Self.metadata,
                    podNetworks: [
                        AddressNetwork("10.244.1.0/24"), AddressNetwork("fd00:10:244:1::/64"),
                    ].compactMap(\.self),
                    addresses: [IPAddress("192.168.1.11"), IPAddress("2001:db8::11")]
                        .compactMap(\.self),
                    isSchedulable: false
                )
        )
    }

    @Test func leavesEverythingOpenWhereNothingIsSaid() {
        #expect(Self.onlyNode(Self.node("")) == Node(metadata: Self.metadata))
        #expect(Self.onlyNode(Self.node("spec: {}\nstatus: {}")) == Node(metadata: Self.metadata))
    }

    @Test func takesTheSingleNetworkWhereThereIsNoList() {
        let node = Self.onlyNode(Self.node("spec: {podCIDR: 10.244.1.0/24}"))

        #expect(node?.podNetworks.map(\.description) == ["10.244.1.0/24"])
    }

    private static let rules = [
        Rule(
            "spec: {podCIDRs: [10.244.1.0/24]}",
            "spec: {podCIDRs: [10.244.1.0/33]}",
            """
            4:19: %spec.podCIDRs[0]: Invalid value: "10.244.1.0/33": must be a valid CIDR value, \
            (e.g. 10.9.8.0/24 or 2001:db8::/64)
            """
        ),
        Rule(
            "spec: {podCIDRs: [10.244.1.0/24, 'fd00::/64']}",
            "spec: {podCIDRs: [10.244.1.0/24, 10.244.2.0/24]}",
            """
            4:34: %spec.podCIDRs[1]: Invalid value: "10.244.2.0/24": may specify no more than one \
            CIDR for each IP family
            """
        ),
        Rule(
            "spec: {podCIDR: 10.244.1.0/24, podCIDRs: [10.244.1.0/24]}",
            "spec: {podCIDR: 10.244.2.0/24, podCIDRs: [10.244.1.0/24]}",
            """
            4:17: %spec.podCIDR: Invalid value: "10.244.2.0/24": must be the same as \
            spec.podCIDRs[0], "10.244.1.0/24"
            """
        ),
        Rule(
            "spec: {unschedulable: false}",
            "spec: {unschedulable: no}",
            ""
        ),
        Rule(
            "status: {addresses: [{type: Hostname, address: node}]}",
            "status: {addresses: [{type: InternalIP, address: node}]}",
            """
            4:50: %status.addresses[0].address: Invalid value: "node": must be a valid IP address \
            (such as 10.9.8.7 or 2001:db8::ffff)
            """
        ),
    ]

    @Test("A rule lets through what keeps to it and refuses the rest", arguments: rules)
    func keeps(_ rule: Rule) {
        let said = rule.mistake.replacing("%", with: "Node \"node-1.example\": ")

        #expect(mistakes(Self.node(rule.accepted)) == [])
        #expect(mistakes(Self.node(rule.refused)) == (said.isEmpty ? [] : [said]))
    }

    @Test func warnsOfMisspeltFields() {
        #expect(
            mistakes(Self.node("spec: {podCidr: 10.0.0.0/24}")) == [
                """
                4:8: warning: Node "node-1.example": unknown field "spec.podCidr"; did you mean \
                "podCIDR"?
                """
            ]
        )
    }
}

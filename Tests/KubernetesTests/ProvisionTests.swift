// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@testable import Kubernetes

@Suite struct ProvisionTests {
    @Test func givesAnAddressOfTheUpperBandToWhoHasNone() throws {
        let allotment = try Allotment.of([("web", ""), ("db", "clusterIP: 10.0.0.5")])

        let address = try #require(
            allotment.service("web").flatMap { service in
                if case .clusterIP(let addresses) = service.kind { addresses.first } else { nil }
            }
        )
        #expect(address.isInside(IPAddress(v4: 0x0A00_0000), length: 27))
        #expect(address.low & 31 > 16)
        #expect(allotment.address("db") == "10.0.0.5")
    }

    /// The hash is a promise: where no file remembers addresses, they are these for ever.
    @Test(
        "With the default range a name always means the same address",
        arguments: [
            ("svc-1", "10.99.216.159"), ("svc-2", "10.109.115.206"), ("svc-3", "10.106.161.32"),
            ("ex-svc", "10.96.139.12"), ("kubernetes", "10.96.0.1"),
        ]
    )
    func choosesByName(name: String, expected: String) throws {
        let allotment = try Allotment.of([(name, "")], AllocationOptions())

        #expect(allotment.address(name) == expected)
    }

    @Test func leavesHeadlessServicesAndAliasesAlone() throws {
        let allotment = try Allotment.of([
            ("a", "clusterIP: None"), ("b", "type: ExternalName\nexternalName: x.example"),
        ])

        #expect(allotment.used == allotment.written)
        #expect(allotment.provision.grants.isEmpty)
    }

    @Test func refusesWhatIsTakenAndTriesAgainWhenItIsFree() throws {
        var allotment = try Allotment.of([
            ("a", "clusterIP: 10.0.0.5"), ("b", "clusterIP: 10.0.0.5"),
        ])
        let said = allotment.mistake("b")
        let holder = allotment.provision.complaints[Allotment.key("b")]?.mistake.holder?.serviceKey
        let before = allotment.service("b")

        allotment.set(nil, Allotment.key("a"))
        allotment.settle()

        #expect(
            said == """
                spec.clusterIPs: Invalid value: ["10.0.0.5"]: failed to allocate IP 10.0.0.5: \
                provided IP is already allocated
                """
        )
        #expect(holder == Allotment.key("a"))
        #expect(before == nil)
        #expect(allotment.address("b") == "10.0.0.5")
        #expect(allotment.provision.complaints.isEmpty)
    }

    @Test func keepsTheLastGoodFormOfWhatIsRefused() throws {
        var allotment = try Allotment.of([("a", "clusterIP: 10.0.0.5"), ("b", "")])
        let address = allotment.address("b")

        allotment.set(try Allotment.object("b", "clusterIP: 10.0.0.5"), Allotment.key("b"))
        allotment.settle()
        let kept = allotment.address("b")
        let said = allotment.mistake("b")
        allotment.set(nil, Allotment.key("b"))
        allotment.settle()

        #expect(kept == address)
        #expect(said != nil)
        #expect(allotment.service("b") == nil)
        #expect(!allotment.isConfused)
    }

    @Test func letsTwoServicesSwapTheirAddresses() throws {
        var allotment = try Allotment.of([
            ("a", "clusterIP: 10.0.0.5"), ("b", "clusterIP: 10.0.0.6"),
        ])

        allotment.set(try Allotment.object("a", "clusterIP: 10.0.0.6"), Allotment.key("a"))
        allotment.set(try Allotment.object("b", "clusterIP: 10.0.0.5"), Allotment.key("b"))
        allotment.settle()

        #expect([allotment.address("a"), allotment.address("b")] == ["10.0.0.6", "10.0.0.5"])
        #expect(allotment.provision.complaints.isEmpty)
    }

    @Test func keepsAnAddressThatIsNoLongerWritten() throws {
        var allotment = try Allotment.of([("a", "clusterIP: 10.0.0.5")])

        allotment.set(try Allotment.object("a"), Allotment.key("a"))
        allotment.settle()

        #expect(allotment.address("a") == "10.0.0.5")
    }

    @Test func givesTheSameAgainUnlessItIsTaken() throws {
        var allotment = try Allotment.of([("a", "type: NodePort")])
        let first = try #require(allotment.holding("a"))
        allotment.set(nil, Allotment.key("a"))
        allotment.settle()
        let whileGone = allotment.holders()
        allotment.set(try Allotment.object("a", "type: NodePort"), Allotment.key("a"))
        allotment.settle()
        let again = allotment.holding("a")
        allotment.set(nil, Allotment.key("a"))
        allotment.settle()
        let taken = "clusterIP: \(first.addresses[0])"
        allotment.set(try Allotment.object("thief", taken), Allotment.key("thief"))
        allotment.set(try Allotment.object("a", "type: NodePort"), Allotment.key("a"))
        allotment.settle()

        #expect(whileGone.isEmpty)
        #expect(again == first)
        #expect(allotment.address("thief") == first.addresses[0].description)
        #expect(allotment.address("a") != first.addresses[0].description)
        #expect(allotment.holding("a")?.nodePorts == first.nodePorts)
    }

    @Test(
        "With a written range an address must be of it; with the default one any will do",
        arguments: [
            ("10.1.0.1", true), ("10.1.0.1", false), ("10.0.0.0", true), ("10.0.0.31", true),
        ]
    )
    func asksForAddressesOfAWrittenRange(address: String, isWritten: Bool) throws {
        var options = try Allotment.options()
        options.isServiceNetworkWritten = isWritten

        let allotment = try Allotment.of([("a", "clusterIP: \(address)")], options)

        let start =
            "spec.clusterIPs: Invalid value: [\"\(address)\"]: failed to allocate IP \(address): "
        let said =
            start + "the provided IP (\(address)) is not in the valid range. The range of valid "
            + "IPs is 10.0.0.0/27"
        #expect(allotment.mistake("a") == (isWritten ? said : nil))
        #expect(allotment.address("a") == (isWritten ? nil : address))
    }

    @Test func makesTheServersOwnServiceWithAWrittenRange() throws {
        var options = try Allotment.options()
        options.isServiceNetworkWritten = true
        var allotment = try Allotment.of([("a", "clusterIP: 10.0.0.1")], options)
        let made = try #require(allotment.service("kubernetes"))
        let refused = allotment.mistake("a")

        allotment.set(
            try Allotment.object("kubernetes", "clusterIP: 10.0.0.9"),
            Allotment.key("kubernetes")
        )
        allotment.settle()
        let own = allotment.address("kubernetes")
        let second = allotment.address("a")
        allotment.set(nil, Allotment.key("kubernetes"))
        allotment.settle()

        #expect(Holding(writtenIn: made).addresses == [IPAddress(v4: 0x0A00_0001)])
        #expect(made.ports.map(\.number) == [443])
        #expect(refused != nil)
        #expect(own == "10.0.0.9")
        // The first address is only its own while it has it.
        #expect(second == "10.0.0.1")
        #expect(!allotment.isConfused)
        // Whoever has it by then keeps it.
        #expect(allotment.address("a") == "10.0.0.1")
        #expect(allotment.mistake("kubernetes") != nil)
    }

    @Test func givesTheFirstAddressToNobodyButTheServersService() throws {
        let names = (0..<40).map { "s\($0)" }
        let allotment = try Allotment.of(names.map { ($0, "") } + [("kubernetes", "")])

        #expect(allotment.address("kubernetes") == "10.0.0.1")
        // 30 addresses, and a reserved one among them that it holds.
        #expect(allotment.used.count == 30)
        #expect(
            names.compactMap(allotment.mistake).allSatisfy { $0.hasSuffix("range is full") }
        )
        #expect(allotment.provision.complaints.count == 11)
    }

    // MARK: Families

    @Test(
        "Policy and families say which addresses a Service gets",
        arguments: [
            ("", true, [.v4]), ("ipFamilyPolicy: SingleStack", true, [.v4]),
            ("ipFamilies: [IPv6]", true, [.v6]),
            ("ipFamilyPolicy: PreferDualStack", true, [.v4, .v6]),
            ("ipFamilyPolicy: PreferDualStack", false, [.v4]),
            ("ipFamilyPolicy: PreferDualStack\nipFamilies: [IPv4, IPv6]", false, [.v4]),
            ("ipFamilyPolicy: RequireDualStack", true, [.v4, .v6]),
            ("ipFamilyPolicy: RequireDualStack\nipFamilies: [IPv6]", true, [.v6, .v4]),
            ("ipFamilies: [IPv6, IPv4]", true, [.v6, .v4]),
            ("clusterIP: 'fd00::9'\nipFamilyPolicy: PreferDualStack", true, [.v6, .v4]),
            ("clusterIPs: [10.0.0.9, 'fd00::9']", true, [.v4, .v6]),
            ("clusterIPs: [10.0.0.9, 'fd00::9']", false, [.v4, .v6]),
        ] as [(String, Bool, [IPAddress.Family])]
    )
    func givesFamilies(spec: String, isDual: Bool, expected: [IPAddress.Family]) throws {
        let options = try isDual ? Allotment.dualOptions : Allotment.options()
        let allotment = try Allotment.of([("a", spec)], options)

        let holding = try #require(allotment.holding("a"), "\(allotment.mistake("a") ?? "")")
        #expect(holding.addresses.map(\.family) == expected)
    }

    @Test(
        "What the ranges cannot give is told",
        arguments: [
            (
                "ipFamilyPolicy: RequireDualStack",
                """
                spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not \
                configured for dual-stack services
                """
            ),
            (
                "ipFamilies: [IPv6]",
                "spec.ipFamilies[0]: Invalid value: \"IPv6\": not configured on this cluster"
            ),
            (
                "ipFamilies: [IPv4, IPv6]",
                "spec.ipFamilies[1]: Invalid value: \"IPv6\": not configured on this cluster"
            ),
        ]
    )
    func refusesFamilies(spec: String, expected: String) throws {
        let allotment = try Allotment.of([("a", spec)])

        #expect(allotment.mistake("a") == expected)
        #expect(allotment.used.isEmpty)
    }

    // MARK: Ports of the nodes

    @Test func givesPortsOfTheNodesWhereTheTypeHasThem() throws {
        let allotment = try Allotment.of([
            ("plain", ""), ("node", "type: NodePort"), ("lb", "type: LoadBalancer"),
            ("none", "type: LoadBalancer\nallocateLoadBalancerNodePorts: false"),
            ("local", "type: LoadBalancer\nexternalTrafficPolicy: Local"),
        ])

        #expect(allotment.holding("plain")?.distinctPorts.isEmpty == true)
        for name in ["node", "lb"] {
            let ports = try #require(allotment.holding(name)?.nodePorts.map(\.nodePort))
            #expect(ports.count == 1 && ports.allSatisfy { (30_016...30_019).contains($0) })
        }
        #expect(allotment.holding("none")?.nodePorts == [])
        #expect(allotment.holding("none")?.healthCheckPort == 0)
        #expect(allotment.holding("local")?.distinctPorts.count == 2)
        #expect(allotment.holding("local")?.healthCheckPort != 0)
    }

    @Test func sharesAPortOfTheNodesBetweenTransportsOfOnePort() throws {
        let ports = """
            type: NodePort
            ports:
            - {name: a, port: 53}
            - {name: b, port: 53, protocol: UDP}
            - {name: c, port: 80}
            """
        let written = ports.replacing("name: b,", with: "name: b, nodePort: 30003,")
        let allotment = try Allotment.of([("open", ports), ("half", written)])

        let open = try #require(allotment.holding("open")).nodePorts.map(\.nodePort)
        let half = try #require(allotment.holding("half")).nodePorts.map(\.nodePort)
        #expect(open[0] == open[1] && open[0] != open[2])
        #expect(half[0] == 30_003 && half[1] == 30_003 && half[2] != 30_003)
    }

    @Test(
        "A port of the nodes that cannot be had is told",
        arguments: [
            (
                "type: NodePort\nports: [{port: 80, nodePort: 30005}]", true,
                "spec.ports[0].nodePort: Invalid value: 30005: provided port is already allocated"
            ),
            (
                "type: NodePort\nports: [{port: 80, nodePort: 29999}]", true,
                """
                spec.ports[0].nodePort: Invalid value: 29999: provided port is not in the valid \
                range. The range of valid ports is 30000-30019
                """
            ),
            ("type: NodePort\nports: [{port: 80, nodePort: 29999}]", false, nil),
            (
                """
                type: LoadBalancer
                externalTrafficPolicy: Local
                healthCheckNodePort: 30005
                """, false,
                "spec.healthCheckNodePort: Invalid value: 30005: provided port is already allocated"
            ),
            (
                """
                type: LoadBalancer
                externalTrafficPolicy: Local
                healthCheckNodePort: 30006
                ports: [{port: 80, nodePort: 30006}]
                """, false,
                "spec.healthCheckNodePort: Invalid value: 30006: provided port is already allocated"
            ),
        ] as [(String, Bool, String?)]
    )
    func refusesPorts(spec: String, isWritten: Bool, expected: String?) throws {
        var options = try Allotment.options()
        options.areNodePortsWritten = isWritten
        let first = "type: NodePort\nports: [{port: 1, nodePort: 30005}]"

        let allotment = try Allotment.of([("a", first), ("b", spec)], options)

        #expect(allotment.mistake("b") == expected)
        #expect((allotment.service("b") == nil) == (expected != nil))
    }

    // MARK: Load balancers

    @Test func givesAddressesToLoadBalancersAsLongAsThereAreAny() throws {
        let names = ["a", "b", "c", "d", "e"]
        var allotment = try Allotment.of(names.map { ($0, "type: LoadBalancer") })
        let first = names.compactMap { allotment.holding($0)?.ingressAddresses.first }
        let warning = allotment.provision.complaints[Allotment.key("e")]?.mistake

        allotment.set(nil, Allotment.key("a"))
        allotment.settle()

        #expect(Set(first).count == 4)
        #expect(allotment.used.count == 4)
        #expect(warning?.isWarning == true)
        #expect(allotment.holding("e")?.ingressAddresses == [first[0]])
        #expect(allotment.provision.complaints.isEmpty)
    }

    @Test func asksForTheAddressOfALoadBalancer() throws {
        let allotment = try Allotment.of([
            ("a", "type: LoadBalancer\nloadBalancerIP: 192.0.2.1"),
            ("b", "type: LoadBalancer\nloadBalancerIP: 192.0.2.1"),
            ("c", "type: LoadBalancer\nloadBalancerIP: 198.51.100.1"),
            ("d", "type: LoadBalancer\nloadBalancerClass: example.com/own"),
        ])

        #expect(allotment.holding("a")?.ingressAddresses.map(\.description) == ["192.0.2.1"])
        #expect(allotment.mistake("b")?.hasPrefix("spec.loadBalancerIP: 192.0.2.1 is") == true)
        #expect(allotment.mistake("c")?.contains("not in 'load_balancer_pool'") == true)
        for name in ["b", "c", "d"] {
            #expect(allotment.holding(name)?.ingressAddresses == [])
        }
    }

    @Test func leavesLoadBalancersWaitingWithoutAPool() throws {
        let allotment = try Allotment.of([("a", "type: LoadBalancer")], AllocationOptions())

        #expect(allotment.holding("a")?.ingressAddresses == [])
        #expect(allotment.provision.complaints.isEmpty)
    }
}

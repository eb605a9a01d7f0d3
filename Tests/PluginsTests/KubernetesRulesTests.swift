// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Plugin
import Plugins
import Testing
import Wire

/// The rules of Kubernetes' DNS-based service discovery 1.1.0, one test each; R1 to R28.
@Suite struct KubernetesRulesTests {
    private let served = Served()

    /// The reverse name of 2001:db8::1, as the specification prints it.
    private static let sixPointer =
        "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"

    /// The reverse name of 2001:db8:1::1.
    private static let petPointer =
        "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"

    @Test(
        "R1: every record of the specification's own examples is there",
        arguments: [
            ("dns-version.cluster.local", RecordType.txt, ["TXT 1.1.0"]),
            ("kubernetes.default.svc.cluster.local", .a, ["A 10.3.0.1"]),
            ("kubernetes.default.svc.cluster.local", .aaaa, ["AAAA 2001:db8::1"]),
            (
                "_https._tcp.kubernetes.default.svc.cluster.local", .srv,
                ["SRV 0 50 443 kubernetes.default.svc.cluster.local."]
            ),
            ("1.0.3.10.in-addr.arpa", .ptr, ["PTR kubernetes.default.svc.cluster.local."]),
            (Self.sixPointer, .ptr, ["PTR kubernetes.default.svc.cluster.local."]),
            (
                "headless.default.svc.cluster.local", .a,
                ["A 10.3.0.100", "A 10.3.0.101", "A 10.3.0.102"]
            ),
            ("my-pet.headless.default.svc.cluster.local", .a, ["A 10.3.0.100"]),
            ("my-pet.headless.default.svc.cluster.local", .aaaa, ["AAAA 2001:db8:1::1"]),
            ("100.0.3.10.in-addr.arpa", .ptr, ["PTR my-pet.headless.default.svc.cluster.local."]),
        ]
    )
    func r1EveryRecordOfTheSpecificationsExamplesIsThere(
        name: String,
        type: RecordType,
        expected: [String]
    ) throws {
        #expect(try served.answers(name, type) == expected)
    }

    @Test(arguments: ["cluster.local", "example", "k8s.prod.example.org"])
    func r2TheClusterDomainIsASetting(zone: String) throws {
        var served = served
        served.zones = [zone, "10.in-addr.arpa"]

        #expect(try served.answers("kubernetes.default.svc.\(zone)") == ["A 10.3.0.1"])
        #expect(
            try served.answers("1.0.3.10.in-addr.arpa", .ptr)
                == ["PTR kubernetes.default.svc.\(zone)."]
        )
        #expect(try served.ask("kubernetes.default.svc.other.local").outcome == .pass)
    }

    @Test(arguments: [(0, 0), (5, 5), (3_600, 3_600)])
    func r3TheTimeToLiveIsASetting(seconds: Int, expected: UInt32) throws {
        var served = served
        served.options = "ttl \(seconds)"
        let plugin = try served.plugin()

        let found = ask(plugin, try query("kubernetes.default.svc.cluster.local"))
        let version = ask(plugin, try query("dns-version.cluster.local", .txt))

        #expect(
            found.answers == ["kubernetes.default.svc.cluster.local. \(expected) A 10.3.0.1"]
        )
        #expect(version.answers.first?.hasPrefix("dns-version.cluster.local. 28800 TXT") == true)
    }

    @Test(arguments: [
        ("", "10-3-0-102"), ("", "my-pet"), ("endpoint_pod_names", "my-pet"),
    ])
    func r4AnEndpointIsCalledByItsHostnameElseByAnIdentifier(
        option: String,
        name: String
    ) throws {
        var served = served
        served.options = option

        #expect(try served.answers("\(name).headless.default.svc.cluster.local").count == 1)
    }

    @Test func r4AnEndpointIsCalledAfterItsPodWhereThatIsWanted() throws {
        var served = served
        let name = "coredns-a.kube-dns.kube-system.svc.cluster.local"
        let dashed = "10-244-0-2.kube-dns.kube-system.svc.cluster.local"

        #expect(try served.ask(name).isMissing)
        #expect(try served.answers(dashed) == ["A 10.244.0.2"])

        served.options = "endpoint_pod_names"

        #expect(try served.answers(name) == ["A 10.244.0.2"])
        #expect(try served.ask(dashed).isMissing)
    }

    @Test func r5AnEndpointIsReadyWhenListedSoOrWhenTheServiceToleratesIt() throws {
        var served = served
        let name = "asleep.default.svc.cluster.local"

        #expect(try served.ask(name).isMissing)

        served.objects.removeAll { object in
            if case .service(let service) = object {
                service.metadata.name == "asleep"
            } else {
                false
            }
        }
        served.objects.append(
            Fixture.service("asleep", .headless, ports: ["https/443/tcp"], publishesAll: true)
        )

        #expect(try served.answers(name) == ["A 10.3.0.110"])
    }

    @Test(arguments: [
        ("KUBERNETES.Default.SVC.cluster.LOCAL", RecordType.a, "A 10.3.0.1"),
        ("My-Pet.HEADLESS.default.svc.cluster.local", .a, "A 10.3.0.100"),
        ("DNS-VERSION.Cluster.Local", .txt, "TXT 1.1.0"),
        (
            "_HTTPS._Tcp.Kubernetes.default.svc.Cluster.Local", .srv,
            "SRV 0 50 443 kubernetes.default.svc.Cluster.Local."
        ),
        ("1.0.3.10.IN-ADDR.arpa", .ptr, "PTR kubernetes.default.svc.cluster.local."),
    ])
    func r6EveryComparisonIgnoresCase(name: String, type: RecordType, expected: String) throws {
        #expect(try served.answers(name, type) == [expected])
    }

    @Test func r7TheSchemaVersionIsToldAsASemanticVersion() throws {
        #expect(try served.answers("dns-version.cluster.local", .txt) == ["TXT 1.1.0"])
    }

    @Test func r8AClusterIPv4AddressIsAnARecord() throws {
        #expect(try served.answers("plain.default.svc.cluster.local") == ["A 10.3.0.5"])
    }

    @Test func r9AClusterIPv6AddressIsAnAAAARecordAndTheOtherFamilyAloneNoData() throws {
        #expect(
            try served.answers("kubernetes.default.svc.cluster.local", .aaaa)
                == ["AAAA 2001:db8::1"]
        )
        #expect(try served.ask("plain.default.svc.cluster.local", .aaaa).isNoData)
    }

    @Test func r10ANamedPortIsAnSRVRecordWithPriorityBeforeWeight() throws {
        #expect(
            try served.answers("_metrics._tcp.kube-dns.kube-system.svc.cluster.local", .srv)
                == ["SRV 0 100 9153 kube-dns.kube-system.svc.cluster.local."]
        )
    }

    @Test func r11AnUnnamedPortHasNoNameOfItsOwn() throws {
        for name in ["_80._tcp", "_http._tcp", "_plain._tcp"] {
            #expect(try served.ask("\(name).plain.default.svc.cluster.local", .srv).isMissing)
        }
    }

    @Test func r12TheAdditionalSectionHoldsTheTargetsAddresses() throws {
        let reply = try served.ask("_https._tcp.kubernetes.default.svc.cluster.local", .srv)

        #expect(
            reply.additionals == [
                "kubernetes.default.svc.cluster.local. 5 A 10.3.0.1",
                "kubernetes.default.svc.cluster.local. 5 AAAA 2001:db8::1",
            ]
        )
    }

    @Test func r13AClusterIPv4AddressLeadsBackToItsService() throws {
        #expect(
            try served.answers("10.0.3.10.in-addr.arpa", .ptr)
                == ["PTR kube-dns.kube-system.svc.cluster.local."]
        )
    }

    @Test func r14AClusterIPv6AddressLeadsBackToItsService() throws {
        #expect(
            try served.answers(Self.sixPointer, .ptr)
                == ["PTR kubernetes.default.svc.cluster.local."]
        )
    }

    @Test func r15AHeadlessServiceHasAnARecordForEachReadyIPv4Endpoint() throws {
        #expect(
            try served.answers("headless.default.svc.cluster.local")
                == ["A 10.3.0.100", "A 10.3.0.101", "A 10.3.0.102"]
        )
    }

    @Test func r16AHeadlessServiceHasAnAAAARecordForEachReadyIPv6Endpoint() throws {
        #expect(
            try served.answers("headless.default.svc.cluster.local", .aaaa)
                == ["AAAA 2001:db8:1::1"]
        )
    }

    @Test func r17HeadlessWithoutReadyEndpointsIsNXDOMAIN() throws {
        #expect(try served.ask("asleep.default.svc.cluster.local").isMissing)
        #expect(try served.ask("asleep.default.svc.cluster.local", .aaaa).isMissing)
        #expect(try served.ask("_https._tcp.asleep.default.svc.cluster.local", .srv).isMissing)
    }

    @Test func r17HeadlessWithEndpointsOfTheOtherFamilyIsNoData() throws {
        #expect(try served.ask("six.default.svc.cluster.local").isNoData)
        #expect(try served.answers("six.default.svc.cluster.local", .aaaa) == ["AAAA 2001:db8:2::"])
    }

    @Test func r18AHostnameHasAnARecordForEachOfItsIPv4Addresses() throws {
        var served = served
        served.objects.append(
            Fixture.slice("headless", [Fixture.endpoint("10.3.0.200", hostname: "my-pet")])
        )

        #expect(
            try served.answers("my-pet.headless.default.svc.cluster.local")
                == ["A 10.3.0.100", "A 10.3.0.200"]
        )
    }

    @Test func r19AHostnameHasAnAAAARecordForEachOfItsIPv6Addresses() throws {
        #expect(
            try served.answers("my-pet.headless.default.svc.cluster.local", .aaaa)
                == ["AAAA 2001:db8:1::1"]
        )
        #expect(try served.ask("my-pet-2.headless.default.svc.cluster.local", .aaaa).isNoData)
    }

    @Test func r20EveryReadyHostnameHasAnSRVRecordForEachNamedPort() throws {
        let expected = ["10-3-0-102", "my-pet-2", "my-pet"].map {
            "SRV 0 25 443 \($0).headless.default.svc.cluster.local."
        }

        #expect(
            try served.answers("_https._tcp.headless.default.svc.cluster.local", .srv) == expected
        )
    }

    @Test func r21AnUnnamedPortOfAHeadlessServiceHasNoNameOfItsOwn() throws {
        var served = served
        served.objects = [
            Fixture.service("bare", .headless, ports: ["80/tcp"]),
            Fixture.slice("bare", [Fixture.endpoint("10.3.1.1")], ports: ["80/tcp"]),
        ]

        #expect(try served.ask("_http._tcp.bare.default.svc.cluster.local", .srv).isMissing)
    }

    @Test func r22TheAdditionalSectionHoldsTheAddressesOfTheTargets() throws {
        let reply = try served.ask("_https._tcp.headless.default.svc.cluster.local", .srv)

        #expect(
            reply.additionals == [
                "10-3-0-102.headless.default.svc.cluster.local. 5 A 10.3.0.102",
                "my-pet-2.headless.default.svc.cluster.local. 5 A 10.3.0.101",
                "my-pet.headless.default.svc.cluster.local. 5 A 10.3.0.100",
                "my-pet.headless.default.svc.cluster.local. 5 AAAA 2001:db8:1::1",
            ]
        )
    }

    @Test func r23AnIPv4EndpointLeadsBackToItsHostname() throws {
        #expect(
            try served.answers("101.0.3.10.in-addr.arpa", .ptr)
                == ["PTR my-pet-2.headless.default.svc.cluster.local."]
        )
        #expect(try served.ask("103.0.3.10.in-addr.arpa", .ptr).isMissing)
    }

    @Test func r24AnIPv6EndpointLeadsBackToItsHostname() throws {
        #expect(
            try served.answers(Self.petPointer, .ptr)
                == ["PTR my-pet.headless.default.svc.cluster.local."]
        )
    }

    @Test func r25EndpointsWithoutAHostnameHaveAllTheseRecordsToo() throws {
        let name = "10-3-0-102.headless.default.svc.cluster.local"

        #expect(try served.answers(name) == ["A 10.3.0.102"])
        #expect(try served.answers("102.0.3.10.in-addr.arpa", .ptr) == ["PTR \(name)."])
        #expect(try served.answers(name, .srv) == ["SRV 0 100 443 \(name)."])
        // A label must not end in a hyphen.
        #expect(
            try served.answers("2001-db8-2--0.six.default.svc.cluster.local", .aaaa)
                == ["AAAA 2001:db8:2::"]
        )
    }
}

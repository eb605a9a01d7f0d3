// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Metrics
import Plugin
import Plugins
import Testing
import Wire

/// The rules of Kubernetes' DNS-based service discovery 1.1.0, one test each; R26 to R40.
@Suite struct KubernetesMoreRulesTests {
    private let served = Served()

    @Test(arguments: [RecordType.a, .aaaa, .mx, .txt, .srv, .https, .cname, .any])
    func r26AnExternalNameIsACNAMEForEveryType(type: RecordType) async throws {
        let desk = LookupDesk(LookupResult(code: .nameError))

        let reply = try await served.resolve("foo.default.svc.cluster.local", type, desk)

        #expect(reply.code == .noError)
        #expect(reply.isAuthoritative)
        #expect(reply.answers == ["CNAME www.example.com."])
    }

    @Test func r27TheTargetsRecordsOfTheAskedFamilyFollowTheCNAME() async throws {
        let target = try Name("www.example.com")
        let record = Record(owner: target, type: .a, ttl: 77, data: [192, 0, 2, 9])
        let desk = LookupDesk(LookupResult(code: .noError, answers: [record]))

        let reply = try await served.resolve("foo.default.svc.cluster.local", .a, desk)

        #expect(reply.answers == ["A 192.0.2.9", "CNAME www.example.com."])
        #expect(desk.asked == [Question(target, .a)])
    }

    @Test(arguments: ["x", "_https._tcp", "_tcp"])
    func r28NothingLiesBelowAnExternalName(prefix: String) throws {
        #expect(try served.ask("\(prefix).foo.default.svc.cluster.local").isMissing)
        #expect(try served.ask("\(prefix).foo.default.svc.cluster.local", .srv).isMissing)
    }

    @Test func r29PodNamesAreOffVerifiedOrEchoed() throws {
        var served = served
        served.objects.append(Fixture.pod("web", ["10.244.0.9"]))
        let real = "10-244-0-9.default.pod.cluster.local"
        let made = "1-2-3-4.default.pod.cluster.local"

        #expect(try served.ask(real).isMissing)

        served.options = "pods verified"

        #expect(try served.answers(real) == ["A 10.244.0.9"])
        #expect(try served.ask(made).isMissing)

        served.options = "pods insecure"

        #expect(try served.answers(made) == ["A 1.2.3.4"])
    }

    @Test func r29APodsAddressIsAddedToItsSRVRecordOnly() throws {
        var served = served
        served.options = "pods insecure"
        let name = "1-2-3-4.default.pod.cluster.local"
        let asked = try served.ask(name, .srv)
        let any = try served.ask(name, .any) { $0.transport = .tcp }

        #expect(asked.answers == ["SRV 0 100 0 \(name)."])
        #expect(asked.additionals == ["\(name). 5 A 1.2.3.4"])
        // ANY has the address among the answers already.
        #expect(any.answers == ["A 1.2.3.4", "SRV 0 100 0 \(name)."])
        #expect(any.additionals.isEmpty)
    }

    @Test func r30IPv6HasEverythingThatIPv4Has() throws {
        let name = "2001-db8-2--0.six.default.svc.cluster.local"
        let pointer = "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.2.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"

        #expect(try served.answers("six.default.svc.cluster.local", .aaaa).count == 1)
        #expect(try served.answers(name, .aaaa).count == 1)
        #expect(try served.answers(pointer, .ptr) == ["PTR \(name)."])
        #expect(
            try served.answers("_https._tcp.six.default.svc.cluster.local", .srv)
                == ["SRV 0 100 443 \(name)."]
        )
    }

    @Test func r31AnSRVRecordIsPriorityWeightPortAndTarget() throws {
        let plugin = try served.plugin()
        let asked = try query("_metrics._tcp.kube-dns.kube-system.svc.cluster.local", .srv)
        var answer = Answer(counting: Metrics.Registry().cells(forWorker: 0))

        #expect(plugin.answer(asked, into: &answer) == .done)

        let data = answer.records(in: .answer, question: asked.name)[0].data
        #expect(Array(data.prefix(6)) == [0, 0, 0, 100, 0x23, 0xC1])
    }

    @Test(arguments: [
        "cluster.local", "svc.cluster.local", "pod.cluster.local", "default.svc.cluster.local",
        "quiet.svc.cluster.local",
    ])
    func r32NamesAboveServicesExistWithoutData(name: String) throws {
        for type in [RecordType.a, .aaaa, .txt, .srv, .mx, .ptr, .cname] {
            #expect(try served.ask(name, type).isNoData, "\(type)")
        }
    }

    @Test(arguments: [
        "nowhere.svc.cluster.local", "x.nowhere.svc.cluster.local", "nothing.cluster.local",
        "missing.default.svc.cluster.local", "quiet.pod.cluster.local",
    ])
    func r32NamesThatAreNotThereAreNXDOMAIN(name: String) throws {
        for type in [RecordType.a, .aaaa, .txt, .srv, .soa, .ns, .any] {
            #expect(try served.ask(name, type).isMissing, "\(type)")
        }
    }

    @Test func r33WhatIsMoreThanTheSpecificationStaysApartFromIt() throws {
        // All ports at the Service's own name, and endpoints of any Service: as CoreDNS has them.
        #expect(
            try served.answers("kubernetes.default.svc.cluster.local", .srv)
                == ["SRV 0 50 443 kubernetes.default.svc.cluster.local."]
        )
        #expect(
            try served.answers("_https._tcp.kubernetes.default.svc.cluster.local")
                == ["A 10.3.0.1"]
        )
    }

    @Test func r34TheApexHasSOAAndNSAndEveryNegativeAnswerTheSOA() throws {
        let numbers = "1700000000 7200 1800 86400 5"
        let data = "SOA ns.dns.cluster.local. hostmaster.cluster.local. \(numbers)"

        #expect(try served.answers("cluster.local", .soa) == [data])
        #expect(try served.answers("cluster.local", .ns) == ["NS ns.dns.cluster.local."])
        #expect(try served.answers("ns.dns.cluster.local") == ["A 192.0.2.53"])
        #expect(
            try served.ask("missing.default.svc.cluster.local").authorities
                == ["cluster.local. 5 \(data)"]
        )
    }

    @Test func r34TheMinimumIsTheTimeToLiveAndTheRecordsOwnIsBounded() throws {
        var served = served
        served.options = "ttl 3600"

        let authority = try served.ask("missing.default.svc.cluster.local").authorities

        #expect(authority.first?.hasPrefix("cluster.local. 300 SOA ") == true)
        #expect(authority.first?.hasSuffix(" 86400 3600") == true)
    }

    @Test func r35BeforeTheObjectsAreReadNothingIsDeniedOrPassedOn() throws {
        var served = served
        served.isSynced = false
        served.options = "fallthrough"

        for name in ["kubernetes.default.svc.cluster.local", "1.0.3.10.in-addr.arpa"] {
            let reply = try served.ask(name)

            #expect(reply.outcome == .done)
            #expect(reply.code == .serverFailure)
            #expect(reply.isAuthoritative)
            #expect(reply.authorities.first?.contains(" 0 7200 1800 ") == true)
        }
        #expect(try served.ask("svc.cluster.local").isNoData)
        #expect(try served.answers("dns-version.cluster.local", .txt) == ["TXT 1.1.0"])
    }

    @Test func r35TheReasonIsTold() throws {
        var served = served
        served.isSynced = false
        let plugin = try served.plugin()
        var answer = Answer(counting: Metrics.Registry().cells(forWorker: 0))

        #expect(plugin.answer(try query("a.b.svc.cluster.local"), into: &answer) == .done)

        #expect(answer.extendedError?.code == .notReady)
    }

    @Test func r36TwoServicesOverOneEndpointAreTwoPointers() throws {
        var served = served
        served.objects += [
            Fixture.service("second", .headless, ports: ["https/443/tcp"]),
            Fixture.slice("second", [Fixture.endpoint("10.3.0.100")], ports: ["https/443/tcp"]),
        ]

        #expect(
            try served.answers("100.0.3.10.in-addr.arpa", .ptr) == [
                "PTR 10-3-0-100.second.default.svc.cluster.local.",
                "PTR my-pet.headless.default.svc.cluster.local.",
            ]
        )
    }

    @Test func r37EndpointsOfAServiceWithAnAddressHaveNamesToo() throws {
        #expect(
            try served.answers("10-244-0-3.kube-dns.kube-system.svc.cluster.local")
                == ["A 10.244.0.3"]
        )
    }

    @Test func r38EndpointsThatAreNotReadyHaveNoNames() throws {
        #expect(try served.ask("sleepy.headless.default.svc.cluster.local").isMissing)
        #expect(try served.ask("103.0.3.10.in-addr.arpa", .ptr).isMissing)
    }

    @Test func r39TheClientsCaseIsKept() throws {
        let plugin = try served.plugin()

        let found = ask(plugin, try query("KuberNetes.default.svc.Cluster.Local"))
        let missing = ask(plugin, try query("Missing.default.svc.Cluster.Local"))

        #expect(found.answers == ["KuberNetes.default.svc.Cluster.Local. 5 A 10.3.0.1"])
        #expect(missing.authorities.first?.hasPrefix("Cluster.Local. 5 SOA") == true)
    }

    @Test(arguments: [
        "a.b.c.kubernetes.default.svc", "a.b.c.d.e.f.default.svc", "a.b.c.1-2-3-4.default.pod",
    ])
    func r39NamesWithMoreLabelsThanTheGrammarAreNXDOMAIN(name: String) throws {
        var served = served
        served.options = "pods insecure"

        #expect(try served.ask("\(name).cluster.local").isMissing)
    }

    @Test(arguments: [(Transport.udp, 257), (.tcp, 300)])
    func r40ALargeSetIsNeverMoreThanCanBeSentAndIsWholeOverTCP(
        transport: Transport,
        count: Int
    ) throws {
        var served = served
        served.objects = [
            Fixture.service("large", .headless, ports: ["http/80/tcp"]),
            Fixture.slice(
                "large",
                (0..<300).map { Fixture.endpoint("10.9.\($0 / 200).\($0 % 200)") },
                ports: ["http/80/tcp"]
            ),
        ]
        for type in [RecordType.a, .srv] {
            let reply = try served.ask("large.default.svc.cluster.local", type) {
                $0.transport = transport
                $0.randomBits = 250
            }

            #expect(Set(reply.answers).count == count)
        }
    }
}

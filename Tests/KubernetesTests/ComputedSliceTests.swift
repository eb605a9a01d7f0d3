// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@testable import Kubernetes

@Suite struct ComputedSliceTests {
    /// A Pod that is selected; its addresses are made of its number.
    private static func pod(
        _ number: Int,
        hasBothFamilies: Bool = false,
        change: (inout Pod) -> Void = { _ in }
    ) throws -> Pod {
        var addresses = [try #require(IPAddress("10.0.\(number / 256).\(number % 256)"))]
        if hasBothFamilies {
            addresses.append(try #require(IPAddress("fd00::\(String(number, radix: 16))")))
        }
        var pod = Pod(
            metadata: Metadata(name: "p\(number)", labels: ["app": "a"]),
            addresses: addresses,
            hostname: "",
            subdomain: "",
            isReady: true,
            isFinished: false,
            ports: []
        )
        change(&pod)
        return pod
    }

    private static func service(
        _ kind: Service.Kind = .headless,
        ports: [ServicePort] = [],
        change: (inout Service) -> Void = { _ in }
    ) -> Service {
        var service = Service(
            metadata: Metadata(name: "web", namespace: "default", labels: ["team": "t"]),
            kind: kind,
            ports: ports,
            selector: ["app": "a"],
            publishesNotReadyAddresses: false
        )
        change(&service)
        return service
    }

    @Test(
        "A slice holds a hundred endpoints and not one more",
        arguments: [
            (1, [1]), (99, [99]), (100, [100]), (101, [100, 1]), (200, [100, 100]),
            (201, [100, 100, 1]),
        ]
    )
    func cutsSlices(podCount: Int, sliceCounts: [Int]) throws {
        let pods = try (1...podCount).map { try Self.pod($0) }
        let slices = ComputedSlice.all(of: Self.service(), pods: pods.shuffled())

        #expect(slices.map(\.endpoints.count) == sliceCounts)
        #expect(slices.flatMap(\.endpoints).map(\.podName) == pods.map(\.metadata.name))
        #expect(Set(slices.map(\.metadata.name)).count == sliceCounts.count)
    }

    @Test func holdsOneFamilyEach() throws {
        let pods = [try Self.pod(2, hasBothFamilies: true), try Self.pod(1)]
        let service = Self.service { $0.terms.familyPolicy = .requireDualStack }

        let slices = ComputedSlice.all(of: service, pods: pods)

        #expect(slices.map(\.family) == [.v4, .v6])
        #expect(slices.map { $0.endpoints.map(\.podName) } == [["p1", "p2"], ["p2"]])
    }

    @Test("Pods whose names for a port mean other numbers, or none, are kept apart")
    func holdsTheSamePortsEach() throws {
        let ports = [ServicePort(name: "", number: 80, transport: .tcp, target: .name("web"))]
        let pods = [
            try Self.pod(1) { $0.ports = [.init(name: "web", number: 81, transport: .tcp)] },
            try Self.pod(2),
            try Self.pod(3) { $0.ports = [.init(name: "web", number: 81, transport: .tcp)] },
            try Self.pod(4) { $0.ports = [.init(name: "web", number: 80, transport: .tcp)] },
        ]
        let slices = ComputedSlice.all(of: Self.service(ports: ports), pods: pods)

        #expect(slices.map { $0.ports.map(\.number) } == [[81], [], [80]])
        #expect(slices.map { $0.endpoints.map(\.podName) } == [["p1", "p3"], ["p2"], ["p4"]])
    }

    @Test("A family without endpoints has an empty slice, of the Service's own families")
    func keepsAPlace() throws {
        let own = [try #require(IPAddress("10.96.0.1")), try #require(IPAddress("fd00:1::1"))]
        let both = ComputedSlice.all(of: Self.service(.clusterIP(own)), pods: [try Self.pod(1)])
        let none = ComputedSlice.all(of: Self.service(), pods: [])
        let asked = Self.service { $0.terms.families = [.v6] }

        #expect(both.map(\.family) == [.v4, .v6] && both.map(\.endpoints.count) == [1, 0])
        #expect(none.map(\.family) == [.v4] && none.map(\.endpoints.count) == [0])
        #expect(ComputedSlice.all(of: asked, pods: []).map(\.family) == [.v6])
    }

    @Test(arguments: [
        (true, false, [true, true]), (false, false, [false, false]), (true, true, [true, true]),
        (false, true, [true, false]),
    ])
    func tellsWhoIsReady(isReady: Bool, publishesAll: Bool, conditions: [Bool]) throws {
        let service = Self.service { $0.publishesNotReadyAddresses = publishesAll }
        let pod = try Self.pod(1) { $0.isReady = isReady }
        let endpoint = ComputedSlice.all(of: service, pods: [pod]).first?.endpoints.first

        #expect([endpoint?.isReady, endpoint?.isServing] == conditions)
    }

    @Test func leavesOutWhatIsNoEndpoint() throws {
        let pods = [
            try Self.pod(1) { $0.isFinished = true }, try Self.pod(2) { $0.addresses = [] },
            try Self.pod(3) { $0.metadata.labels = [:] },
        ]

        #expect(ComputedSlice.all(of: Self.service(), pods: pods).flatMap(\.endpoints).isEmpty)
        #expect(ComputedSlice.all(of: Self.service { $0.selector = [:] }, pods: pods).isEmpty)
        #expect(ComputedSlice.all(of: Self.service(.externalName("x.")), pods: pods).isEmpty)
    }

    @Test("A host name counts where the subdomain is the Service", arguments: ["web", "other"])
    func tellsHostAndNode(subdomain: String) throws {
        let pod = try Self.pod(1) {
            $0.hostname = "h"
            $0.subdomain = subdomain
            $0.placement.nodeName = "node-1"
        }
        let endpoint = ComputedSlice.all(of: Self.service(), pods: [pod]).first?.endpoints.first

        #expect(endpoint?.hostname == (subdomain == "web" ? "h" : ""))
        #expect(endpoint?.nodeName == "node-1")
    }

    @Test("A name is a promise: it is the same for ever, and says whose slice it is")
    func isNamedAndLabelled() throws {
        let pods = try (1...101).map { try Self.pod($0) }
        let headless = ComputedSlice.all(of: Self.service(), pods: pods).map(\.metadata)
        let address = try #require(IPAddress("10.96.0.1"))
        let other = ComputedSlice.all(of: Self.service(.clusterIP([address])), pods: [])
        let long = Self.service { $0.metadata.name = String(repeating: "a", count: 63) }

        #expect(headless.map(\.name) == ["web-ggs7x", "web-b2nzd"])
        #expect(
            headless.first?.labels == [
                "team": "t", "service.kubernetes.io/headless": "",
                "kubernetes.io/service-name": "web",
                "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
            ]
        )
        #expect(other.first?.metadata.labels["service.kubernetes.io/headless"] == nil)
        #expect(ComputedSlice.all(of: long, pods: []).first?.metadata.name.count == 63)
    }
}

// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@testable import Kubernetes

@Suite struct ServicePodsTests {
    private static func address(_ text: String) throws -> IPAddress {
        try #require(IPAddress(text))
    }

    private static func pod() throws -> Pod {
        Pod(
            metadata: Metadata(name: "p", labels: ["app": "a", "part": "b"]),
            addresses: [try address("10.0.0.1"), try address("fd00::1")],
            hostname: "",
            subdomain: "",
            isReady: true,
            isFinished: false,
            ports: [ContainerPort(name: "web", number: 8080, transport: .tcp)]
        )
    }

    private static func service(
        _ kind: Service.Kind,
        selector: [String: String] = ["app": "a"],
        ports: [ServicePort] = []
    ) -> Service {
        Service(
            metadata: Metadata(name: "s"),
            kind: kind,
            ports: ports,
            selector: selector,
            publishesNotReadyAddresses: false
        )
    }

    @Test(arguments: [
        (["app": "a"], true), (["app": "a", "part": "b"], true), (["app": "b"], false),
        (["app": "a", "more": ""], false),
    ])
    func selectsByAllLabels(selector: [String: String], isSelected: Bool) throws {
        let service = Self.service(.headless, selector: selector)

        #expect(try service.selects(Self.pod()) == isSelected)
    }

    @Test(arguments: [
        ([], ["10.0.0.1", "fd00::1"]), (["10.96.0.1"], ["10.0.0.1"]), (["fd00::9"], ["fd00::1"]),
        (["fd00::9", "10.96.0.1"], ["10.0.0.1", "fd00::1"]),
    ])
    func takesTheFamiliesOfItsAddresses(own: [String], taken: [String]) throws {
        let service = Self.service(.clusterIP(try own.map(Self.address)))

        #expect(try service.endpointAddresses(of: Self.pod()).map(\.description) == taken)
    }

    @Test(
        "A headless Service is of one family unless it says otherwise",
        arguments: [
            (nil, [], ["10.0.0.1"]), (nil, [.v6], ["fd00::1"]),
            (nil, [.v4, .v6], ["10.0.0.1", "fd00::1"]), (.singleStack, [], ["10.0.0.1"]),
            (.preferDualStack, [], ["10.0.0.1", "fd00::1"]),
            (.requireDualStack, [.v6], ["10.0.0.1", "fd00::1"]),
        ] as [(FamilyPolicy?, [IPAddress.Family], [String])]
    )
    func takesTheFamiliesThatAHeadlessServiceNames(
        policy: FamilyPolicy?,
        families: [IPAddress.Family],
        taken: [String]
    ) throws {
        var service = Self.service(.headless)
        service.terms.familyPolicy = policy
        service.terms.families = families

        #expect(try service.endpointAddresses(of: Self.pod()).map(\.description) == taken)
    }

    @Test func leavesOutPortsThatThePodDoesNotName() throws {
        let ports = [
            ServicePort(name: "a", number: 80, transport: .tcp, target: .name("web")),
            ServicePort(name: "b", number: 80, transport: .udp, target: .name("web")),
            ServicePort(name: "c", number: 90, transport: .udp, target: .number(91)),
        ]
        let found = Self.service(.headless, ports: ports).endpointPorts(at: try Self.pod())

        #expect(
            found == [
                EndpointPort(name: "a", number: 8080, transport: .tcp),
                EndpointPort(name: "c", number: 91, transport: .udp),
            ]
        )
    }
}

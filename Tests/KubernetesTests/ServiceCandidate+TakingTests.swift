// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@testable import Kubernetes

/// Addresses of load balancers that manifests have in their status.
@Suite struct ServiceTakingTests {
    /// A Service of type LoadBalancer with these addresses in its status.
    private static func balancer(_ name: String, _ addresses: String...) throws -> StoredObject {
        var service = try #require(Allotment.object(name, "type: LoadBalancer").service)
        service.terms.ingressAddresses = try addresses.map { try #require(IPAddress($0)) }
        return StoredObject(.service(service))
    }

    @Test func refusesAnAddressInAStatusThatAnotherWasGiven() throws {
        var allotment = try Allotment.of([("a", "type: LoadBalancer")])
        let given = try #require(allotment.holding("a")?.ingressAddresses.first)
        allotment.set(try Self.balancer("b", "\(given)"), Allotment.key("b"))
        allotment.settle()
        let refused = allotment.service("b")
        let mistake = allotment.provision.complaints[Allotment.key("b")]?.mistake

        allotment.set(nil, Allotment.key("a"))
        allotment.settle()

        #expect(refused == nil)
        #expect(
            mistake?.text == "status.loadBalancer.ingress: Invalid value: \"\(given)\": provided "
                + "IP is already allocated"
        )
        #expect(mistake?.holder?.serviceKey == Allotment.key("a"))
        #expect(mistake?.isWarning == false)
        #expect(allotment.holding("b")?.ingressAddresses == [given])
        #expect(allotment.provision.complaints.isEmpty)
    }

    @Test func givesNobodyWhatAStatusHas() throws {
        let chosen = try #require(
            Allotment.of([("a", "type: LoadBalancer")]).holding("a")?.ingressAddresses.first
        )
        var allotment = Allotment(try Allotment.options())
        allotment.set(try Self.balancer("b", "\(chosen)"), Allotment.key("b"))
        allotment.set(try Allotment.object("a", "type: LoadBalancer"), Allotment.key("a"))
        allotment.settle()

        #expect(allotment.holding("a")?.ingressAddresses.count == 1)
        #expect(allotment.holding("a")?.ingressAddresses != [chosen])
        #expect(allotment.provision.complaints.isEmpty)
    }

    /// A dump of a cluster in which Services share the addresses of its Nodes.
    @Test func takesWhatSeveralHaveInTheirStatusAndKeepsItFromOthers() throws {
        let chosen = try #require(
            Allotment.of([("a", "type: LoadBalancer")]).holding("a")?.ingressAddresses.first
        )
        var allotment = Allotment(try Allotment.options())
        for name in ["b", "c"] {
            allotment.set(try Self.balancer(name, "\(chosen)"), Allotment.key(name))
        }
        allotment.settle()
        let both = ["b", "c"].map { allotment.holding($0)?.ingressAddresses }
        allotment.set(nil, Allotment.key("b"))
        allotment.settle()
        allotment.set(try Allotment.object("a", "type: LoadBalancer"), Allotment.key("a"))
        allotment.settle()

        #expect(both == [[chosen], [chosen]])
        #expect(allotment.holding("c")?.ingressAddresses == [chosen])
        #expect(allotment.holding("a")?.ingressAddresses != [chosen])
        #expect(allotment.provision.complaints.isEmpty)
    }
}

// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@testable import Kubernetes

/// Many claims on one address.
@Suite struct ReverseEditTests {
    private static let shared = IPAddress(v4: 0x0A00_0001)

    /// A slice of a Service of its own, with an endpoint at the address that all share.
    private static func slice(_ number: Int, hostname: String = "node") -> StoredObject {
        StoredObject(
            .endpointSlice(
                EndpointSlice(
                    metadata: Metadata(name: "s\(number)-x"),
                    serviceName: "s\(number)",
                    endpoints: [
                        SliceEndpoint(
                            addresses: [shared, IPAddress(v4: 0x0A01_0000 + UInt32(number))],
                            isReady: true,
                            hostname: hostname,
                            podName: ""
                        )
                    ],
                    ports: [],
                    isFromEndpoints: false
                )
            )
        )
    }

    /// A Service of which that address is the own one.
    private static let owner = StoredObject(
        .service(
            Service(
                metadata: Metadata(name: "owner"),
                kind: .clusterIP([shared]),
                ports: [],
                selector: [:],
                publishesNotReadyAddresses: false
            )
        )
    )

    private static func cluster(_ objects: [StoredObject]) -> Cluster {
        var builder = ClusterBuilder(ClusterOptions())
        for object in objects { builder.add(object) }
        builder.build()
        return Cluster(builder)
    }

    @Test(
        "Claims come to an address and go from it, one by one or many at once",
        arguments: [0, 1, 2, 1_100],
        [0, 1, 64, 65]
    )
    func keepsTheOrder(goneCount: Int, comeCount: Int) {
        let before = (0..<1_100).map { Self.slice($0 * 2) }
        let come = (0..<comeCount).map { Self.slice($0 * 4 + 1) }
        var builder = ClusterBuilder(ClusterOptions())
        for object in before { builder.add(object) }
        builder.build()

        for object in before.suffix(goneCount) { builder.remove(object) }
        for object in come { builder.add(object) }
        builder.build()

        let expected = Self.cluster(Array(before.dropLast(goneCount)) + come)
        #expect(Cluster(builder).isSame(as: expected))
    }

    @Test func ordersAnewWhatIsRenamed() {
        let before = (0..<100).map { Self.slice($0) }
        let renamed = (40..<60).map { Self.slice($0, hostname: "another") }
        var builder = ClusterBuilder(ClusterOptions())
        for object in before { builder.add(object) }
        builder.build()

        for object in before[40..<60] { builder.remove(object) }
        for object in renamed { builder.add(object) }
        builder.build()

        let expected = Self.cluster(before[..<40] + renamed + before[60...])
        #expect(Cluster(builder).isSame(as: expected))
    }

    @Test func putsAServiceFirstWhenItComesLast() throws {
        let slices = (0..<10).map { Self.slice($0) }
        var builder = ClusterBuilder(ClusterOptions())
        for object in slices { builder.add(object) }
        builder.build()

        builder.add(Self.owner)
        builder.build()

        let number = ReverseTable.shard(of: Self.shared)
        let shard = builder.reverse[shard: number]
        let place = try #require(
            (0..<shard.v4Count).first { shard.address($0) == Self.shared }
        )
        let (all, told) = shard.claims(place)
        #expect(all.count == 11)
        #expect(all[0].endpoint < 0)
        #expect(told == 1)
        #expect(Cluster(builder).isSame(as: Self.cluster([Self.owner] + slices)))
    }
}

// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@testable import Kubernetes

@Suite struct ClusterPrefetchingTests {
    /// A message that asks for a name in cluster.local.
    private static func question(_ name: String) throws -> [UInt8] {
        var message = Message(header: Header(id: 7, flags: .recursionDesired))
        message.questions = [Question(try Name(name + ".cluster.local."), .a, .internet)]
        return try message.encoded()
    }

    private static let cluster = Cluster(
        ["web", "db-1", "a-service-with-a-long-name-of-its-own"].map { name in
            .service(
                Service(
                    metadata: Metadata(name: name, namespace: "default"),
                    kind: .clusterIP([IPAddress(v4: 0x0A60_0001)]),
                    ports: [],
                    selector: [:],
                    publishesNotReadyAddresses: false
                )
            )
        }
    )

    @Test(
        "The shard is the one that the name is found in",
        arguments: [
            ("web.default.svc", 0), ("db-1.default.svc", 0),
            ("a-service-with-a-long-name-of-its-own.default.svc", 0),
            ("pod-0.web.default.svc", 1), ("_http._tcp.web.default.svc", 2),
            ("_http._tcp.db-1.default.svc", 2),
        ]
    )
    func tellsTheShardThatANameIsFoundIn(name: String, service: Int) throws {
        let found = try #require(
            Self.cluster.index(
                of: try QueryName(Name(name + ".cluster.local.")),
                labels: service..<(service + 2)
            )
        )
        let message = try Self.question(name)

        #expect(Cluster.shard(for: message.span) == ShardPlace.shard(found))
    }

    @Test(
        "Other names have no shard",
        arguments: [
            "default.svc", "svc", "a.b.c.web.default.svc", "web.default", "web.default.pod",
            "web.default.svcs", "web.default.sv", "web.default.SVC",
            // The first svc counts.
            "web.svc.svc",
        ]
    )
    func tellsNoShardOfOtherNames(name: String) throws {
        let message = try Self.question(name)
        #expect(Cluster.shard(for: message.span) == nil)
    }

    @Test func tellsNoShardOfAMessageThatEndsBeforeTheLabel() throws {
        let message = try Self.question("web.default.svc")
        let end = 12 + 1 + 3 + 1 + 7 + 1 + 3
        for count in 0..<end {
            #expect(Cluster.shard(for: message.span.extracting(0..<count)) == nil)
        }
        #expect(Cluster.shard(for: message.span.extracting(0..<end)) != nil)
    }

    @Test func takesAnyBytes() {
        var numbers = SeededNumbers(seed: 5)
        var shardCount = 0
        for _ in 0..<20_000 {
            var message = (0..<numbers.below(80)).map { _ in UInt8(numbers.below(8)) }
            // Lengths that lead to the label and past the end.
            for _ in 0..<3 where message.count > 16 {
                let place = 12 + numbers.below(message.count - 16)
                message.replaceSubrange(place..<(place + 4), with: [3, 0x73, 0x76, 0x63])
            }
            if message.count > 13, numbers.chance(20) { message[12] = UInt8(numbers.below(256)) }
            Self.cluster.prefetchMemory(for: message.span)
            if Cluster.shard(for: message.span) != nil { shardCount += 1 }
        }
        #expect(shardCount > 500)
    }
}

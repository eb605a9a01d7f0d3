// SPDX-License-Identifier: Apache-2.0

import Posix
import Testing
import Wire

@testable import bench

@Suite struct PeerForwardTests {
    private static let upstream = Endpoint(IPAddress(v4: 0x7F00_0001), port: 5_399)

    /// The peers that can be started here.
    private static let installed = Peer.forwarding(to: upstream, capacity: 1, coreDNS: nil)
        .filter { $0.path != nil }.map(\.name)

    @Test func givesEveryPeerItsPlaceAndItsUpstream() throws {
        let folder = try ScratchFolder(named: "bench-tests")
        defer { folder.remove() }
        let files = Peer.Files(folder: folder, zone: "", reverseZone: "", hosts: "")
        let endpoint = Endpoint(IPAddress(v4: 0x7F00_0001), port: 5_353)
        let peers = Peer.forwarding(to: Self.upstream, capacity: 4_321, coreDNS: "/opt/coredns")

        #expect(
            peers.map(\.name) == ["unbound", "dnsmasq", "dnsdist", "kresd", "named", "coredns"]
        )
        for peer in peers {
            let text = peer.configuration(endpoint, files, Cluster(serviceCount: 0))

            #expect(text.contains("5353"), "\(peer.name)")
            #expect(text.contains("5399"), "\(peer.name)")
            #expect(text.contains("4321") || text.contains("512"), "\(peer.name)")
        }
    }

    /// What the real program makes of its configuration: it asks the upstream once, and keeps that.
    @Test("A peer that is installed forwards and keeps", arguments: installed)
    func forwards(name: String) throws {
        let upstream = try BenchUpstream()
        let stage = try Stage(processor: nil)
        defer { stage.end() }
        let peers = Peer.forwarding(to: upstream.endpoint, capacity: 1_000, coreDNS: nil)
        let peer = try #require(peers.first { $0.name == name })
        let files = Peer.Files(folder: stage.folder, zone: "", reverseZone: "", hosts: "")
        let contestant = try #require(try peer.contestant(files, Cluster(serviceCount: 0)))
        let questions = try Workload.forwarded(.hot, count: 2).questions
        let server = try stage.start(contestant, answering: questions)
        let asked = upstream.hotCount

        #expect(asked >= 2)
        for question in questions {
            #expect(try server.answers(question))
        }
        #expect(upstream.hotCount == asked)
    }
}

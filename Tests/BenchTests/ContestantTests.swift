// SPDX-License-Identifier: Apache-2.0

import Posix
import Testing
import Wire

@testable import bench

@Suite struct ContestantTests {
    @Test(
        "A port counts once its line is whole",
        arguments: [
            ("port 5353\n", 5_353), ("first\nport 5353\nlast", 5_353),
            ("port 5353 on all\n", 5_353),
            ("port 53", nil), ("", nil), ("a port 5353\n", nil), ("port 65536\n", nil),
            ("port \n", nil),
        ] as [(String, UInt16?)]
    )
    func readsTheAnnouncedPort(output: String, port: UInt16?) {
        #expect(Contestant.announcedPort(after: "port ", in: output) == port)
    }

    @Test func givesEveryPeerItsPlaceAndFiles() throws {
        let folder = try ScratchFolder(named: "bench-tests")
        defer { folder.remove() }
        let files = Peer.Files(
            folder: folder,
            zone: "/zone",
            reverseZone: "/reverse",
            hosts: "/hosts"
        )
        let endpoint = Endpoint(IPAddress(v4: 0x7F00_0001), port: 5_353)
        let peers = Peer.all(coreDNS: "/opt/coredns")

        #expect(
            peers.map(\.name) == ["nsd", "knot", "unbound", "named", "dnsmasq", "coredns"]
        )
        for peer in peers {
            let text = peer.configuration(endpoint, files, Cluster(serviceCount: 1))

            #expect(text.contains("127.0.0.1"), "\(peer.name)")
            #expect(text.contains("5353"), "\(peer.name)")
            #expect(text.contains("/zone") || text.contains("/hosts"), "\(peer.name)")
            #expect(peer.arguments.contains { $0.contains("CONFIGURATION") }, "\(peer.name)")
        }
    }

    @Test func leavesOutWhatIsNotInstalled() throws {
        let folder = try ScratchFolder(named: "bench-tests")
        defer { folder.remove() }
        let files = Peer.Files(folder: folder, zone: "", reverseZone: "", hosts: "")
        let peer = try #require(Peer.all(coreDNS: folder("missing")).last)

        #expect(try peer.contestant(files, Cluster(serviceCount: 1)) == nil)
    }
}

// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Posix
import Testing
import Wire

@testable import Server

/// Up to the interface, of which there is none: whole servers are asked in `KernelAnswerTests`.
@Suite struct KernelPathTests {
    /// Whether this machine lets us put maps into its kernel.
    static let isPermitted = (try? KernelMaps()) != nil
    static let why: Comment = "maps in the kernel want CAP_BPF"

    private let log = KeptLog()

    private func path(maximumAnswerCount: Int) -> KernelPath {
        let surroundings = Surroundings(
            plugins: [],
            pluginsNotYet: [],
            files: NoFiles(),
            metrics: Registry(),
            log: log,
            wallSeconds: { 0 }
        )
        return KernelPath(surroundings, maximumAnswerCount: maximumAnswerCount)
    }

    private static let missing =
        "[WARNING] plugin/bind: xdp: the sockets answer everything: interface nowhere0: "
        + "no such device"

    @Test("There is room for so many answers", .enabled(if: isPermitted, why), arguments: [2, 3])
    func keepsToItsLimit(count: Int) {
        let path = path(maximumAnswerCount: 2)
        let names = ["a.example.", "b.example.", "c.example."].prefix(count)
        let oracle = Oracle(Dictionary(uniqueKeysWithValues: names.map { ($0, [1]) }))
        let block = KernelFixture.block([oracle])

        path.take(KernelFixture.configuration([block])) { $0.port }

        let full =
            "[WARNING] plugin/bind: xdp: the sockets answer everything: there are more than 2 "
            + "answers, which is all there is room for"
        #expect(log.lines == [count == 2 ? Self.missing : full])
        #expect(path.answerCount == 0)
    }

    @Test(
        "There is room for so many addresses and zones",
        .enabled(if: isPermitted, why),
        arguments: [(64, 16, true), (64, 17, false), (65, 1, false)]
    )
    func keepsToItsPlaces(addressCount: UInt32, zoneCount: Int, hasRoom: Bool) {
        let path = path(maximumAnswerCount: 2)
        let addresses = (0..<addressCount).map { IPAddress(v4: 0xC000_0200 + $0) }
        let zones = (0..<zoneCount).map { $0 == 0 ? "example." : "zone\($0)." }
        let oracle = Oracle(["a.example.": [1]])
        let block = KernelFixture.block([oracle], zones: zones, addresses: addresses)

        path.take(KernelFixture.configuration([block], at: addresses)) { $0.port }

        let full =
            "[WARNING] plugin/bind: xdp: the sockets answer everything: there is room for 64 "
            + "addresses and 1024 zones at them"
        #expect(log.lines == [hasRoom ? Self.missing : full])
        #expect(path.answerCount == 0)
    }

    @Test(.enabled(if: isPermitted, why))
    func isNotTriedAgainUntilThePlacesAreOthers() {
        let path = path(maximumAnswerCount: 2)
        let block = KernelFixture.block([Oracle(["a.example.": [1]])])

        for _ in 0..<3 { path.take(KernelFixture.configuration([block])) { $0.port } }
        #expect(log.lines == [Self.missing])
        path.take(KernelFixture.configuration([block])) { $0.port + 1 }

        #expect(log.lines == [Self.missing, Self.missing])
    }

    @Test func saysOnceWhyABlockIsLeftAlone() {
        let path = path(maximumAnswerCount: 2)
        let block = KernelFixture.block([Watcher(), Oracle([:])])

        for _ in 0..<3 { path.take(KernelFixture.configuration([block])) { $0.port } }

        #expect(
            log.lines == [
                "[WARNING] plugin/bind: xdp: the sockets answer for example.: 'watcher' has to "
                    + "see every query"
            ]
        )
    }

    @Test func doesNothingWhereNobodyAsks() {
        let path = path(maximumAnswerCount: 2)
        let block = KernelFixture.block([Oracle(["a.example.": [1]])], interface: nil)

        path.take(KernelFixture.configuration([block])) { $0.port }

        #expect(log.lines.isEmpty)
    }
}

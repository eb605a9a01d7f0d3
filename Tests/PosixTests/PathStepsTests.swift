// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Posix

@Suite struct PathStepsTests {
    /// A small disk: paths without links, and what is there.
    static let disk: [String: PathSteps.Found] = [
        "/etc": .something,
        "/etc/dns": .something,
        "/etc/dns/Corefile": .link(target: "..data/Corefile"),
        "/etc/dns/..data": .link(target: "..1"),
        "/etc/dns/..1": .something,
        "/etc/dns/..1/Corefile": .something,
        "/etc/abroad": .link(target: "/etc/dns/Corefile"),
        "/etc/circle": .link(target: "circle"),
        "./zones": .something,
        "./zones/../etc": .something,
    ]

    static func way(_ path: String) -> PathSteps {
        PathSteps(of: path) { disk[$0] ?? .nothing }
    }

    static func text(_ way: PathSteps) -> [String] { way.steps.map { "\($0.folder) \($0.name)" } }

    @Test func goesThroughEveryLink() {
        let way = Self.way("/etc/dns/Corefile")

        #expect(
            Self.text(way) == [
                "/ etc", "/etc dns", "/etc/dns Corefile", "/etc/dns ..data", "/etc/dns ..1",
                "/etc/dns/..1 Corefile",
            ]
        )
        #expect(way.end == "/etc/dns/..1/Corefile")
    }

    @Test func beginsAnewAtAnAbsoluteLink() {
        #expect(Self.way("/etc/abroad").end == "/etc/dns/..1/Corefile")
    }

    @Test(
        "A way that breaks off has no end",
        arguments: [
            ("/etc/none", ["/ etc", "/etc none"]),
            ("/none/file", ["/ none"]),
            ("/etc/dns/none/file", ["/ etc", "/etc dns", "/etc/dns none"]),
        ]
    )
    func breaksOff(path: String, steps: [String]) {
        let way = Self.way(path)

        #expect(Self.text(way) == steps)
        #expect(way.end == nil)
    }

    @Test(
        "Paths are read as the system reads them",
        arguments: [
            ("/", "/", 0), ("", ".", 0), (".", ".", 0), ("//etc///dns//", "/etc/dns", 2),
            ("/etc/./dns/.", "/etc/dns", 2), ("zones", "./zones", 1), ("./zones/", "./zones", 1),
            ("zones/../etc", "./zones/../etc", 2),
        ]
    )
    func readsPaths(path: String, end: String, stepCount: Int) {
        let way = Self.way(path)

        #expect(way.end == end)
        #expect(way.steps.count == stepCount)
    }

    @Test func endsACircle() {
        let way = Self.way("/etc/circle")

        #expect(way.end == nil)
        #expect(way.steps.count == 2 + PathSteps.maximumLinkCount)
    }

    @Test(
        "As many links as the system takes, and no more",
        arguments: [
            (PathSteps.maximumLinkCount, true), (PathSteps.maximumLinkCount + 1, false),
        ]
    )
    func takesSoManyLinks(count: Int, isFollowed: Bool) {
        let way = PathSteps(of: "/0") { path in
            guard let number = Int(path.dropFirst()), number < count else { return .something }
            return .link(target: "\(number + 1)")
        }

        #expect(way.end == (isFollowed ? "/\(count)" : nil))
    }

    @Test(
        "As many steps as there may be, and no more",
        arguments: [
            (PathSteps.maximumStepCount, true), (PathSteps.maximumStepCount + 1, false),
        ]
    )
    func takesSoManySteps(count: Int, isFollowed: Bool) {
        let way = PathSteps(of: String(repeating: "/a", count: count)) { _ in .something }

        #expect((way.end != nil) == isFollowed)
        #expect(way.steps.count == PathSteps.maximumStepCount)
    }
}

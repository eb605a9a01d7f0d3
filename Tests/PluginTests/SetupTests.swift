// SPDX-License-Identifier: Apache-2.0

import Files
import Metrics
import Plugin
import Testing
import Wire

@Suite struct SetupTests {
    /// A disk without files.
    private struct NoFiles: FileSource {
        func read(_ path: String) throws(FileError) -> [UInt8] {
            throw FileError(path: path, reason: .missing)
        }

        func identity(of path: String) throws(FileError) -> FileIdentity {
            throw FileError(path: path, reason: .missing)
        }

        func list(_ path: String) throws(FileError) -> [String] {
            throw FileError(path: path, reason: .missing)
        }
    }

    private func setup(
        serving zones: [ServedZone] = [ServedZone(.root, port: 53)],
        previous: [String: any Sendable] = [:]
    ) -> Setup {
        Setup(
            servedZones: zones,
            serverLabel: "dns://:53",
            files: NoFiles(),
            metrics: Registry(),
            log: SilentLog(),
            previous: previous,
            wallSeconds: { 0 }
        )
    }

    @Test func namesAZoneOnceThatIsServedAtTwoPorts() throws {
        let (one, two) = (try Name("one."), try Name("two."))
        let served = [
            ServedZone(one, port: 53), ServedZone(two, port: 53), ServedZone(one, port: 54),
        ]

        let setup = setup(serving: served)

        #expect(setup.servedZones == served)
        #expect(setup.zones == [one, two])
    }

    @Test(arguments: [
        ("", "a", "a"), ("", "/a", "/a"), ("/root", "a", "/root/a"), ("/root", "/a", "/a"),
        ("root", "a/b", "root/a/b"),
    ])
    func seesPathsFromTheRoot(root: String, path: String, expected: String) {
        var setup = setup()
        setup.root = root

        #expect(setup.resolve(path) == expected)
    }

    @Test func findsWhatWasKeptWhenItIsOfTheSameType() {
        let setup = setup(previous: ["cache": 7])

        #expect(setup.previous("cache", as: Int.self) == 7)
        #expect(setup.previous("cache", as: String.self) == nil)
        #expect(setup.previous("other", as: Int.self) == nil)
    }
}

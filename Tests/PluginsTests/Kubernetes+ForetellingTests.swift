// SPDX-License-Identifier: Apache-2.0

import Plugin
import Plugins
import Testing
import Wire

@Suite struct KubernetesForetellingTests {
    /// What is foretold, as `NAME TYPE`.
    private func foretold(
        _ plugin: Plugins.Kubernetes,
        otherwiseThan other: (any Foreteller)? = nil
    ) -> [String] {
        var found: [String] = []
        plugin.foretell(otherwiseThan: other) { name, type in
            found.append("\((try? Name(wire: name))?.description ?? "?") \(type)")
        }
        return found.sorted()
    }

    /// Nothing else would tell that its memory is not fetched any more.
    @Test func looksAtMessagesAhead() throws {
        let plugin: any Plugin = try Served().plugin()
        #expect(plugin is any MemoryPrefetcher)
    }

    @Test func namesServicesInEachZone() throws {
        let objects = [Fixture.service("web", Fixture.own("10.3.0.1", "2001:db8::1"))]
        let served = Served(objects: objects, zones: ["a.test", "in-addr.arpa", "b.test"])

        #expect(
            try foretold(served.plugin()) == [
                "web.default.svc.a.test. A", "web.default.svc.a.test. AAAA",
                "web.default.svc.b.test. A", "web.default.svc.b.test. AAAA",
            ]
        )
    }

    /// The promise that the kernel lives on.
    @Test func answersWhatItForetellsWithOneAddress() throws {
        let served = Served()
        let names = try foretold(served.plugin())
        #expect(names.count == 5)
        for text in names {
            let parts = text.split(separator: " ").map(String.init)

            let answers = try served.answers(parts[0], parts[1] == "A" ? .a : .aaaa)

            #expect(answers.count == 1)
            #expect(answers.first?.hasPrefix(parts[1] + " ") == true)
        }
    }

    @Test func leavesOutWhatIsTheSameOnlyUnderTheSameSettings() throws {
        let plugin = try Served().plugin()

        // Clusters that were made apart share nothing.
        #expect(foretold(plugin, otherwiseThan: plugin).isEmpty)
        #expect(try foretold(plugin, otherwiseThan: Served(options: "ttl 6").plugin()).count == 5)
        #expect(try foretold(plugin, otherwiseThan: Served(zones: ["x."]).plugin()).count == 5)
    }

    @Test func foretellsNothingBeforeTheClusterIsRead() throws {
        #expect(try foretold(Served(isSynced: false).plugin()).isEmpty)
    }
}

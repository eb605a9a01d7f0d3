// SPDX-License-Identifier: Apache-2.0

import Corefile
import Metrics
import Plugin
import Plugins
import Posix
import Testing
import Wire

@testable import Server

@Suite struct ConfigurationTests {
    private func route(
        _ zones: [String],
        _ name: String,
        _ type: RecordType
    ) throws -> (zone: String?, label: Int) {
        let configuration = try Bench.configuration(zones.map { ($0, []) }, Registry())
        var query = Query(
            header: Header(id: 1, flags: []),
            name: try QueryName(Name(name)),
            type: type,
            recordClass: .internet
        )
        let block = configuration.listeners[0].route(&query)
        return (block.map { zones[$0] }, query.zoneLabel)
    }

    @Test(
        arguments: [
            // Zone, name, and the zone that DS and others go to.
            (["child.example.", "example."], "child.example.", "example.", "child.example."),
            (
                ["child.example.", "example."], "x.child.example.", "child.example.",
                "child.example."
            ),
            (["child.example.", "example."], "example.", "example.", "example."),
            (["child.example."], "child.example.", "child.example.", "child.example."),
            (["child.example.", "."], "Child.Example.", ".", "child.example."),
            (["a.b.c.", "b.c.", "c."], "a.b.c.", "b.c.", "a.b.c."),
            (["."], ".", ".", "."),
        ] as [([String], String, String, String)]
    )
    func asksTheParentForDS(zones: [String], name: String, ds: String, other: String) throws {
        #expect(try route(zones, name, .ds).zone == ds)
        #expect(try route(zones, name, .a).zone == other)
        #expect(try route(zones, name, .any).zone == other)
    }

    @Test func notesWhereTheZoneBegins() throws {
        let zones = ["child.example.", "example."]

        #expect(try route(zones, "a.b.child.example.", .a).label == 2)
        #expect(try route(zones, "child.example.", .ds).label == 1)
    }

    /// Workers need not be woken for a configuration that listens where the one before did.
    @Test func knowsWhetherAnotherListensAtTheSamePlaces() throws {
        let metrics = Registry()
        func configuration(_ text: String) throws -> Configuration {
            let surroundings = Surroundings(
                plugins: Plugins.all,
                pluginsNotYet: [],
                files: DiskFiles(),
                metrics: metrics,
                log: SilentLog(),
                wallSeconds: { 0 }
            )
            let corefile = try Corefile(parsing: Array(text.utf8), file: "Corefile")
            return try ConfigurationBuilder.build(corefile.blocks, in: surroundings).get()
        }
        let first = try configuration("a:53 b:54 {\n bind 127.0.0.1\n whoami\n}")

        let answers = try [
            "c:53 b:54 {\n bind 127.0.0.1\n}", "a:53 {\n bind 127.0.0.1\n}",
            "a:53 b:55 {\n bind 127.0.0.1\n}", "a:53 b:54 {\n bind 127.0.0.2\n}",
            "b:54 a:53 {\n bind 127.0.0.1\n}",
        ].map { first.listensLike(try configuration($0)) }

        #expect(answers == [true, false, false, false, false])
    }

    @Test func routesNothingOutsideItsZones() throws {
        #expect(try route(["example."], "example.org.", .a).zone == nil)
        #expect(try route(["example."], "org.", .ds).zone == nil)
    }
}

// SPDX-License-Identifier: Apache-2.0

import Files
import Plugin
import Testing
import Wire

@testable import Plugins

/// What a configuration takes over from the one before.
@Suite struct SetupClusterTests {
    private static func stanza(_ option: String) -> String {
        "kubernetes {\n  manifests web.yaml\n  \(option)\n}"
    }

    @Test func readsAStanzaAgainWhereItOrItsZonesAreOthers() throws {
        var surroundings = Surroundings()
        surroundings.zones = ["cluster.local."]
        surroundings.files.contents["web.yaml"] = ""
        let (_, first) = try surroundings.make(Kubernetes.self, Self.stanza("ttl 7"))
        surroundings.previous = first.kept

        let (same, _) = try surroundings.make(Kubernetes.self, Self.stanza("ttl 7"))
        let (changed, _) = try surroundings.make(Kubernetes.self, Self.stanza("ttl 8"))
        surroundings.zones = ["other.local."]
        let (moved, _) = try surroundings.make(Kubernetes.self, Self.stanza("ttl 7"))

        #expect([same, changed, moved].map(\.ttl) == [7, 8, 7])
        #expect(
            [same, changed, moved].map { $0.zones.names.map(\.description) } == [
                ["cluster.local."], ["cluster.local."], ["other.local."],
            ]
        )
    }
}

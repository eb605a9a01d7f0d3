// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Testing
import Wire

/// What is said about the manifests that are shipped, and about those kept for being wrong.
@Suite struct ManifestExamplesTests {
    private static let folder = "Tests/KubernetesTests/Manifests"

    /// The set of one file alone, under its bare name.
    private static func load(_ name: String, _ text: String) throws -> ManifestSet {
        try ManifestSet.load(paths: [name], from: MemoryFiles([name: text]))
    }

    @Test func saysOfEachBrokenManifestWhatWouldBeRight() throws {
        let files = try RepositoryFiles.contents(of: Self.folder + "/broken")
        let said = try RepositoryFiles.contents(of: Self.folder + "/broken", suffix: "said.txt")

        var lines: [String] = []
        for (name, text) in files.sorted(by: { $0.key < $1.key }) {
            let set = try Self.load(name, text)
            lines += set.mistakes.map(\.description)
        }

        #expect(lines == said["said.txt"]?.split(separator: "\n").map(String.init))
    }

    @Test func saysNothingOfTheCorrectedOnes() throws {
        let broken = try RepositoryFiles.contents(of: Self.folder + "/broken")
        let corrected = try RepositoryFiles.contents(of: Self.folder + "/corrected")

        #expect(broken.keys.sorted() == corrected.keys.sorted())
        for (name, text) in corrected {
            let set = try Self.load(name, text)
            #expect(set.mistakes == [], "\(name)")
            #expect(!set.objects.isEmpty, "\(name)")
        }
    }

    /// The sample data as it is served.
    private static func samples() throws -> ManifestSet {
        let files = MemoryFiles()
        for (name, text) in try RepositoryFiles.contents(of: "zones/cluster.local") {
            files["zones/" + name] = text
        }
        return try ManifestSet.load(paths: ["zones"], from: files)
    }

    @Test func servesTheSampleDataWithoutAMistake() throws {
        #expect(try Self.samples().mistakes == [])
    }

    @Test(
        "The Services of the notes have their addresses",
        arguments: [
            ("default", "kubernetes", "10.96.0.1"), ("kube-system", "kube-dns", "10.96.0.10"),
            ("default", "web-svc", "10.96.100.100"), ("default", "http-go-svc", "10.110.237.77"),
            ("default", "ex-svc", "10.96.100.101"), ("default", "svc-1", "10.96.100.1"),
            ("default", "svc-2", "10.96.100.2"), ("default", "svc-3", "10.96.100.3"),
            ("default", "myapp-service", "10.96.100.8"),
        ]
    )
    func knowsTheServicesOfTheNotes(namespace: String, name: String, address: String) throws {
        let address = try #require(IPAddress(address))

        let services = try Self.samples().objects.compactMap { object -> Service? in
            if case .service(let service) = object { service } else { nil }
        }
        let service = try #require(
            services.first { $0.metadata.namespace == namespace && $0.metadata.name == name }
        )

        #expect(service.kind == .clusterIP([address]))
    }

    @Test func knowsThePodsOfTheNotes() throws {
        let pods = try Self.samples().objects.compactMap { object -> Pod? in
            if case .pod(let pod) = object { pod } else { nil }
        }

        let addresses = pods.filter { $0.metadata.labels["run"] == "http-go" }
            .flatMap(\.addresses).map(\.description).sorted()
        #expect(
            addresses == ["10.32.0.3", "10.32.0.4", "10.32.0.5", "10.40.0.1", "10.40.0.14"]
        )
        #expect(pods.filter { $0.metadata.labels["app"] == "web-nginx" }.count == 3)
        #expect(pods.filter { !$0.isReady }.map(\.metadata.name) == ["cache-3"])
    }

    @Test func knowsTheAliasOfTheNotes() throws {
        let kinds = try Self.samples().objects.compactMap { object -> Service.Kind? in
            if case .service(let service) = object { service.kind } else { nil }
        }

        #expect(kinds.contains(.externalName("external.example.com")))
    }
}

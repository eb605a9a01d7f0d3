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

    /// The sample data with what it is given, on a machine that remembers nothing.
    private static func sampleContents() throws -> ClusterContents {
        contents(of: try samples())
    }

    private static func contents(of set: ManifestSet) -> ClusterContents {
        let registry = ClusterRegistry(allocation: AllocationOptions())
        _ = registry.cluster(of: set)
        return ClusterContents(set, registry)
    }

    /// Most are given them by their names, so that what stands here is a promise.
    ///
    /// Only `web-svc`, `http-go-svc` and `kube-dns` say which address they want.
    @Test(
        "The Services of the notes have their addresses",
        arguments: [
            ("default", "kubernetes", "10.96.0.1"), ("kube-system", "kube-dns", "10.96.0.10"),
            ("default", "web-svc", "10.96.100.100"), ("default", "http-go-svc", "10.110.237.77"),
            ("default", "ex-svc", "10.96.139.12"), ("default", "svc-1", "10.99.216.159"),
            ("default", "svc-2", "10.109.115.206"), ("default", "svc-3", "10.106.161.32"),
            ("default", "myapp-service", "10.99.209.2"),
            ("default", "http-go-canary", "10.104.50.176"),
        ]
    )
    func knowsTheServicesOfTheNotes(namespace: String, name: String, address: String) throws {
        let address = try #require(IPAddress(address))

        let items = try Self.sampleContents().services(in: namespace)
        let item = try #require(items.first { $0.metadata.name == name })

        guard case .service(let service) = item.object else { return }
        #expect(service.kind == .clusterIP([address]))
    }

    @Test func knowsThePodsOfTheNotes() throws {
        let pods = try Self.sampleContents().pods(in: "default").compactMap { item -> Pod? in
            if case .pod(let pod) = item.object { pod } else { nil }
        }

        let written = pods.filter { $0.metadata.labels["run"] == "http-go" }
            .flatMap(\.addresses).map(\.description).sorted()
        #expect(written == ["10.32.0.3", "10.32.0.4", "10.32.0.5", "10.40.0.1", "10.40.0.14"])
        #expect(pods.filter { $0.metadata.labels["app"] == "web-nginx" }.count == 3)
        #expect(
            pods.filter { $0.metadata.labels["app"] == "db" }.map(\.hostname).sorted()
                == ["db-0", "db-1", "db-2"]
        )
        #expect(pods.filter { !$0.isReady }.map(\.metadata.name) == ["cache-canary"])
        #expect(pods.allSatisfy { $0.addresses.count == 1 })
        #expect(Set(pods.flatMap(\.addresses)).count == pods.count)
    }

    @Test func putsPodsWhereTheirSelectorsSay() throws {
        let pods = try Self.sampleContents().pods(in: "default").compactMap { item -> Pod? in
            if case .pod(let pod) = item.object { pod } else { nil }
        }

        let nodes = ["pod-1", "pod-2"].map { name in
            pods.first { $0.metadata.name == name }?.placement.nodeName
        }
        #expect(nodes == ["k8s-node1", "k8s-node2"])
    }

    /// The Service of the notes' Deployment.
    private static let webService = """
        apiVersion: v1
        kind: Service
        metadata:
          name: web-svc
        spec:
          clusterIP: 10.96.100.100
          selector:
            app: web-nginx
          ports:
          - protocol: TCP
            port: 80
            targetPort: 80
        """

    @Test(
        "The Deployment of the notes has three Pods once `replicas` is spelt right",
        arguments: [("broken", 1, 1), ("corrected", 0, 3)]
    )
    func countsTheEndpoints(folder: String, warningCount: Int, endpointCount: Int) throws {
        let texts = try RepositoryFiles.contents(of: Self.folder + "/" + folder)
        let deployment = try #require(texts["replica.yaml"])
        let files = MemoryFiles(["m/deployment.yml": deployment, "m/services.yml": Self.webService])

        let set = try ManifestSet.load(files)
        let contents = Self.contents(of: set)
        let services = contents.services(in: "default").compactMap { item -> Service? in
            if case .service(let service) = item.object { service } else { nil }
        }
        let pods = contents.pods(in: "default").compactMap { item -> Pod? in
            if case .pod(let pod) = item.object { pod } else { nil }
        }
        let service = try #require(services.first)
        let members = ServiceMembers(of: service, slices: [], pods: pods)

        #expect(set.mistakes.map(\.isWarning) == Array(repeating: true, count: warningCount))
        #expect(members.ready.count == endpointCount)
        #expect(members.ready.allSatisfy { $0.ports.map(\.number) == [80] })
    }

    @Test func knowsTheAliasOfTheNotes() throws {
        let kinds = try Self.samples().objects.compactMap { object -> Service.Kind? in
            if case .service(let service) = object { service.kind } else { nil }
        }

        #expect(kinds.contains(.externalName("external.example.com")))
    }
}

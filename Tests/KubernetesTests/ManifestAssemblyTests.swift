// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Testing
import YAML

@Suite struct ManifestAssemblyTests {
    private static func headless(_ version: String, name: String = "a") -> String {
        "apiVersion: v1\nkind: Service\nmetadata: {name: \(name), labels: {is: \(version)}}\n"
            + "spec: {clusterIP: None}\n"
    }

    private func load(_ files: MemoryFiles, after previous: ManifestSet? = nil) throws
        -> ManifestSet
    {
        try ManifestSet.load(paths: ["m"], from: files, previous: previous)
    }

    /// The versions of the Services of a set, in order.
    private func versions(_ set: ManifestSet) -> [String] {
        set.objects.compactMap { object in
            if case .service(let service) = object { service.metadata.labels["is"] } else { nil }
        }
    }

    @Test func takesTheFirstOfTwoAndTellsBothPlaces() throws {
        let files = MemoryFiles([
            "m/b.yaml": Self.headless("v2"),
            "m/a.yaml": Self.headless("v0", name: "z") + "---\n" + Self.headless("v1"),
        ])

        let set = try load(files)

        #expect(versions(set) == ["v0", "v1"])
        #expect(
            set.mistakes.map(\.description) == [
                """
                m/b.yaml:1:1: Service default/a is already at m/a.yaml:6:1, which is used; \
                keep one of them
                """
            ]
        )
    }

    @Test func letsTheOneThatWasThereBeforeStay() throws {
        let files = MemoryFiles(["m/b.yaml": Self.headless("v2")])
        let first = try load(files)
        files["m/a.yaml"] = Self.headless("v1")

        let second = try load(files, after: first)
        files["m/b.yaml"] = Self.headless("v3")
        let third = try load(files, after: second)
        files["m/b.yaml"] = nil
        let fourth = try load(files, after: third)

        #expect(versions(second) == ["v2"])
        #expect(second.mistakes.map(\.file) == ["m/a.yaml"])
        #expect(versions(third) == ["v3"])
        #expect(versions(fourth) == ["v1"])
        #expect(fourth.mistakes == [])
    }

    @Test func letsTheUnchangedOneStayWithinAFile() throws {
        let files = MemoryFiles(["m/a.yaml": Self.headless("v1")])
        let first = try load(files)
        files["m/a.yaml"] = Self.headless("v2") + "---\n" + Self.headless("v1")

        let second = try load(files, after: first)

        #expect(versions(second) == ["v1"])
        #expect(second.mistakes.map { $0.position?.line } == [1])
    }

    @Test(
        "Only objects of the same kind, namespace and name are the same",
        arguments: [
            "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n",
            "apiVersion: v1\nkind: Service\n"
                + "metadata: {name: a, namespace: b}\nspec: {clusterIP: None}\n",
            "apiVersion: serving.knative.dev/v1\nkind: Service\n"
                + "metadata: {name: a, namespace: default}\n",
            "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n",
            "apiVersion: v1\nkind: Service\nmetadata: {name: ab}\nspec: {clusterIP: None}\n",
        ]
    )
    func tellsObjectsApart(other: String) throws {
        let files = MemoryFiles(["m/a.yaml": Self.headless("v1") + "---\n" + other])

        let set = try load(files)

        #expect(set.mistakes == [])
        #expect(set.objects.count == 2)
    }

    @Test func mindsNoDoublesAmongKindsWithoutAUse() throws {
        let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
        let files = MemoryFiles(["m/a.yaml": text, "m/b.yaml": text])

        #expect(try load(files).mistakes == [])
    }
}

// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@testable import Kubernetes

@Suite struct ClusterCensusTests {
    private static func service(
        _ name: String,
        in namespace: String = "default",
        selector: [String: String] = [:]
    ) -> StoredObject {
        StoredObject(
            .service(
                Service(
                    metadata: Metadata(name: name, namespace: namespace),
                    kind: .headless,
                    ports: [],
                    selector: selector,
                    publishesNotReadyAddresses: false
                )
            )
        )
    }

    private static func slice(
        _ name: String,
        of service: String,
        isFromEndpoints: Bool = false
    ) -> StoredObject {
        StoredObject(
            .endpointSlice(
                EndpointSlice(
                    metadata: Metadata(name: name),
                    serviceName: service,
                    endpoints: [],
                    ports: [],
                    isFromEndpoints: isFromEndpoints
                )
            )
        )
    }

    private static func pod(_ name: String, _ labels: [String: String]) -> StoredObject {
        StoredObject(
            .pod(
                Pod(
                    metadata: Metadata(name: name, labels: labels),
                    addresses: [IPAddress(v4: 1)],
                    hostname: "",
                    subdomain: "",
                    isReady: true,
                    isFinished: false,
                    ports: []
                )
            )
        )
    }

    private static func namespace(_ name: String, labels: [String: String]) -> StoredObject {
        StoredObject(
            .namespace(Namespace(metadata: Metadata(name: name, namespace: "", labels: labels)))
        )
    }

    private static let web = ServiceKey(namespace: "default", name: "web")

    /// A census of these objects, in which nothing is touched.
    private static func census(
        _ objects: [StoredObject],
        _ options: ClusterOptions = ClusterOptions()
    ) -> ClusterCensus {
        var census = ClusterCensus(options)
        for object in objects { census.add(object) }
        _ = census.updateExposure()
        census.settle()
        return census
    }

    @Test func findsWhatSpeaksOfAService() throws {
        let census = Self.census([
            Self.slice("web-1", of: "web"), Self.slice("db-1", of: "db"), Self.service("web"),
            Self.slice("web", of: "web", isFromEndpoints: true), Self.slice("web-2", of: "web"),
            Self.service("web", in: "other"), Self.slice("stray", of: ""),
        ])

        let entry = try #require(census.entry(of: Self.web))

        #expect(entry.service?.metadata == Metadata(name: "web"))
        // Their order means nothing.
        #expect(Set(entry.slices) == Set(["web-1", "web-2"].map { Self.slice($0, of: "web") }))
        #expect(entry.slices.count == 2)
        #expect(entry.legacySlices == [Self.slice("web", of: "web", isFromEndpoints: true)])
        #expect(census.entry(of: ServiceKey(namespace: "default", name: "db"))?.service == nil)
        #expect(census.entry(of: ServiceKey(namespace: "default", name: "none")) == nil)
        #expect(census.knows(Self.web))
        #expect(!census.knows(ServiceKey(namespace: "default", name: "none")))
    }

    @Test func forgetsWhatIsTakenOut() {
        let objects = [Self.service("web"), Self.slice("web-1", of: "web")]
        var census = Self.census(objects)

        for object in objects { census.remove(object) }

        #expect(census.entry(of: Self.web) == nil)
        #expect(census.touchedServices == [Self.web])
        #expect(census.touchedNamespaces == ["default"])
        #expect(census.namespaces["default"]?.objectCount == 0)
    }

    @Test("One of many with the same key is found and taken out", arguments: [0, 1, 77, 199])
    func takesOutOneOfMany(number: Int) {
        let slices = (0..<200).map { Self.slice("web-\($0)", of: "web") }
        let services = (0..<200).map { Self.service("s\($0)", selector: ["app": "web"]) }
        var census = Self.census(slices + services)

        census.remove(slices[number])
        census.remove(services[number])
        census.settle()
        census.add(Self.pod("a", ["app": "web"]))

        var expected = slices
        expected.remove(at: number)
        #expect(Set(census.entry(of: Self.web)?.slices ?? []) == Set(expected))
        #expect(census.touchedServices.count == 199)
        #expect(
            !census.touchedServices.contains(
                ServiceKey(namespace: "default", name: "s\(number)")
            )
        )
    }

    @Test func countsTheFirstOfTwoServices() {
        let first = Self.service("web", selector: ["is": "first"])
        let second = Self.service("web", selector: ["is": "second"])
        var census = Self.census([first, second])
        let before = census.entry(of: Self.web)?.service?.selector

        census.remove(first)

        #expect(before == ["is": "first"])
        #expect(census.entry(of: Self.web)?.service?.selector == ["is": "second"])
    }

    @Test(
        "A Pod touches the Services that select it",
        arguments: [
            (["app": "web"], false), (["app": "web", "tier": "x"], true), (["app": "db"], false),
            (["tier": "x"], false), ([:], false),
        ] as [([String: String], Bool)]
    )
    func touchesSelectingServices(labels: [String: String], expected: Bool) {
        let service = Self.service("web", selector: ["app": "web", "tier": "x"])
        var census = Self.census([service])

        census.add(Self.pod("a", labels))

        #expect(census.touchedServices.contains(Self.web) == expected)
    }

    @Test func findsPodsByAllLabelsHoweverTheyCameAndWent() throws {
        let object = Self.service("web", selector: ["app": "web", "tier": "x"])
        let early = ["a", "b"].map { Self.pod($0, ["app": "web", "tier": "x"]) }
        var census = Self.census([object, Self.pod("c", ["app": "web"])] + early)
        let service = try #require(census.entry(of: Self.web)?.service)
        let first = census.pods(of: service).map(\.metadata.name)

        census.add(Self.pod("d", ["app": "web", "tier": "x", "more": ""]))
        census.remove(early[0])
        let second = census.pods(of: service).map(\.metadata.name)

        #expect(first.sorted() == ["a", "b"])
        #expect(second.sorted() == ["b", "d"])
    }

    @Test func touchesAllServicesOfANamespaceThatComesIntoSight() {
        var options = ClusterOptions()
        options.namespaceSelector = LabelSelector([.exists(key: "shown")])
        let hidden = Self.namespace("default", labels: [:])
        var census = Self.census(
            [hidden, Self.service("web"), Self.slice("s", of: "db"), Self.service("x", in: "b")],
            options
        )

        census.remove(hidden)
        census.add(Self.namespace("default", labels: ["shown": ""]))
        let changed = census.updateExposure()

        #expect(changed == ["default"])
        #expect(census.namespaces["default"]?.isExposed == true)
        #expect(
            census.touchedServices == [Self.web, ServiceKey(namespace: "default", name: "db")]
        )
    }

    @Test func takesNothingFromADocumentWithoutObjects() {
        var census = Self.census([])

        census.add(
            StoredObject(
                key: ObjectKey(kind: "Service", namespace: "default", name: "web"),
                objects: []
            )
        )

        #expect(census.touchedServices.isEmpty)
        #expect(census.namespaces.isEmpty)
    }

    /// Of labels that number Pods all values are found as one, and told apart afterwards.
    @Test func touchesOnlyWhoSelectsTheNumberOfAPod() {
        let label = "statefulset.kubernetes.io/pod-name"
        var census = ClusterCensus(ClusterOptions())
        census.add(Self.service("zero", selector: [label: "db-0"]))
        census.add(Self.service("one", selector: [label: "db-1"]))
        census.settle()

        census.add(Self.pod("db-0", [label: "db-0", "app": "db"]))

        #expect(census.touchedServices.map(\.name) == ["zero"])
    }
}

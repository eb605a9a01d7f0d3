// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@testable import Kubernetes

@Suite struct EndpointListTests {
    private static let key = ServiceKey(namespace: "default", name: "web")

    private static func service(publishesNotReadyAddresses: Bool = false) -> ClusterObject {
        .service(
            Service(
                metadata: Metadata(name: "web"),
                kind: .headless,
                ports: [],
                selector: [:],
                publishesNotReadyAddresses: publishesNotReadyAddresses
            )
        )
    }

    private static func endpoint(
        _ numbers: [UInt32],
        hostname: String = "",
        podName: String = "",
        isReady: Bool = true
    ) -> SliceEndpoint {
        SliceEndpoint(
            addresses: numbers.map { IPAddress(v4: 0x0A00_0000 + $0) },
            isReady: isReady,
            hostname: hostname,
            podName: podName
        )
    }

    private static func slice(
        _ endpoints: [SliceEndpoint],
        labels: [String: String] = [:],
        port: UInt16 = 80,
        isFromEndpoints: Bool = false
    ) -> ClusterObject {
        .endpointSlice(
            EndpointSlice(
                metadata: Metadata(name: "web-\(port)", labels: labels),
                serviceName: "web",
                endpoints: endpoints,
                ports: [EndpointPort(name: "", number: port, transport: .tcp)],
                isFromEndpoints: isFromEndpoints
            )
        )
    }

    /// The entries of what some objects say of the Service, as `label address port`.
    private static func entries(
        _ objects: [StoredObject],
        _ options: ClusterOptions = ClusterOptions()
    ) -> [String] {
        var census = ClusterCensus(options)
        for object in objects { census.add(object) }
        guard let entry = census.entry(of: key) else { return [] }
        let list = EndpointList(key, entry, entry.service, &census)
        return list.entries.map { entry in
            let label = String(decoding: list.text[entry.label], as: UTF8.self)
            let ports = list.portLists[entry.ports].map { "\($0.number ?? 0)" }
            return "\(label) \(entry.address) \(ports.joined())"
        }
    }

    @Test(
        "An endpoint is called by its host name, its Pod's name if wanted, or its address",
        arguments: [
            ("Web-0", "pod", false, "web-0"), ("", "Pod", false, "10-0-0-1"),
            ("", "Pod", true, "pod"), ("", "dotted.pod", true, "10-0-0-1"),
            ("h", "pod", true, "h"), ("", "", true, "10-0-0-1"),
            ("", String(repeating: "p", count: 63), true, String(repeating: "p", count: 63)),
            ("", String(repeating: "p", count: 64), true, "10-0-0-1"),
        ]
    )
    func hasALabel(hostname: String, podName: String, usesPodNames: Bool, label: String) {
        var options = ClusterOptions()
        options.usesPodNames = usesPodNames
        let slice = Self.slice([Self.endpoint([1], hostname: hostname, podName: podName)])

        #expect(Self.entries([StoredObject(slice)], options) == ["\(label) 10.0.0.1 80"])
    }

    @Test(
        "An address is one label",
        arguments: [
            ("10.0.0.1", "10-0-0-1"), ("255.100.10.0", "255-100-10-0"),
            ("2001:db8::1", "2001-db8--1"), ("2001:db8::", "2001-db8--0"), ("::", "--0"),
            ("::ffff:10.0.0.1", "--ffff-10-0-0-1"),
        ]
    )
    func writesAnAddressAsALabel(text: String, label: String) throws {
        let address = try #require(IPAddress(text))
        var written: [UInt8] = []

        address.appendDashed(to: &written)

        #expect(String(decoding: written, as: UTF8.self) == label)
    }

    @Test func takesAllSubsetsOfADocument() {
        let key = ObjectKey(kind: "Endpoints", namespace: "default", name: "web")
        let subsets = [
            Self.slice([Self.endpoint([1, 2], podName: "a")], isFromEndpoints: true),
            Self.slice(
                [Self.endpoint([3], hostname: "b"), Self.endpoint([4], hostname: "bc")],
                port: 81,
                isFromEndpoints: true
            ),
        ]

        let entries = Self.entries([StoredObject(key: key, objects: subsets)])

        #expect(
            entries == [
                "10-0-0-1 10.0.0.1 80", "10-0-0-2 10.0.0.2 80", "b 10.0.0.3 81", "bc 10.0.0.4 81",
            ]
        )
    }

    @Test func yieldsEndpointsToSlices() {
        let objects = [
            Self.slice([Self.endpoint([1])], isFromEndpoints: true),
            Self.slice([Self.endpoint([2])], port: 81),
        ]

        #expect(Self.entries(objects.map(StoredObject.init)) == ["10-0-0-2 10.0.0.2 81"])
    }

    @Test(
        "Those that are not ready are left out unless they are published",
        arguments: [false, true]
    )
    func leavesOutWhatIsNotReady(isPublished: Bool) {
        let objects = [
            Self.service(publishesNotReadyAddresses: isPublished),
            Self.slice([
                Self.endpoint([1], isReady: false), Self.endpoint([2]),
            ]),
        ]
        let expected = ["10-0-0-1 10.0.0.1 80", "10-0-0-2 10.0.0.2 80"]

        let entries = Self.entries(objects.map(StoredObject.init))

        #expect(entries == (isPublished ? expected : Array(expected.dropFirst())))
    }

    @Test func leavesOutSlicesThatAreNotShown() {
        var options = ClusterOptions()
        options.selector = LabelSelector([.exists(key: "shown")])
        let objects = [
            Self.slice([Self.endpoint([1])]),
            Self.slice([Self.endpoint([2])], labels: ["shown": "", "x": "y"], port: 81),
        ]

        let entries = Self.entries(objects.map(StoredObject.init), options)

        #expect(entries == ["10-0-0-2 10.0.0.2 81"])
    }
}

// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Kubernetes

@Suite struct ObjectReaderTests {
    @Test("Whatever the bytes are, some objects are read", arguments: 1...20 as ClosedRange<UInt64>)
    func readsDamagedBytes(seed: UInt64) {
        var random = RandomObjects(seed: seed)
        for step in 0..<500 {
            let (key, object) = random.anyObject()
            var bytes = StoredObject(key: key, objects: [object]).bytes
            for _ in 0...random.numbers.below(3) where !bytes.isEmpty {
                let index = random.numbers.below(bytes.count)
                switch random.numbers.below(3) {
                case 0: bytes.removeLast(index)
                case 1: bytes[index] = random.numbers.pick([0, 1, 2, 0x7F, 0x80, 0xFF])
                default: bytes[index] = UInt8(truncatingIfNeeded: random.numbers.bits())
                }
            }

            let found = StoredObject(bytes: bytes)

            #expect(found.objects.count <= bytes.count, "seed \(seed), step \(step)")
            #expect((found.key == nil) == (StoredKey(found) == nil), "seed \(seed), step \(step)")
            // What was read can be written, and is then no longer damaged.
            let again = StoredObject(key: found.key, objects: found.objects)
            #expect(again.objects == found.objects, "seed \(seed), step \(step)")
        }
    }

    @Test(
        "Counts that nothing stands behind end with the bytes",
        arguments: [
            [], [0], [0, 0xFF], [0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F],
            [2, 0xFF, 0xFF, 0xFF, 0x7F, 1], [6, 0xFF, 0x7F], Array(repeating: 0xFF, count: 300),
        ] as [[UInt8]]
    )
    func endsWithTheBytes(bytes: [UInt8]) {
        let found = StoredObject(bytes: bytes)

        #expect(found.objects.count <= bytes.count)
        #expect((found.key == nil) == (StoredKey(found) == nil))
    }

    @Test func readsTheEndpointsOfASliceOneByOne() {
        let addresses = RandomObjects.addresses
        let endpoints = [
            SliceEndpoint(addresses: [addresses[0]], isReady: true, hostname: "", podName: "web-0"),
            SliceEndpoint(addresses: [], isReady: false, hostname: "web", podName: ""),
            SliceEndpoint(
                addresses: addresses,
                isReady: true,
                hostname: "web-10",
                podName: "web-10"
            ),
        ]
        let slice = EndpointSlice(
            metadata: Metadata(name: "web"),
            serviceName: "web",
            endpoints: endpoints,
            ports: [],
            isFromEndpoints: false
        )
        var reader = ObjectReader(StoredObject(.endpointSlice(slice)))
        reader.skipKey()
        let objectCount = reader.count()
        let head = reader.head()
        reader.skipText()
        reader.skipMetadata(head)
        let ports = reader.endpointPorts()
        var endpoint = StoredEndpoint()
        reader.begin(&endpoint)
        var found: [SliceEndpoint] = []

        for _ in 0..<reader.count() {
            reader.read(into: &endpoint)
            found.append(
                SliceEndpoint(
                    addresses: endpoint.addresses,
                    isReady: endpoint.isReady,
                    hostname: String(decoding: endpoint.hostname, as: UTF8.self),
                    podName: String(decoding: endpoint.podName, as: UTF8.self)
                )
            )
        }

        #expect(objectCount == 1)
        #expect(head.kind == .endpointSlice)
        #expect(ports.isEmpty)
        #expect(found == endpoints)
    }
}

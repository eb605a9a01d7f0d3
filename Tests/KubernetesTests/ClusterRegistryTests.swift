// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@testable import Kubernetes

/// What is built change by change, against what is built at once.
@Suite struct ClusterRegistryTests {
    /// Every reverse name that is not whole, of all addresses that are drawn.
    private static let partialNames: [String] = RandomObjects.addresses.flatMap { address in
        let isV4 = address.family == .v4
        let labels =
            isV4
            ? (0..<4).map { "\(address.byte(at: $0))" }
            : (0..<32).map { index in
                let byte = address.byte(at: index / 2)
                return String(index % 2 == 0 ? byte >> 4 : byte & 15, radix: 16)
            }
        let zone = isV4 ? "in-addr.arpa" : "ip6.arpa"
        return (1..<labels.count).map { count in
            labels.prefix(count).reversed().joined(separator: ".") + "." + zone
        }
    }

    /// What the incomplete reverse names stand for.
    private static func partialFindings(_ cluster: Cluster) throws -> [ClusterFinding] {
        try Array(Set(partialNames)).sorted().map { text in
            let name = try QueryName(try Name(text))
            var isMalformed = false
            guard let reverse = ReverseName(name, isMalformed: &isMalformed) else {
                return .missing
            }
            return cluster.find(reverse)
        }
    }

    /// 20 times 500: ten thousand edits, each followed by a comparison with a full rebuild.
    @Test(
        "Every change gives what a full rebuild gives",
        arguments: 1...20 as ClosedRange<UInt64>
    )
    func equalsTheRebuild(seed: UInt64) throws {
        var random = RandomObjects(seed: seed)
        let options = random.options()
        let registry = ClusterRegistry(options)
        var objects: [ObjectKey: ClusterObject] = [:]
        var changeCount = 0
        var before = registry.cluster(removing: [], adding: [])
        for step in 0..<500 {
            var gone: [ClusterObject] = []
            var come: [ClusterObject] = []
            for _ in 0...random.numbers.below(2) {
                let (key, object) = random.object()
                guard !come.contains(where: { objects[key] == $0 }) else { continue }
                if let old = objects[key] { gone.append(old) }
                // Mostly full, so that names and addresses meet.
                objects[key] = random.numbers.chance(30) ? nil : object
                if let new = objects[key] { come.append(new) }
            }

            let cluster = registry.cluster(removing: gone, adding: come)
            let rebuilt = Cluster(Array(objects.values), options: options)

            #expect(cluster.isSame(as: rebuilt), "seed \(seed), step \(step)")
            #expect(cluster.nameCount == rebuilt.nameCount, "seed \(seed), step \(step)")
            #expect(cluster.isSame(as: before) == (cluster === before), "seed \(seed), \(step)")
            if step % 10 == 0 {
                let found = try Self.partialFindings(cluster)
                #expect(found == (try Self.partialFindings(rebuilt)), "seed \(seed), \(step)")
            }
            if cluster !== before { changeCount += 1 }
            before = cluster
        }
        // With options that hide nearly everything, little of it shows.
        #expect(changeCount > 20, "seed \(seed)")
        let rest = registry.cluster(removing: Array(objects.values), adding: [])
        #expect(rest.isSame(as: .empty))
        #expect(rest.nameCount == 0)
        #expect(try Self.partialFindings(rest).allSatisfy { $0 == .missing })
    }

    /// A document that may clash with others of its kind, or be none at all.
    private static func document(_ numbers: inout SeededNumbers) -> String {
        let name = numbers.pick(["web", "db"])
        let place = "{name: \(name), namespace: \(numbers.pick(["default", "b"]))}"
        let address = "10.0.0.\(numbers.below(4))"
        switch numbers.below(6) {
        case 0: return "kind: [\n"
        case 1: return "apiVersion: v1\nkind: Namespace\nmetadata: {name: \(name)}\n"
        case 2:
            return "apiVersion: v1\nkind: Endpoints\nmetadata: \(place)\nsubsets:\n"
                + "  - {addresses: [{ip: \(address)}], ports: [{port: 80}]}\n"
        case 3:
            return "apiVersion: v1\nkind: Service\nmetadata: \(place)\n"
                + "spec: {clusterIP: None, ports: [{port: 80}]}\n"
        default:
            return "apiVersion: v1\nkind: Service\nmetadata: \(place)\n"
                + "spec: {clusterIP: \(address), ports: [{port: 80}]}\n"
        }
    }

    @Test(
        "Every change of a file gives what a full rebuild gives",
        arguments: 1...4 as ClosedRange<UInt64>
    )
    func followsFiles(seed: UInt64) throws {
        var numbers = SeededNumbers(seed: seed)
        let files = MemoryFiles(["m/a.yaml": "", "m/b.yaml": "", "m/c.yaml": ""])
        let registry = ClusterRegistry()
        var set = try ManifestSet.load(files)
        var contestCount = 0
        for step in 0..<250 {
            let path = numbers.pick(["m/b.yaml", "m/c.yaml", "m/d.yaml"])
            let documents = (0..<numbers.below(5)).map { _ in Self.document(&numbers) }
            files[path] = numbers.chance(15) ? nil : documents.joined(separator: "---\n")
            set = try ManifestSet.load(files, after: set)
            // Now and then one is left out, as a build that is refused leaves it.
            if numbers.chance(20) { continue }

            let cluster = registry.cluster(of: set)

            #expect(cluster.isSame(as: Cluster(set.objects)), "seed \(seed), step \(step)")
            if set.mistakes.contains(where: { $0.text.contains("is already at") }) {
                contestCount += 1
            }
        }
        #expect(contestCount > 20, "seed \(seed)")
    }

    /// A Service that leaves something open, or has an address that nobody else asks for.
    private static func openDocument(_ numbers: inout SeededNumbers) -> String {
        let number = numbers.below(12)
        let spec = numbers.pick([
            "ports: [{port: 80}]", "type: NodePort, ports: [{port: 80}]", "clusterIP: None",
            "clusterIP: 10.0.0.\(number), ports: [{port: 80}]",
            "type: ExternalName, externalName: a.example",
        ])
        return "apiVersion: v1\nkind: Service\nmetadata: {name: s\(number)}\nspec: {\(spec)}\n"
    }

    @Test(
        "What is given over many changes is what is given at once to those who remember it",
        arguments: 1...4 as ClosedRange<UInt64>
    )
    func givesWhatARebuildGives(seed: UInt64) throws {
        var numbers = SeededNumbers(seed: seed)
        let files = MemoryFiles(["m/a.yaml": ""])
        let allocation = AllocationOptions()
        let registry = ClusterRegistry(allocation: allocation)
        var set = try ManifestSet.load(files)
        var nameCount = 0
        for step in 0..<100 {
            let path = numbers.pick(["m/b.yaml", "m/c.yaml", "m/d.yaml"])
            let documents = (0..<numbers.below(5)).map { _ in Self.openDocument(&numbers) }
            files[path] = numbers.chance(15) ? nil : documents.joined(separator: "---\n")
            set = try ManifestSet.load(files, after: set)

            let cluster = registry.cluster(of: set)
            let other = ClusterRegistry(allocation: allocation, remembering: registry.memory)

            #expect(cluster.isSame(as: other.cluster(of: set)), "seed \(seed), step \(step)")
            #expect(registry.allocationMistakes(in: set) == [], "seed \(seed), step \(step)")
            nameCount += cluster.nameCount
        }
        #expect(nameCount > 200, "seed \(seed)")
    }

    @Test func saysThatAServiceHasMoreEndpointsThanCanBeTold() throws {
        func slice(_ count: Int) -> String {
            let endpoints = (1...count).map { "  - {addresses: [10.0.0.\($0)]}\n" }.joined()
            return "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n"
                + "metadata: {name: web-1, labels: {kubernetes.io/service-name: web}}\n"
                + "addressType: IPv4\nendpoints:\n\(endpoints)"
        }
        let web =
            "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n"
            + "spec: {clusterIP: None, ports: [{port: 80}]}\n"
        let files = MemoryFiles(["m/a.yaml": "# web\n" + web, "m/b.yaml": slice(3)])
        var options = ClusterOptions()
        options.maximumEndpointCount = 3
        let registry = ClusterRegistry(options)
        var set = try ManifestSet.load(files)
        var said: [[String]] = []
        var counts: [Int] = []
        for count in [3, 4, 2] {
            files["m/b.yaml"] = slice(count)
            set = try ManifestSet.load(files, after: set)
            counts.append(registry.cluster(of: set).nameCount)
            said.append(registry.allocationMistakes(in: set).map(\.line))
        }

        // The Service, its namespace and the endpoints.
        #expect(counts == [5, 5, 4])
        let line =
            "m/a.yaml:2:1: Service \"web\": more than 3 endpoints; the last ones by name are left "
            + "out"
        #expect(said.map(\.count) == [0, 1, 0])
        #expect(said[1].first?.contains(line) == true)
    }

    /// A Service, headless or not, and the slice of its endpoints, some of which others have too.
    private static func service(_ number: Int, _ numbers: inout SeededNumbers) -> [ClusterObject] {
        let metadata = Metadata(name: "svc-\(number)", namespace: "ns-\(number / 100)")
        let own = IPAddress(v4: 0x0A60_0000 + UInt32(numbers.below(1 << 16)))
        let service = Service(
            metadata: metadata,
            kind: numbers.chance(50) ? .headless : .clusterIP([own]),
            ports: [],
            selector: [:],
            publishesNotReadyAddresses: false
        )
        let endpoints = (0..<numbers.below(5)).map { _ in
            SliceEndpoint(
                addresses: [IPAddress(v4: 0x0A60_0000 + UInt32(numbers.below(1 << 16)))],
                isReady: true,
                hostname: "",
                podName: ""
            )
        }
        let slice = EndpointSlice(
            metadata: metadata,
            serviceName: metadata.name,
            endpoints: endpoints,
            ports: [],
            isFromEndpoints: false
        )
        return [.service(service), .endpointSlice(slice)]
    }

    @Test("Services that share a shard keep their addresses", arguments: [1] as [UInt64])
    func keepsNeighbours(seed: UInt64) {
        var numbers = SeededNumbers(seed: seed)
        let registry = ClusterRegistry()
        // Three in a shard, so that nearly each change moves the nodes of others.
        let crowded = (0..<48_000).filter { number in
            let key = ServiceKey(namespace: "ns-\(number / 100)", name: "svc-\(number)")
            return ServiceLabels(key).map { $0.shard < 4_096 } ?? false
        }
        #expect((11_000..<13_000).contains(crowded.count))
        var services = crowded.map { Self.service($0, &numbers) }
        _ = registry.cluster(removing: [], adding: services.flatMap(\.self))
        for round in 0..<3 {
            var cluster = registry.cluster(removing: [], adding: [])
            for _ in 0..<100 {
                let number = numbers.below(services.count)
                let old = services[number]
                services[number] =
                    numbers.chance(30) ? [] : Self.service(crowded[number], &numbers)

                cluster = registry.cluster(removing: old, adding: services[number])
            }
            let rebuilt = Cluster(services.flatMap(\.self))

            #expect(cluster.isSame(as: rebuilt), "seed \(seed), round \(round)")
            #expect(cluster.nameCount == rebuilt.nameCount)
        }
    }
}

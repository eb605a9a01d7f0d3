// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Wire

extension WorldCluster {
    /// The namespaces that may come up.
    static let namespaces = ["default", "kube-system", "prod", "gone"]
    private static let portNames = ["http", "https", "dns", "dns-tcp", "metrics"]

    /// Some cluster.
    init(_ dice: inout Dice) {
        files = ["a.yaml", "b.yaml", "deep/c.yml"].map {
            WorldManifest(path: Path.plain + "/" + $0, documents: [])
        }
        files.append(WorldManifest(path: Path.mounted + "/d.yaml", documents: []))
        // No file is ever empty, so that each folder is there.
        for index in files.indices {
            let metadata = Metadata(name: "config\(index)", namespace: "default")
            files[index].documents.append(
                WorldManifest.Document(object: .other(kind: "ConfigMap", metadata))
            )
        }
        if dice.chance(50) {
            add(.namespace(Namespace(metadata: Metadata(name: "empty", namespace: ""))), &dice)
        }
        for _ in 0..<dice.number(8...20) { addService(&dice) }
        for _ in 0..<dice.number(2...6) { addPod(&dice) }
        for _ in 0..<dice.below(5) { addWorkload(&dice) }
        if dice.chance(40) { addLargeService(&dice) }
    }

    mutating func add(_ object: ClusterObject, _ dice: inout Dice) {
        let file = dice.below(files.count)
        let place = dice.below(files[file].documents.count + 1)
        files[file].documents.insert(WorldManifest.Document(object: object), at: place)
    }

    /// A number that was not used before.
    mutating func nextNumber() -> Int {
        counter += 1
        return counter
    }

    private mutating func address(_ dice: inout Dice, network: UInt32, isV6: Bool) -> IPAddress {
        let number = nextNumber()
        guard isV6 else { return IPAddress(v4: network + UInt32(number * 7 + dice.below(7))) }
        let high: UInt64 = network == 0x0A60_0000 ? 0xFD00_0096_0000_0000 : 0xFD00_0244_0000_0000
        return IPAddress(v6High: high, low: UInt64(number * 7 + dice.below(7)))
    }

    private mutating func addService(_ dice: inout Dice) {
        let namespace = dice.pick(Self.namespaces)
        let name = "s\(nextNumber())"
        var service = Service(
            metadata: Metadata(name: name, namespace: namespace),
            kind: .headless,
            ports: ports(&dice),
            selector: [:],
            publishesNotReadyAddresses: dice.chance(10)
        )
        switch dice.below(10) {
        case 0..<5: service.kind = .clusterIP(serviceAddresses(&dice))
        case 5..<8: service.kind = .headless
        default:
            service.kind = .externalName(alias(&dice))
            service.ports = []
            add(.service(service), &dice)
            return
        }
        switch dice.below(10) {
        case 0..<7: addSlices(of: service, &dice)
        case 7..<9: service.selector = ["app": "app\(dice.below(3))"]
        default: break
        }
        add(.service(service), &dice)
    }

    private mutating func serviceAddresses(_ dice: inout Dice) -> [IPAddress] {
        let first = address(&dice, network: 0x0A60_0000, isV6: dice.chance(15))
        guard dice.chance(25) else { return [first] }
        return [first, address(&dice, network: 0x0A60_0000, isV6: first.family == .v4)]
    }

    /// Where an alias leads: outside, to a host, to another Service, or nowhere.
    private mutating func alias(_ dice: inout Dice) -> String {
        switch dice.below(6) {
        case 0: "h\(dice.below(12)).hosts.test"
        case 1, 2:
            "s\(dice.number(1...max(1, counter))).\(dice.pick(Self.namespaces)).svc.cluster.local"
        case 3: "many.hosts.test"
        case 4: "nowhere.example"
        default: "qc\(nextNumber()).out.test"
        }
    }

    func ports(_ dice: inout Dice) -> [ServicePort] {
        let names = Self.portNames.filter { _ in dice.chance(35) }
        guard !names.isEmpty else {
            return [ServicePort(name: "", number: 80, transport: .tcp, target: .number(8_080))]
        }
        return names.enumerated().map { index, name in
            ServicePort(
                name: name,
                number: name.hasPrefix("dns") ? 53 : UInt16(8_000 + index),
                transport: name == "dns" ? .udp : dice.chance(5) ? .sctp : .tcp,
                target: name == "metrics" ? .name("metrics") : .number(UInt16(9_000 + index))
            )
        }
    }

    private mutating func addSlices(of service: Service, _ dice: inout Dice) {
        let isLegacy = dice.chance(15)
        for isV6 in dice.chance(20) ? [false, true] : [false] {
            var slice = EndpointSlice(
                metadata: Metadata(
                    name: service.metadata.name + (isLegacy ? "" : isV6 ? "-v6" : "-v4"),
                    namespace: service.metadata.namespace
                ),
                serviceName: service.metadata.name,
                endpoints: [],
                ports: service.ports.map { port in
                    EndpointPort(
                        name: port.name,
                        number: port.number + 1,
                        transport: port.transport
                    )
                },
                isFromEndpoints: isLegacy
            )
            for _ in 0..<dice.number(isLegacy ? 1...3 : 0...5) {
                slice.endpoints.append(endpoint(&dice, isV6: isV6 && !isLegacy))
            }
            add(.endpointSlice(slice), &dice)
            if isLegacy { return }
        }
    }

    private mutating func endpoint(_ dice: inout Dice, isV6: Bool) -> SliceEndpoint {
        SliceEndpoint(
            addresses: [address(&dice, network: 0x0AF4_0000, isV6: isV6)],
            isReady: dice.chance(80),
            hostname: dice.chance(30) ? "host-\(nextNumber())" : "",
            podName: dice.chance(50) ? "pod-\(nextNumber())" : ""
        )
    }

    private mutating func addPod(_ dice: inout Dice) {
        let number = nextNumber()
        var pod = Pod(
            metadata: Metadata(
                name: "pod-\(number)",
                namespace: dice.pick(Self.namespaces),
                labels: ["app": "app\(dice.below(3))"]
            ),
            addresses: [address(&dice, network: 0x0AF4_0000, isV6: false)],
            hostname: dice.chance(30) ? "host-\(number)" : "",
            subdomain: dice.chance(30) ? "s\(dice.number(1...max(1, counter)))" : "",
            isReady: dice.chance(80),
            isFinished: dice.chance(10),
            ports: []
        )
        if dice.chance(30) {
            pod.addresses.append(address(&dice, network: 0x0AF4_0000, isV6: true))
        }
        if dice.chance(60) {
            pod.ports = [ContainerPort(name: "metrics", number: 9_100, transport: .tcp)]
        }
        add(.pod(pod), &dice)
    }

    /// A headless Service whose endpoints do not fit into 512 bytes.
    private mutating func addLargeService(_ dice: inout Dice) {
        let service = Service(
            metadata: Metadata(name: "large", namespace: "default"),
            kind: .headless,
            ports: [ServicePort(name: "http", number: 80, transport: .tcp, target: .number(80))],
            selector: [:],
            publishesNotReadyAddresses: false
        )
        var slice = EndpointSlice(
            metadata: Metadata(name: "large-1", namespace: "default"),
            serviceName: "large",
            endpoints: [],
            ports: [EndpointPort(name: "http", number: 80, transport: .tcp)],
            isFromEndpoints: false
        )
        for _ in 0..<dice.number(28...80) { slice.endpoints.append(endpoint(&dice, isV6: false)) }
        add(.service(service), &dice)
        add(.endpointSlice(slice), &dice)
    }

    // MARK: Changing

    /// Changes some objects of one file.
    mutating func change(file: Int, _ dice: inout Dice) {
        for index in files[file].documents.indices { files[file].documents[index].isBroken = false }
        for _ in 0..<dice.number(1...4) {
            let count = files[file].documents.count
            let place = dice.below(count)
            switch dice.below(5) {
            case 0 where count > 2: files[file].documents.remove(at: place)
            case 1:
                let before = files
                if dice.chance(70) { addService(&dice) } else { addWorkload(&dice) }
                // Only this file may change: what went elsewhere goes here.
                moveNew(since: before, to: file)
            default: files[file].documents[place].object = changed(place, of: file, &dice)
            }
        }
    }

    /// Moves the documents that other files got since `before` to the end of one file.
    private mutating func moveNew(since before: [WorldManifest], to file: Int) {
        for index in files.indices where index != file {
            let known = Set(before[index].documents.map(\.object.name))
            let new = files[index].documents.filter { !known.contains($0.object.name) }
            files[index].documents = before[index].documents
            files[file].documents += new
        }
    }

    /// The object at a place with something else in it.
    private mutating func changed(
        _ place: Int,
        of file: Int,
        _ dice: inout Dice
    ) -> ClusterObject {
        switch files[file].documents[place].object {
        case .service(var service):
            switch service.kind {
            case .clusterIP: service.kind = .clusterIP(serviceAddresses(&dice))
            case .headless: service.publishesNotReadyAddresses.toggle()
            case .externalName: service.kind = .externalName(alias(&dice))
            }
            if !service.ports.isEmpty, dice.chance(30) { service.ports = ports(&dice) }
            return .service(service)
        case .endpointSlice(var slice):
            if !slice.endpoints.isEmpty, dice.chance(60) {
                let index = dice.below(slice.endpoints.count)
                slice.endpoints[index].isReady.toggle()
            } else {
                let isV6 = slice.endpoints.first?.addresses.first?.family == .v6
                slice.endpoints.append(endpoint(&dice, isV6: isV6))
            }
            return .endpointSlice(slice)
        case .pod(var pod):
            pod.isReady.toggle()
            return .pod(pod)
        case .workload(var workload):
            if workload.kind != .daemonSet, dice.chance(40) {
                workload.podCount = 1 - workload.podCount
            } else {
                workload.template.isReady.toggle()
            }
            return .workload(workload)
        case let other: return other
        }
    }

    /// Breaks one document of a file.
    mutating func breakDocument(file: Int, _ dice: inout Dice) {
        let places = files[file].documents.indices.filter { place in
            if case .other = files[file].documents[place].object { false } else { true }
        }
        guard !places.isEmpty else { return }
        let place = dice.pick(Array(places))
        files[file].documents[place].object = changed(place, of: file, &dice)
        files[file].documents[place].isBroken = true
    }
}

// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@testable import Kubernetes

/// What holds whatever Services come and go.
@Suite struct ProvisionPropertyTests {
    /// A Service whose name, addresses and ports meet those of others often.
    private static func random(_ numbers: inout SeededNumbers) throws -> (ServiceKey, StoredObject)
    {
        let name = "s\(numbers.below(24))"
        var lines: [String] = []
        let type = numbers.pick(["ClusterIP", "ClusterIP", "NodePort", "LoadBalancer"])
        lines.append("type: \(type)")
        let address = numbers.chance(40) ? "10.0.0.\(1 + numbers.below(30))" : nil
        if let address { lines.append("clusterIP: \(address)") }
        if numbers.chance(30) { lines.append("ipFamilyPolicy: PreferDualStack") }
        if type == "LoadBalancer", numbers.chance(50) {
            lines.append("externalTrafficPolicy: Local")
        }
        let ports = [(1, "TCP"), (1, "UDP"), (2, "TCP")].prefix(1 + numbers.below(3))
        lines.append("ports:")
        for (number, transport) in ports {
            let start = "- {name: p\(number)-\(transport.lowercased()), port: \(number)"
            let hasPort = type != "ClusterIP" && numbers.chance(20)
            let nodePort = hasPort ? ", nodePort: \(30_000 + number * 10 + numbers.below(9))" : ""
            lines.append("\(start), protocol: \(transport)\(nodePort)}")
        }
        return (Allotment.key(name), try Allotment.object(name, lines.joined(separator: "\n")))
    }

    private static func randomOptions(_ numbers: inout SeededNumbers) throws -> AllocationOptions {
        var options = numbers.chance(50) ? Allotment.dualOptions : try Allotment.options()
        options.nodePorts = 30_000...30_039
        options.isServiceNetworkWritten = numbers.chance(50)
        return options
    }

    @Test("No number ever has two holders", arguments: 1...20 as ClosedRange<UInt64>)
    func givesEachNumberOnce(seed: UInt64) throws {
        var numbers = SeededNumbers(seed: seed)
        var allotment = Allotment(try Self.randomOptions(&numbers))
        var refusedCount = 0
        for step in 0..<200 {
            let before = allotment.used
            let waiting = allotment.provision.complaints
            var touched: Set<ServiceKey> = []
            for _ in 0...numbers.below(3) {
                let (key, object) = try Self.random(&numbers)
                allotment.set(numbers.chance(30) ? nil : object, key)
                touched.insert(key)
            }
            allotment.settle()

            let shared = allotment.holders().filter { $0.value.count > 1 }
            #expect(shared.isEmpty, "seed \(seed), step \(step): \(shared)")
            #expect(!allotment.isConfused, "seed \(seed), step \(step)")
            // Whoever was not touched has what it had; who was waiting may have got something.
            for (key, object) in before where !touched.contains(key) {
                let now = allotment.used[key]
                #expect(now != nil, "seed \(seed), step \(step): \(key)")
                #expect(
                    now == object || waiting[key] != nil,
                    "seed \(seed), step \(step): \(key)"
                )
            }
            refusedCount += allotment.provision.complaints.count
        }
        #expect(refusedCount > 20, "seed \(seed)")
        for key in Array(allotment.written.keys) { allotment.set(nil, key) }
        allotment.settle()
        #expect(allotment.used.count <= 1, "seed \(seed)")
        #expect(allotment.provision.grants.isEmpty, "seed \(seed)")
    }

    @Test("The order of Services changes nothing", arguments: 1...20 as ClosedRange<UInt64>)
    func dependsOnNoOrder(seed: UInt64) throws {
        var numbers = SeededNumbers(seed: seed)
        let options = try Self.randomOptions(&numbers)
        var services: [ServiceKey: StoredObject] = [:]
        for _ in 0..<30 {
            let (key, object) = try Self.random(&numbers)
            services[key] = object
        }
        var first: Allotment?
        for _ in 0..<5 {
            var keys = services.keys.sorted()
            for index in keys.indices.dropLast() {
                keys.swapAt(index, index + numbers.below(keys.count - index))
            }
            var allotment = Allotment(options)
            for key in keys { allotment.set(services[key], key) }
            allotment.settle()

            if let first {
                #expect(allotment.used == first.used, "seed \(seed)")
                #expect(
                    allotment.provision.complaints.mapValues(\.mistake)
                        == first.provision.complaints.mapValues(\.mistake)
                )
            }
            first = first ?? allotment
        }
        #expect((first?.used.count ?? 0) > 5, "seed \(seed)")
    }

    @Test("What a server remembers it gives again", arguments: 1...20 as ClosedRange<UInt64>)
    func keepsItOverARestart(seed: UInt64) throws {
        var numbers = SeededNumbers(seed: seed)
        let options = try Self.randomOptions(&numbers)
        var allotment = Allotment(options)
        for _ in 0..<50 {
            let (key, object) = try Self.random(&numbers)
            allotment.set(numbers.chance(40) ? nil : object, key)
            allotment.settle()
        }
        let served = allotment.used.filter { allotment.provision.complaints[$0.key] == nil }
        var remembered = RememberedHoldings()
        for (key, holding) in allotment.provision.grants {
            _ = remembered.insert(holding, of: key, wasInUse: true)
        }
        var restarted = Allotment(options, remembered)
        // What is refused does not come back, so that only what was served is compared.
        for key in served.keys { restarted.set(allotment.written[key], key) }
        restarted.settle()

        #expect(restarted.used.filter { served[$0.key] != nil } == served, "seed \(seed)")
        #expect(!served.isEmpty, "seed \(seed)")
    }
}

// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Metrics
import Plugin
import Plugins
import Simulation
import Testing
import Wire

/// The plugin against the model: clusters and questions from seeds.
@Suite struct ClusterModelTests {
    private static let zones = ["cluster.local", "in-addr.arpa", "ip6.arpa", "sub.cluster.local"]
    private static let nameServers = [IPAddress(v4: 0xC000_0235)]

    /// Both over the same random cluster.
    private struct Pair {
        let model: ClusterModel
        let plugin: Plugins.Kubernetes

        init(_ random: inout RandomCluster) throws {
            let objects = random.objects()
            let zones = try ClusterModelTests.zones.map { try Name($0) }
            var settings = KubernetesSettings(zones: zones)
            settings.cluster = random.options()
            model = ClusterModel(
                objects,
                options: settings.cluster,
                zones: zones,
                ttl: settings.ttl,
                nameServers: nameServers
            )
            plugin = Kubernetes(
                settings,
                cluster: Cluster(objects, options: settings.cluster),
                serial: 7,
                nameServers: nameServers
            )
        }

        /// What is wrong about the plugin's answer; nil when it is right.
        func fault(_ question: Question, over transport: Transport) throws -> String? {
            var query = Query(
                header: Header(id: 1, flags: [], questionCount: 1),
                name: try QueryName(question.name),
                type: question.type,
                recordClass: .internet
            )
            query.transport = transport
            var answer = Answer(counting: Metrics.Registry().cells(forWorker: 0))
            let outcome = plugin.answer(query, into: &answer)
            guard let expected = model.expected(question) else {
                return outcome == .pass ? nil : "not its own, and \(outcome)"
            }
            if expected.target != nil { return outcome == .wait ? nil : "an alias, and \(outcome)" }
            guard outcome == .done else { return "\(outcome)" }
            guard answer.code == expected.code else {
                return "\(answer.code) instead of \(expected.code)"
            }
            guard answer.isAuthoritative == (expected.code != .refused) else { return "AA" }
            let denials = answer.records(in: .authority, question: query.name)
            guard denials.map(\.type) == (expected.isDenied ? [.soa] : []) else {
                return "authority \(denials)"
            }
            let records = answer.records(in: .answer, question: query.name)
            let found = Set(records.map(Self.lowercased))
            guard found.count == records.count else { return "a record twice: \(records)" }
            if question.type == .any, transport == .udp {
                let types = Set(found.map(\.type))
                let isOneSet = types.count == (expected.answers.isEmpty ? 0 : 1)
                let whole = expected.answers.filter { types.contains($0.type) }
                return isOneSet && found == whole ? nil : "\(found), of \(expected.answers)"
            }
            guard found == expected.answers else { return "\(found), not \(expected.answers)" }
            let extra = answer.records(in: .additional, question: query.name)
            guard Set(extra.map(Self.lowercased)) == expected.additionals else {
                return "additional \(extra), not \(expected.additionals)"
            }
            return nil
        }

        /// A record with its names in lower case; a SOA record without its data.
        private static func lowercased(_ record: Record) -> Record {
            var record = record
            record.owner = record.owner.lowercased
            switch record.type {
            case .srv: record.data = record.data[..<6] + record.data[6...].map(\.asciiLowercased)
            case .ptr, .ns: record.data = record.data.map(\.asciiLowercased)
            case .soa: record.data = []
            default: break
            }
            return record
        }
    }

    @Test("The plugin answers as the model does", arguments: 1...100 as ClosedRange<UInt64>)
    func agrees(seed: UInt64) throws {
        var random = RandomCluster(seed: seed)
        let pair = try Pair(&random)
        let zones = try Self.zones.map { try Name($0) } + [try Name("example.org")]
        for number in 0..<100 {
            let question = random.question(in: zones)
            let transport: Transport = number % 2 == 0 ? .tcp : .udp

            let fault = try pair.fault(question, over: transport)

            #expect(fault == nil, "seed \(seed): \(question.name) \(question.type)")
        }
    }

    @Test func drawsNamesThatAreThereAndNamesThatAreNot() throws {
        var counts: [ResponseCode: Int] = [:]
        var positives: [RecordType: Int] = [:]
        for seed in 1...60 as ClosedRange<UInt64> {
            var random = RandomCluster(seed: seed)
            let pair = try Pair(&random)
            for _ in 0..<150 {
                let question = random.question(in: try Self.zones.map { try Name($0) })
                guard let expected = pair.model.expected(question) else { continue }
                counts[expected.code, default: 0] += 1
                if !expected.answers.isEmpty { positives[question.type, default: 0] += 1 }
            }
        }

        #expect(counts[.noError, default: 0] > 1_000)
        #expect(counts[.nameError, default: 0] > 1_000)
        for type in [RecordType.a, .aaaa, .srv, .ptr, .txt, .soa, .ns, .cname, .any] {
            #expect(positives[type, default: 0] > 0, "\(type)")
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Wire

/// What a cluster's names must answer: slow, and simple enough to be seen to be right.
///
/// It is written from the rules of the naming specification and shares no table with `Cluster`:
/// every question goes through all objects.
package struct ClusterModel: Sendable {
    /// The one right answer to a question; names of records are in lower case.
    package struct Answer: Hashable, Sendable {
        package var code = ResponseCode.noError
        package var answers: Set<Record> = []
        package var additionals: Set<Record> = []
        /// Where an alias leads that is still to be looked up; `answers` hold the CNAME record.
        package var target: Name?
        /// Whether the authority section holds the zone's SOA record.
        package var isDenied = false
    }

    let objects: [ClusterObject]
    let options: ClusterOptions
    let zones: [Name]
    let ttl: UInt32
    let nameServers: [IPAddress]
    /// Every address with the names that it leads back to, found once, as it takes the longest.
    var pointers: [Pointer] = []

    /// A model of a plugin that serves `zones`, in lower case, the primary one before others.
    package init(
        _ objects: [ClusterObject],
        options: ClusterOptions,
        zones: [Name],
        ttl: UInt32,
        nameServers: [IPAddress]
    ) {
        self.objects = objects + Self.pods(ofWorkloadsIn: objects)
        self.options = options
        self.zones = zones
        self.ttl = ttl
        self.nameServers = nameServers
        pointers = findPointers()
    }

    /// What a question must get; nil when its name is in none of the zones.
    ///
    /// The data of a SOA record is left empty, as its serial is not known here. ANY gets all there
    /// is, of which an answer over UDP holds one set.
    package func expected(_ question: Question) -> Answer? {
        let name = question.name.lowercased
        guard let zone = zone(of: name) else { return nil }
        guard question.type != .axfr, question.type != .ixfr else { return Answer(code: .refused) }
        let count = name.labelCount - zone.labelCount
        let labels = Self.texts(of: name)
        let meaning =
            Self.isReverse(zone)
            ? reverseMeaning(labels, inFront: count) : meaning(Array(labels.prefix(count)))
        guard let meaning else { return Answer(code: .nameError, isDenied: true) }
        if let target = meaning.target {
            var answer = Answer(answers: [record(name, .cname, target.bytes)])
            if question.type != .cname, question.type != .any { answer.target = target }
            return answer
        }
        var answer = Answer()
        for type in [RecordType.a, .aaaa, .srv, .ptr, .txt, .soa, .ns]
        where question.type == type || question.type == .any {
            answer.answers.formUnion(records(type, of: meaning, name, zone))
        }
        answer.isDenied = answer.answers.isEmpty
        if question.type == .srv || question.type == .ns {
            answer.additionals = additionals(question.type, of: meaning, zone)
        }
        return answer
    }

    /// The zone nearest above a name in lower case; nil when there is none.
    func zone(of name: Name) -> Name? {
        let above = zones.filter { name.isInside($0) }
        return above.max { $0.labelCount < $1.labelCount }
    }

    // MARK: Records

    private func records(
        _ type: RecordType,
        of meaning: Meaning,
        _ name: Name,
        _ zone: Name
    ) -> [Record] {
        switch type {
        case .a, .aaaa:
            return meaning.addresses.map { address(name, $0) }.filter { $0.type == type }
        case .srv:
            return meaning.services.map { service in
                let target = Self.name(service.target, in: zone)
                let numbers = [0, meaning.weight, service.port]
                return record(name, .srv, numbers.flatMap(Self.bytes) + target.bytes)
            }
        case .ptr:
            let primary = zones.first { !Self.isReverse($0) } ?? .root
            return meaning.pointers.map { record(name, .ptr, Self.name($0, in: primary).bytes) }
        case .txt:
            guard meaning.isVersion else { return [] }
            let data = [5] + Array("1.1.0".utf8)
            return [Record(owner: name, type: .txt, ttl: 28_800, data: data)]
        case .soa:
            guard meaning.isApex else { return [] }
            return [Record(owner: name, type: .soa, ttl: min(ttl, 300), data: [])]
        case .ns:
            guard meaning.isApex else { return [] }
            return [record(name, .ns, Self.name(["ns", "dns"], in: zone).bytes)]
        default:
            return []
        }
    }

    /// The addresses of the targets of SRV and NS records.
    private func additionals(
        _ type: RecordType,
        of meaning: Meaning,
        _ zone: Name
    ) -> Set<Record> {
        if type == .ns {
            guard meaning.isApex else { return [] }
            let name = Self.name(["ns", "dns"], in: zone)
            return Set(nameServers.map { address(name, $0) })
        }
        return Set(
            meaning.services.flatMap { service in
                let name = Self.name(service.target, in: zone)
                return service.addresses.map { address(name, $0) }
            }
        )
    }

    private func record(_ owner: Name, _ type: RecordType, _ data: [UInt8]) -> Record {
        Record(owner: owner, type: type, ttl: ttl, data: data)
    }

    private func address(_ owner: Name, _ address: IPAddress) -> Record {
        let data = (0..<address.byteCount).map { address.byte(at: $0) }
        return record(owner, address.family == .v4 ? .a : .aaaa, data)
    }

    private static func bytes(_ number: Int) -> [UInt8] {
        [UInt8(number >> 8 & 0xFF), UInt8(number & 0xFF)]
    }

    // MARK: Names

    /// The labels of a name as text.
    static func texts(of name: Name) -> [String] {
        name.labels.map { String(decoding: $0, as: UTF8.self) }
    }

    static func name(_ labels: [String], in zone: Name) -> Name {
        (try? Name(labels: labels.map { Array($0.utf8) }).appending(zone)) ?? .root
    }

    static func isReverse(_ zone: Name) -> Bool {
        let last = texts(of: zone).suffix(2)
        return last == ["in-addr", "arpa"] || last == ["ip6", "arpa"]
    }
}

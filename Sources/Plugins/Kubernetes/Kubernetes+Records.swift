// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Plugin
import Wire

extension Kubernetes {
    /// The most records that are put into an answer over UDP: one more than 4,096 bytes hold.
    static let maximumUDPRecordCount = 257

    /// The most records that are put into the answer to `query`.
    static func maximumRecordCount(_ query: borrowing Query) -> Int {
        query.transport == .udp ? maximumUDPRecordCount : Answer.maximumRecordCount
    }

    /// The types that an existing name may have, in the order in which ANY asks for them.
    private static var types: InlineArray<7, RecordType> {
        [.soa, .ns, .a, .aaaa, .srv, .ptr, .txt]
    }

    /// Writes the records of the asked type; none where the name has none.
    ///
    /// For ANY the first type there is over UDP, and all of them over TCP (RFC 8482 §4.1).
    func write(
        _ finding: ClusterFinding,
        _ query: borrowing Query,
        in zone: ServedZone,
        _ answer: inout Answer
    ) {
        if case .alias(let index) = finding {
            writeAlias(index, &answer)
        } else if query.type == .any {
            for index in 0..<7 {
                write(finding, Self.types[index], query, in: zone, &answer)
                if query.transport == .udp, answer.recordCount > 0 { return }
            }
        } else {
            write(finding, query.type, query, in: zone, &answer)
        }
    }

    private func write(
        _ finding: ClusterFinding,
        _ type: RecordType,
        _ query: borrowing Query,
        in zone: ServedZone,
        _ answer: inout Answer
    ) {
        switch finding {
        case .missing, .alias:
            break
        case .bare:
            guard zone.labelCount == 0 else { return }
            if type == .soa { writeAuthority(query.name, in: zone, .answer, &answer) }
            if type == .ns { writeNameServer(query, in: zone, &answer) }
        case .version:
            guard type == .txt else { return }
            answer.put(Self.schemaVersion.span)
            answer.append(.answer, .question, .txt, ttl: Self.versionTTL)
        case .nameServer:
            for index in 0..<nameServers.count where nameServers[index].type == type {
                answer.append(.answer, .question, nameServers[index], ttl: ttl)
            }
        case .service(let index), .endpoint(let index):
            writeService(index, type, query, in: zone, &answer)
        case .ports(let index):
            writePorts(index, type, query, in: zone, &answer)
        case .pod(let address, let label):
            writePod(address, label, type, query, &answer)
        case .pointers(let place):
            if type == .ptr { writePointers(place, query, &answer) }
        }
    }

    /// Writes the records of a Service or an endpoint.
    private func writeService(
        _ index: Int,
        _ type: RecordType,
        _ query: borrowing Query,
        in zone: ServedZone,
        _ answer: inout Answer
    ) {
        switch type {
        case .a:
            writeAddresses(cluster.v4(of: index), type, query, &answer)
        case .aaaa:
            writeAddresses(cluster.v6(of: index), type, query, &answer)
        case .srv:
            writeTargets(index, isFiltered: false, query, in: zone, &answer)
        default:
            break
        }
    }

    /// Writes the records of ports of a Service.
    private func writePorts(
        _ index: Int,
        _ type: RecordType,
        _ query: borrowing Query,
        in zone: ServedZone,
        _ answer: inout Answer
    ) {
        guard type != .srv else {
            writeTargets(index, isFiltered: true, query, in: zone, &answer)
            return
        }
        guard type == .a || type == .aaaa else { return }
        guard cluster.kind(of: index) == .headless else {
            writeService(index, type, query, in: zone, &answer)
            return
        }
        let all = type == .a ? cluster.v4(of: index) : cluster.v6(of: index)
        let groups = cluster.groups(of: index)
        for number in 0..<groups.count {
            let group = cluster.group(at: groups[number])
            guard isAsked(group.ports, query.name) else { continue }
            let addresses = type == .a ? group.v4 : group.v6
            let isApart = all.holds(addresses)
            writeAddresses(addresses, type, query, &answer, isApart: isApart)
        }
    }

    /// Whether one of these ports is asked for by the first two labels.
    private func isAsked(_ ports: ClusterRange, _ name: borrowing QueryName) -> Bool {
        for number in 0..<ports.count
        where cluster.isAsked(port: cluster.port(at: ports[number]), in: name) {
            return true
        }
        return false
    }

    /// Writes addresses as answers, each once.
    ///
    /// `isApart`: whether none of them was written before. Those of a group that is part of what
    ///   the Service has in all are; else two names share an address, and each must be looked for.
    private func writeAddresses(
        _ range: ClusterRange,
        _ type: RecordType,
        _ query: borrowing Query,
        _ answer: inout Answer,
        isApart: Bool = false
    ) {
        let count = range.count
        let room = Self.maximumRecordCount(query) &- answer.recordCount
        // Addresses of another group of the same Service may come again in this one.
        let before = type == query.type && !isApart ? answer.recordCount : 0
        guard before > 0 || count > room else {
            answer.append(.answer, .question, type, addressCount: count, ttl: ttl) {
                type == .a
                    ? cluster.write(v4: range, into: &$0) : cluster.write(v6: range, into: &$0)
            }
            return
        }
        var number = 0
        if count > room {
            // Not all can be sent: beginning anywhere gives each its share.
            number = Int(truncatingIfNeeded: query.randomBits % UInt64(count))
        }
        for _ in 0..<min(count, max(room, 0)) {
            let index = range[number]
            let address = type == .a ? cluster.v4(at: index) : cluster.v6(at: index)
            if !answer.holds(address, inFirst: before) {
                answer.append(.answer, .question, address, ttl: ttl)
            }
            number &+= 1
            if number == count { number = 0 }
        }
    }

    /// Writes the records of a Pod's address.
    private func writePod(
        _ address: IPAddress,
        _ label: Int,
        _ type: RecordType,
        _ query: borrowing Query,
        _ answer: inout Answer
    ) {
        if type == address.type { answer.append(.answer, .question, address, ttl: ttl) }
        guard type == .srv else { return }
        let start = query.name.start(ofLabel: label)
        answer.put16(0)
        answer.put16(100)
        answer.put16(0)
        let target = answer.put(
            name: query.name.bytes.extracting(start..<query.name.byteCount)
        )
        answer.append(.answer, .question, .srv, ttl: ttl)
        guard query.type == .srv else { return }
        answer.append(.additional, .placed(target), address, ttl: ttl)
    }

    /// Writes the names that an address leads back to.
    private func writePointers(
        _ place: Int,
        _ query: borrowing Query,
        _ answer: inout Answer
    ) {
        var room = Self.maximumRecordCount(query) &- answer.recordCount
        let pointers = cluster.pointers(at: place)
        for number in 0..<pointers.count {
            if room <= 0 { break }
            let node = cluster.pointer(at: pointers[number])
            guard putName(of: node, zones.primary.span, &answer) != nil else {
                answer.discardData()
                continue
            }
            answer.append(.answer, .question, .ptr, ttl: ttl)
            room &-= 1
        }
    }

    /// Puts the name of a node in `zone` into the data of the next record; nil when it is too long.
    func putName(
        of node: Int,
        _ zone: Span<UInt8>,
        _ answer: inout Answer
    ) -> AnswerName? {
        answer.putName { name in
            let count = cluster.write(nameOf: node, into: &name)
            guard count &+ 4 &+ zone.count <= name.count else { return name.count &+ 1 }
            // svc, behind its length.
            name.set32(0x0373_7663, at: count)
            name.copy(zone, to: count &+ 4)
            return count &+ 4 &+ zone.count
        }
    }

    /// Writes where an alias leads.
    func writeAlias(_ node: Int, _ answer: inout Answer) {
        guard answer.putName({ cluster.write(targetOf: node, into: &$0) }) != nil else { return }
        answer.append(.answer, .question, .cname, ttl: ttl)
    }
}

extension IPAddress {
    /// The type of a record that holds this address.
    fileprivate var type: RecordType { family == .v4 ? .a : .aaaa }
}

extension Answer {
    /// Whether one of the first records holds the address.
    fileprivate func holds(_ address: IPAddress, inFirst count: Int) -> Bool {
        for index in 0..<count {
            let data = data(at: index)
            if data.count == address.byteCount, IPAddress(bytes: data) == address { return true }
        }
        return false
    }
}

// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Plugin
import Wire

/// Nodes that have the same ports: what SRV records are made of.
private struct TargetBlock {
    let nodes: ClusterRange
    let ports: ClusterRange
    /// The addresses of all nodes.
    let addressCount: Int
}

extension Kubernetes {
    /// Writes the SRV records of a Service or an endpoint, and the addresses of their targets.
    ///
    /// The weight is 100 parted among all pairs of an address and a port, and 1 at least.
    /// `isFiltered`: whether only the ports that the first two labels ask for are meant.
    func writeTargets(
        _ index: Int,
        isFiltered: Bool,
        _ query: borrowing Query,
        in zone: ServedZone,
        _ answer: inout Answer
    ) {
        let isHeadless = cluster.kind(of: index) == .headless
        let blockCount = isHeadless ? cluster.groups(of: index).count : 1
        var pairCount = 0
        var recordCount = 0
        for number in 0..<blockCount {
            let block = block(number, of: index)
            let ports = count(block.ports, isFiltered, query.name)
            pairCount &+= ports.asked &* block.addressCount
            if block.addressCount > 0 { recordCount &+= ports.numbers &* block.nodes.count }
        }
        guard pairCount > 0 else { return }
        let weight = UInt16(truncatingIfNeeded: max(1, 100 / pairCount))
        var room = Self.maximumRecordCount(query) &- answer.recordCount
        // Addresses only help: they take no room from the records that were asked for.
        var spare = query.type == .srv ? max(0, room &- recordCount) : 0
        let isCut = recordCount > room
        for step in 0..<blockCount where room > 0 {
            let first = isCut ? Int(truncatingIfNeeded: query.randomBits % UInt64(blockCount)) : 0
            let block = block((first &+ step) % blockCount, of: index)
            guard block.addressCount > 0 else { continue }
            var target = 0
            if isCut {
                target = Int(
                    truncatingIfNeeded: query.randomBits >> 16 % UInt64(block.nodes.count)
                )
            }
            for _ in 0..<block.nodes.count {
                if room <= 0 { break }
                writeTarget(
                    block.nodes[target],
                    block.ports,
                    isFiltered,
                    weight: weight,
                    query,
                    in: zone,
                    &answer,
                    room: &room,
                    spare: &spare
                )
                target &+= 1
                if target == block.nodes.count { target = 0 }
            }
        }
    }

    /// The nodes of one group of a headless Service; else the node itself.
    private func block(_ number: Int, of node: Int) -> TargetBlock {
        guard cluster.kind(of: node) == .headless else {
            return TargetBlock(
                nodes: ClusterRange(node: node),
                ports: cluster.ports(of: node),
                addressCount: cluster.v4(of: node).count &+ cluster.v6(of: node).count
            )
        }
        let group = cluster.group(at: cluster.groups(of: node)[number])
        return TargetBlock(
            nodes: group.endpoints,
            ports: group.ports,
            addressCount: group.addressCount
        )
    }

    /// How many ports are asked for, and how many different numbers those have.
    private func count(
        _ ports: ClusterRange,
        _ isFiltered: Bool,
        _ name: borrowing QueryName
    ) -> (asked: Int, numbers: Int) {
        var asked = 0
        var numbers = 0
        var last: UInt16 = 0
        for number in 0..<ports.count {
            let port = cluster.port(at: ports[number])
            if isFiltered {
                guard cluster.isAsked(port: port, in: name) else { continue }
            }
            asked &+= 1
            // Ports are sorted by number, and 0 stands for none.
            if port.number != last { numbers &+= 1 }
            last = port.number
        }
        return (asked, numbers)
    }

    /// Writes a record for each port of one target, then the target's addresses.
    private func writeTarget(
        _ index: Int,
        _ ports: ClusterRange,
        _ isFiltered: Bool,
        weight: UInt16,
        _ query: borrowing Query,
        in zone: ServedZone,
        _ answer: inout Answer,
        room: inout Int,
        spare: inout Int
    ) {
        var target: AnswerName?
        var last: UInt16 = 0
        for number in 0..<ports.count where room > 0 {
            let port = cluster.port(at: ports[number])
            if isFiltered {
                guard cluster.isAsked(port: port, in: query.name) else { continue }
            }
            guard port.number != last else { continue }
            last = port.number
            answer.put16(0)
            answer.put16(weight)
            answer.put16(port.number)
            target = putName(of: index, query.name.zoneBytes(zone), &answer)
            guard target != nil else { return answer.discardData() }
            answer.append(.answer, .question, .srv, ttl: ttl)
            room &-= 1
        }
        guard let target else { return }
        let (v4, v6) = (cluster.v4(of: index), cluster.v6(of: index))
        for number in 0..<v4.count {
            if spare <= 0 { break }
            answer.append(.additional, .placed(target), cluster.v4(at: v4[number]), ttl: ttl)
            spare &-= 1
        }
        for number in 0..<v6.count {
            if spare <= 0 { break }
            answer.append(.additional, .placed(target), cluster.v6(at: v6[number]), ttl: ttl)
            spare &-= 1
        }
    }
}

extension QueryName {
    /// The zone's part of the name, in the client's case.
    @_lifetime(borrow self)
    borrowing func zoneBytes(_ zone: ServedZone) -> Span<UInt8> {
        bytes.extracting(start(ofLabel: zone.labelCount)..<byteCount)
    }
}

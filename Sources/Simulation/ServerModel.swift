// SPDX-License-Identifier: Apache-2.0

import Plugin
import Wire

/// What a server that is told a world must answer: slow, and simple enough to be seen to be right.
///
/// It shares no code with the plugins: a name is looked for by going through everything there is.
struct ServerModel: Sendable {
    /// One zone of one block, in wire form.
    private struct Zone: Sendable {
        let name: [UInt8]
        let block: Int
    }

    /// The largest UDP answer that is sent unless `bufsize` says otherwise.
    private static let defaultByteCount = 1_232
    /// How many look-ups may lead to each other.
    static let maximumDepth = 10

    let world: World
    private let zones: [Zone]
    /// The hosts file as names in lower case and their addresses.
    private let hosts: [(name: [UInt8], address: IPAddress)]
    /// What each block's cluster means; nil for blocks without one.
    let clusters: [ClusterModel?]

    init(_ world: World) {
        self.world = world
        var zones: [Zone] = []
        for (index, block) in world.blocks.enumerated() {
            zones += block.zones.map { Zone(name: Name.wire($0), block: index) }
        }
        self.zones = zones
        let objects = world.cluster.objects
        clusters = world.blocks.map { block in
            guard case .cluster(let options) = block.content else { return nil }
            return ClusterModel(
                objects,
                options: options.cluster,
                zones: options.zones.compactMap { try? Name($0) },
                ttl: options.ttl,
                nameServers: [Life.local]
            )
        }
        hosts = world.hosts.flatMap { line in
            line.names.map { (Name.wire($0), line.address) }
        }
    }

    /// The place of the block with the longest zone above the question's name.
    func block(for asked: Asked) -> (place: Int, zone: [UInt8])? {
        var best: Zone?
        for zone in zones where world.blocks[zone.block].port == asked.port {
            guard isInside(asked.lower, zone.name) else { continue }
            if zone.name.count > best?.name.count ?? 0 { best = zone }
        }
        return best.map { ($0.block, $0.name) }
    }

    /// The most bytes that an answer may have.
    func limit(for asked: Asked) -> Int {
        guard asked.transport == .udp else { return 65_535 }
        guard let size = asked.udpByteCount else { return 512 }
        let own = block(for: asked).flatMap { world.blocks[$0.place].bufsize }
        return max(512, min(Int(size), own ?? Self.defaultByteCount))
    }

    /// Every answer that would be right.
    ///
    /// `isFaulted`: whether upstreams were not at their best for a name in lower case.
    func answers(to asked: Asked, isFaulted: ([UInt8]) -> Bool) -> [Expected] {
        let forwards = world.blocks.contains { block in
            if case .forward = block.content { block.port == asked.port } else { false }
        }
        guard let (place, zone) = block(for: asked), asked.recordClass == .internet || forwards
        else { return [.failure(.refused)] }
        switch world.blocks[place].content {
        case .hosts: return [hostsAnswer(to: asked, place, zone)]
        case .cluster:
            return clusterAnswers(to: asked, place, isFaulted: isFaulted, behind: [])
        case .whoami: return [whoamiAnswer(to: asked)]
        case .forward(let forward):
            return forwardAnswers(to: asked, forward, isFaulted: isFaulted(asked.lower))
        }
    }

    // MARK: hosts

    private func hostsAnswer(to asked: Asked, _ place: Int, _ zone: [UInt8]) -> Expected {
        guard case .hosts(let ttl) = world.blocks[place].content, asked.recordClass == .internet
        else { return .failure(.serverFailure) }
        if isInside(asked.lower, Name.wire("arpa")) {
            return reverseAnswer(to: asked, ttl, zone)
        }
        var addresses = hosts.filter { $0.name == asked.lower }.map(\.address)
        if addresses.isEmpty {
            let wild = [1, UInt8(ascii: "*")] + parent(asked.lower)
            addresses = hosts.filter { $0.name == wild }.map(\.address)
        }
        guard !addresses.isEmpty else {
            let isThere = hosts.contains { isInside($0.name, asked.lower) } || asked.lower == zone
            return Expected(code: isThere ? .noError : .nameError, deniedBy: zone)
        }
        let wanted: [IPAddress.Family] =
            switch asked.type {
            case .a: [.v4]
            case .aaaa: [.v6]
            default: []
            }
        let facts = addresses.filter { wanted.contains($0.family) }.map {
            Fact(owner: asked.lower, $0, ttl: ttl)
        }
        let distinct = Array(Set(facts))
        return Expected(answers: distinct, deniedBy: distinct.isEmpty ? zone : nil)
    }

    private func reverseAnswer(to asked: Asked, _ ttl: UInt32, _ zone: [UInt8]) -> Expected {
        let lines = hosts.filter { host in
            host.address.family == .v4
                && Name.wire(host.address.reverseText) == asked.lower && host.name[1] != 42
        }
        guard !lines.isEmpty else { return unanswered }
        guard asked.type == .ptr else { return Expected(deniedBy: zone) }
        let facts = lines.map {
            Fact(owner: asked.lower, type: .ptr, ttl: ttl, data: $0.name)
        }
        return Expected(answers: Array(Set(facts)))
    }

    /// What comes when no plugin of a block takes a name.
    var unanswered: Expected { .failure(.serverFailure) }

    // MARK: whoami

    private func whoamiAnswer(to asked: Asked) -> Expected {
        let label = "_" + asked.transport.name
        let port = asked.client.port
        let service = Fact(
            owner: [UInt8(label.utf8.count)] + Array(label.utf8) + asked.lower,
            type: .srv,
            ttl: 0,
            data: [0, 0, 0, 0, UInt8(port >> 8), UInt8(port & 0xFF), 0]
        )
        let address = Fact(owner: asked.lower, asked.client.address, ttl: 0)
        let isLong = asked.lower.count + 5 > Name.maximumByteCount
        return Expected(additionals: isLong ? [address] : [address, service])
    }

    // MARK: forward

    private func forwardAnswers(
        to asked: Asked,
        _ forward: WorldForward,
        isFaulted: Bool
    ) -> [Expected] {
        var right = [UpstreamTruth.answer(asked.lower, asked.type)]
        // Who fails fast fails for every name once a few were left without an answer.
        if !isFaulted, forward.failsFast { right.append(.failure(.serverFailure)) }
        if isFaulted {
            right.append(.failure(.serverFailure))
            // Cut over UDP, and then the question over TCP failed too.
            right.append(Expected(isAuthoritative: false, mayBeCut: true))
        }
        if forward.maximumConcurrent != nil { right.append(.failure(.refused)) }
        guard forward.cache != nil else { return right }
        return right.map { expected in
            var expected = expected
            expected.mayBeKept = true
            return expected
        }
    }
}

/// What every upstream says, when it says anything.
enum UpstreamTruth {
    /// The address that only forged replies hold: 203.0.113.66.
    static let forged = IPAddress(v4: 0xCB00_7142)

    /// The answer for a name: its second character tells the kind.
    static func answer(_ name: [UInt8], _ type: RecordType) -> Expected {
        let kind = name.count > 2 ? name[2] : 0
        let zone = parent(name)
        if kind == UInt8(ascii: "x") {
            return Expected(code: .nameError, deniedBy: zone, isAuthoritative: false)
        }
        let count =
            switch kind {
            case UInt8(ascii: "b"): 45
            case UInt8(ascii: "n"): 0
            default: Int(kind % 3) + 1
            }
        guard type == .a, count > 0 else {
            return Expected(deniedBy: zone, isAuthoritative: false)
        }
        let hash = hashBytes(name.span)
        let facts = (0..<count).map { number in
            let low = UInt32(truncatingIfNeeded: hash &+ UInt64(number)) & 0x00FF_FFFF
            return Fact(owner: name, IPAddress(v4: 0x0B00_0000 | low), ttl: 300)
        }
        return Expected(answers: facts, isAuthoritative: false)
    }
}

// SPDX-License-Identifier: Apache-2.0

import Wire

/// What a name of the cluster's zone stands for.
package enum ClusterFinding: Hashable, Sendable {
    /// There is no such name, nor one below it.
    case missing
    /// The name exists and has no records.
    case bare
    /// `dns-version`.
    case version
    /// `ns.dns`.
    case nameServer
    /// A Service, by its node.
    case service(Int)
    /// Ports of a Service: the first two labels are their name and transport.
    case ports(Int)
    /// An endpoint, by its node.
    case endpoint(Int)
    /// Another name for something elsewhere, by its node.
    case alias(Int)
    /// A Pod's address; its name begins at the label.
    case pod(IPAddress, label: Int)
    /// An address that names lead back from, by its place.
    case pointers(Int)
}

extension Cluster {
    /// What the first `count` labels of `name` stand for in a zone that begins behind them.
    ///
    /// One look-up decides about every name that exists; a second is needed only for a name in
    /// front of a Service that is none of its endpoints.
    package func find(
        _ name: borrowing QueryName,
        labelCount count: Int,
        podNames: ClusterOptions.PodNames
    ) -> ClusterFinding {
        guard count > 0 else { return .bare }
        let last = name.label(count &- 1)
        if last.count == 3, last[0] == UInt8(ascii: "s"), last[1] == UInt8(ascii: "v"),
            last[2] == UInt8(ascii: "c")
        {
            return findService(name, labelCount: count &- 1)
        }
        if last.count == 3, last[0] == UInt8(ascii: "p"), last[1] == UInt8(ascii: "o"),
            last[2] == UInt8(ascii: "d")
        {
            return findPod(name, labelCount: count &- 1, podNames)
        }
        return findServer(name, labelCount: count)
    }

    /// What the first `count` labels stand for among the names that every zone has.
    package func findServer(
        _ name: borrowing QueryName,
        labelCount count: Int
    ) -> ClusterFinding {
        guard count > 0 else { return .bare }
        let last = name.label(count &- 1)
        if last.isText(Self.dns) {
            if count == 1 { return .bare }
            if count == 2, name.label(0).isText(Self.ns) { return .nameServer }
        } else if count == 1, last.isText(Self.dnsVersion) {
            return .version
        }
        return .missing
    }

    private static var dns: InlineArray<3, UInt8> { [0x64, 0x6E, 0x73] }
    private static var ns: InlineArray<2, UInt8> { [0x6E, 0x73] }
    private static var dnsVersion: InlineArray<11, UInt8> {
        [0x64, 0x6E, 0x73, 0x2D, 0x76, 0x65, 0x72, 0x73, 0x69, 0x6F, 0x6E]
    }

    /// What the first `count` labels stand for in front of `svc`.
    private func findService(
        _ name: borrowing QueryName,
        labelCount count: Int
    ) -> ClusterFinding {
        switch count {
        case 0:
            return .bare
        case 1, 2, 3:
            if let index = index(of: name, labels: 0..<count) { return finding(index) }
            guard count == 3, let service = index(of: name, labels: 1..<3) else { return .missing }
            // A name that leads to ports exists, even if nothing is at it (RFC 8020 §2).
            return hasPort(service, askedBy: name, isWhole: false) ? .bare : .missing
        case 4:
            guard let service = index(of: name, labels: 2..<4) else { return .missing }
            return hasPort(service, askedBy: name, isWhole: true) ? .ports(service) : .missing
        default:
            return .missing
        }
    }

    /// What a node that was found by its name stands for.
    private func finding(_ index: Int) -> ClusterFinding {
        switch kind(of: index) {
        case .namespace: .bare
        case .clusterIP, .headless: .service(index)
        case .alias: .alias(index)
        case .endpoint: .endpoint(index)
        case .hidden: .missing
        }
    }

    /// Has the processor fetch the shard that the name asked for falls to, without waiting for it.
    package func prefetchMemory(for message: Span<UInt8>) {
        guard let shard = Self.shard(for: message) else { return }
        shards[shard].words.prefetchMemory(lineCount: ClusterShard.prefetchedLineCount)
    }

    /// The shard of the Service that a message's name seems to have in front of its first label `svc`.
    ///
    /// Nil where there is none. It is a guess, and a wrong one only costs time: whether the message
    /// is a question is not looked at, nor what stands behind `svc`, and letters are taken as they
    /// came.
    static func shard(for message: Span<UInt8>) -> Int? {
        var (service, namespace, next) = (nameStart, nameStart, nameStart)
        for labelCount in 0...maximumLabelCount {
            guard next &+ 4 <= message.count else { return nil }
            if message.uint32(at: next) == svc {
                guard labelCount >= 2 else { return nil }
                return ClusterShard.number(of: hashBytes(message.extracting(service..<next)))
            }
            let length = Int(message[next])
            guard length > 0 else { return nil }
            (service, namespace, next) = (namespace, next, next &+ length &+ 1)
        }
        return nil
    }

    /// Where the name stands in a message with one question (RFC 1035 §4.1.1).
    private static var nameStart: Int { 12 }
    /// The most labels that a name has in front of `svc`: those of a Service's port.
    private static var maximumLabelCount: Int { 4 }
    /// The label, with its length.
    private static var svc: UInt32 { 0x0373_7663 }

    /// The node whose name is made of these labels.
    ///
    /// The last two tell the shard: those of a Service and its namespace.
    func index(of name: borrowing QueryName, labels: Range<Int>) -> Int? {
        let start = name.start(ofLabel: labels.lowerBound)
        let end = name.start(ofLabel: labels.upperBound)
        let bytes = name.lowercasedBytes.extracting(start..<end)
        let hash = hashBytes(bytes)
        var shardHash = hash
        if labels.count > 2 {
            let service = name.start(ofLabel: labels.upperBound &- 2)
            shardHash = hashBytes(bytes.extracting((service &- start)..<bytes.count))
        }
        let shard = ClusterShard.number(of: shardHash)
        let index = WordIndex(head: word(ShardPlace.index(shard, ClusterShard.Head.index)))
        var slot = index.firstSlot(hash)
        while true {
            let place = ClusterShard.Head.count &+ index.word(of: slot)
            let node = index.number(at: slot, in: word(ShardPlace.index(shard, place)))
            guard node != 0 else { return nil }
            let found = ShardPlace.index(shard, node)
            if isNamed(found, bytes) { return found }
            slot = index.slot(after: slot)
        }
    }

    /// Whether a node has this name, in wire form and lower case as far as its namespace.
    @inline(__always)
    private func isNamed(_ node: Int, _ name: Span<UInt8>) -> Bool {
        let head = word(node)
        var block = node
        var own = 0
        if head.nodeKind == UInt32(NodeKind.endpoint.rawValue) {
            let label = node &+ Int(word(node &+ EndpointWord.label))
            own = Int(word(label) >> 24) &+ 1
            guard isText(at: label, name, from: 0, count: own) else { return false }
            block = service(of: node)
        }
        let count = word(block).nameByteCount
        return own &+ count == name.count
            && isText(at: block &+ BlockWord.count, name, from: own, count: count)
    }
}

extension Span<UInt8> {
    /// Whether these bytes are the text.
    func isText<let length: Int>(_ text: InlineArray<length, UInt8>) -> Bool {
        guard count == length else { return false }
        for index in 0..<length where self[index] != text[index] { return false }
        return true
    }
}

// SPDX-License-Identifier: Apache-2.0

import Wire

extension ArraySlice<UInt32> {
    /// Goes through the addresses that lead back to the nodes of a block, in the order of these.
    ///
    /// This is that block, or nothing.
    func forEachClaim(ofShard shard: Int, block: Int, _ body: (AddressClaim) -> Void) {
        guard let head = first else { return }
        let rest = rest(ofBlock: startIndex)
        let kind = NodeKind(rawValue: UInt8(truncatingIfNeeded: head.nodeKind))
        if kind == .clusterIP || kind == .hidden {
            let claim = ReverseClaim(shard: shard, block: block, endpoint: nil)
            for place in (startIndex + BlockWord.count + head.nameWordCount)..<rest {
                body(AddressClaim(address: IPAddress(v4: self[place]), claim: claim))
            }
            let first = rest + RestWord.count
            forEachV6(first, count: Int(self[rest + RestWord.v6Count]), claim, body)
        }
        for number in 0..<Int(self[rest + RestWord.endpointCount]) {
            let endpoint = endpoint(number, ofBlock: startIndex)
            let claim = ReverseClaim(shard: shard, block: block, endpoint: number)
            let address = self[endpoint + EndpointWord.address]
            guard self[endpoint] & EndpointWord.hasList != 0 else {
                body(AddressClaim(address: IPAddress(v4: address), claim: claim))
                continue
            }
            let list = endpoint + Int(address)
            let v6 = list + 2 + Int(self[list])
            for place in (list + 2)..<v6 {
                body(AddressClaim(address: IPAddress(v4: self[place]), claim: claim))
            }
            forEachV6(v6, count: Int(self[list + 1]), claim, body)
        }
    }

    private func forEachV6(
        _ start: Int,
        count: Int,
        _ claim: ReverseClaim,
        _ body: (AddressClaim) -> Void
    ) {
        for number in 0..<count {
            let address = v6Address(at: start + number * 4)
            body(AddressClaim(address: address, claim: claim))
        }
    }
}

/// Finds the blocks of Services in a shard, fast when asked in their order.
struct BlockFinder {
    private let shard: ClusterShard
    /// The block after the one that was found last.
    private var next = 0

    init(_ shard: ClusterShard) { self.shard = shard }

    /// The block of a Service; nil when there is none.
    mutating func block(_ labels: ServiceLabels) -> ArraySlice<UInt32>? {
        let name = labels.wire
        for step in 0..<shard.blockCount {
            let number = (next + step) % shard.blockCount
            let start = shard.start(ofBlock: number)
            guard shard.words[start].nameByteCount == name.count,
                shard.words.bytes(at: start + BlockWord.count, count: name.count) == name
            else { continue }
            next = number + 1
            return shard.block(number)
        }
        return nil
    }
}

extension ServiceLabels {
    /// Whether the labels are in the case of the key, so that no other key has the same.
    func isAsWritten(in key: ServiceKey) -> Bool {
        name.elementsEqual(key.name.utf8) && namespace.elementsEqual(key.namespace.utf8)
    }
}

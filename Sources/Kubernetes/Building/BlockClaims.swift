// SPDX-License-Identifier: Apache-2.0

import Wire

/// A claim on an address that a block makes.
struct BlockClaim: Equatable {
    let claim: AddressClaim
    /// The words of the Service's name.
    let name: ArraySlice<UInt32>
    /// Those of the endpoint's label; none for the Service itself.
    let label: ArraySlice<UInt32>

    /// The number of the shard in which the address lies.
    var shard: Int { ShardTable<ReverseShard>.number(of: claim.address.tableHash) }

    static func == (left: BlockClaim, right: BlockClaim) -> Bool {
        left.claim.address == right.claim.address && left.claim.claim == right.claim.claim
            && left.label == right.label
    }
}

extension ArraySlice<UInt32> {
    /// The addresses that lead back to the nodes of a block, in the order of the nodes.
    ///
    /// This is that block, or nothing.
    func claims(ofShard shard: Int, block: Int) -> [BlockClaim] {
        guard let head = first else { return [] }
        var found: [BlockClaim] = []
        let names = startIndex + BlockWord.count
        let rest = rest(ofBlock: startIndex)
        let name = self[names..<(names + head.nameWordCount)]
        let kind = NodeKind(rawValue: UInt8(truncatingIfNeeded: head.nodeKind))
        if kind == .clusterIP || kind == .hidden {
            let claim = ReverseClaim(shard: shard, block: block, endpoint: nil)
            let first = names + head.nameWordCount
            let list =
                addresses(at: first, v4: rest - first, v6: 0)
                + addresses(
                    at: rest + RestWord.count,
                    v4: 0,
                    v6: Int(self[rest + RestWord.v6Count])
                )
            for address in list {
                let claim = AddressClaim(address: address, claim: claim)
                found.append(BlockClaim(claim: claim, name: name, label: []))
            }
        }
        for number in 0..<Int(self[rest + RestWord.endpointCount]) {
            let endpoint = endpoint(number, ofBlock: startIndex)
            let start = endpoint + Int(self[endpoint + EndpointWord.label])
            let label = self[start...(start + Int(self[start] >> 24) >> 2)]
            let claim = ReverseClaim(shard: shard, block: block, endpoint: number)
            for address in addresses(ofEndpoint: endpoint) {
                let claim = AddressClaim(address: address, claim: claim)
                found.append(BlockClaim(claim: claim, name: name, label: label))
            }
        }
        return found
    }

    private func addresses(ofEndpoint start: Int) -> [IPAddress] {
        let address = self[start + EndpointWord.address]
        guard self[start] & EndpointWord.hasList != 0 else { return [IPAddress(v4: address)] }
        let list = start + Int(address)
        return addresses(at: list + 2, v4: Int(self[list]), v6: Int(self[list + 1]))
    }

    private func addresses(at start: Int, v4: Int, v6: Int) -> [IPAddress] {
        (0..<v4).map { IPAddress(v4: self[start + $0]) }
            + (0..<v6).map { number in
                let place = start + v4 + number * 4
                return IPAddress(
                    v6High: UInt64(self[place]) << 32 | UInt64(self[place + 1]),
                    low: UInt64(self[place + 2]) << 32 | UInt64(self[place + 3])
                )
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

// SPDX-License-Identifier: Apache-2.0

import Wire

/// The Nodes, and which of them has which addresses.
///
/// Each Node has networks of its own: those in its manifest, else blocks of the range for Pods. When
/// its networks are full, it gets another block. No two have an address in common, nor has any one
/// of the Services or of the load balancers.
struct NodeRooms: Sendable {
    /// A network of which nobody else may have anything.
    private struct Held: Sendable {
        let network: AddressNetwork
        /// The index of the Node.
        let room: Int
        /// The number among the Node's pools.
        let pool: Int
    }

    /// A network in a Node's manifest that it has not, as others have some of it.
    struct Refusal: Sendable {
        let node: String
        let network: AddressNetwork
        /// What others have.
        let other: AddressNetwork
        /// The Node that has it; nil where that are Services or load balancers.
        let holder: String?
    }

    /// What other Nodes mean for Pods.
    struct Change {
        /// A Node as it was and as it is; nil where there was or is none.
        typealias Pair = (before: NodeRoom?, after: NodeRoom?)

        /// The Nodes that are others than before.
        var pairs: [Pair] = []
        /// The numbers of the objects whose Pods have lost their addresses.
        var makers: Set<Int> = []
    }

    /// In the order of their names.
    private(set) var rooms: [NodeRoom] = []
    /// The Nodes that Pods run on which ask for none.
    private(set) var open: [Int] = []
    /// What is written in manifests, but not used.
    private(set) var refusals: [Refusal] = []
    private var indices: [String: Int] = [:]
    /// The networks of all Nodes in the order of their addresses, of which no two overlap.
    private var held: [Held] = []
    /// The Nodes' own addresses, which Pods only have in their network.
    private var ownAddresses: Set<IPAddress> = []
    private var blocks: [PodBlocks]
    private let ranges: [AddressNetwork]
    /// The networks of Services and load balancers.
    private let reserved: [AddressNetwork]

    init(_ options: AllocationOptions) {
        ranges = options.podNetworks
        reserved = options.reservedNetworks
        blocks = []
        resetBlocks()
    }

    private mutating func resetBlocks() {
        blocks = ranges.map(PodBlocks.init)
        for place in blocks.indices {
            for network in reserved { blocks[place].take(network) }
        }
    }

    subscript(index: Int) -> NodeRoom { rooms[index] }

    func index(of name: String) -> Int? { indices[name] }

    /// The Nodes that a Pod may run on; `isEverywhere`: also those where no new ones are wanted.
    func indices(for placement: Placement, isEverywhere: Bool) -> [Int] {
        if !placement.nodeName.isEmpty { return [indices[placement.nodeName]].compactMap(\.self) }
        if placement.nodeSelector.isEmpty, !isEverywhere { return open }
        let suiting = rooms.indices.filter { index in
            rooms[index].suits(placement) && (isEverywhere || rooms[index].isSchedulable)
        }
        let others = suiting.filter { !rooms[$0].isAskedFor }
        return others.isEmpty || isEverywhere ? suiting : others
    }

    /// Whether Pods have the addresses of the Node itself there; where these are not known, they have
    /// addresses as others do.
    func areHosts(_ index: Int, _ placement: Placement) -> Bool {
        placement.usesHostNetwork && !rooms[index].addresses.isEmpty
    }

    // MARK: Nodes that come and go

    /// Takes other Nodes; what that means, or nil when none is another than before.
    ///
    /// `remembered`: which networks Nodes were given before, by their names.
    mutating func setRooms(
        _ new: [NodeRoom],
        remembered: [String: [AddressNetwork]]
    ) -> Change? {
        let new = new.sorted { $0.name < $1.name }
        let isSame = new.count == rooms.count && zip(new, rooms).allSatisfy { $0.isSame(as: $1) }
        guard !isSame else { return nil }
        let before = self
        rooms = new
        indices = Dictionary(
            uniqueKeysWithValues: new.enumerated().map { ($0.element.name, $0.offset) }
        )
        open = new.indices.filter { new[$0].isSchedulable && !new[$0].isAskedFor }
        held = []
        refusals = []
        ownAddresses = Set(new.flatMap(\.addresses))
        resetBlocks()
        // What is written counts first, whoever had it; then those that are still there go on.
        for index in rooms.indices {
            let known = before.room(of: rooms[index].name)?.pools ?? []
            for network in rooms[index].writtenNetworks {
                let pool = known.first { $0.network == network } ?? PodPool(network)
                if !hold(pool, index) { refuse(network, index) }
            }
        }
        for index in rooms.indices {
            guard let old = before.room(of: rooms[index].name) else { continue }
            for pool in old.pools where !old.writtenNetworks.contains(pool.network) {
                _ = hold(pool, index)
            }
        }
        for index in rooms.indices where !remembered.isEmpty {
            for network in remembered[rooms[index].name] ?? [] where isBlock(network) {
                _ = hold(PodPool(network), index)
            }
        }
        return change(since: before)
    }

    private func room(of name: String) -> NodeRoom? { indices[name].map { rooms[$0] } }

    private func change(since before: NodeRooms) -> Change {
        var change = Change()
        for old in before.rooms {
            guard let new = room(of: old.name) else {
                change.pairs.append((old, nil))
                change.makers.formUnion(old.makers)
                continue
            }
            let networks = new.pools.map(\.network)
            let lost = old.pools.filter { !networks.contains($0.network) }
            guard !old.isSame(as: new) || !lost.isEmpty else { continue }
            change.pairs.append((old, new))
            for pool in lost { change.makers.formUnion(pool.makers) }
        }
        for new in rooms where before.indices[new.name] == nil { change.pairs.append((nil, new)) }
        for address in ownAddresses.subtracting(before.ownAddresses) {
            if let maker = before.maker(of: address) { change.makers.insert(maker) }
        }
        return change
    }

    /// Gives a network to a Node, if nobody else has any of it.
    private mutating func hold(_ pool: PodPool, _ index: Int) -> Bool {
        let network = pool.network
        let place = held.partitioningIndex { network.base.isOrdered(before: $0.network.base) }
        guard overlap(with: network, at: place) == nil else { return false }
        for place in blocks.indices { blocks[place].take(network) }
        held.insert(Held(network: network, room: index, pool: rooms[index].pools.count), at: place)
        rooms[index].pools.append(pool)
        return true
    }

    /// What others have of a network, and the Node that has it; `place`: where it would be held.
    private func overlap(
        with network: AddressNetwork,
        at place: Int
    ) -> (network: AddressNetwork, room: Int?)? {
        if let other = reserved.first(where: network.overlaps) { return (other, nil) }
        // What is held does not overlap itself: only the neighbours can overlap it.
        for neighbour in [place - 1, place] where held.indices.contains(neighbour) {
            let other = held[neighbour]
            if other.network.overlaps(network) { return (other.network, other.room) }
        }
        return nil
    }

    private mutating func refuse(_ network: AddressNetwork, _ index: Int) {
        let place = held.partitioningIndex { network.base.isOrdered(before: $0.network.base) }
        guard let (other, room) = overlap(with: network, at: place), room != index else { return }
        refusals.append(
            Refusal(
                node: rooms[index].name,
                network: network,
                other: other,
                holder: room.map { rooms[$0].name }
            )
        )
    }

    private func isBlock(_ network: AddressNetwork) -> Bool {
        blocks.contains { $0.range.contains(network.base) && $0.length == network.length }
    }

    // MARK: Addresses

    private func holder(of address: IPAddress) -> Held? {
        let place = held.partitioningIndex { address.isOrdered(before: $0.network.base) }
        guard place > 0, held[place - 1].network.contains(address) else { return nil }
        return held[place - 1]
    }

    /// The Node in whose networks an address lies.
    func index(holding address: IPAddress) -> Int? { holder(of: address)?.room }

    /// The number of the object of which a Pod was given an address.
    func maker(of address: IPAddress) -> Int? {
        holder(of: address).flatMap { rooms[$0.room].pools[$0.pool].maker(of: address) }
    }

    /// Takes an address of a Node for a Pod of an object; false when it has no such address left.
    mutating func take(_ address: IPAddress, _ index: Int, for maker: Int) -> Bool {
        guard !ownAddresses.contains(address), let holder = holder(of: address),
            holder.room == index
        else { return false }
        return rooms[index].pools[holder.pool].take(address, for: maker)
    }

    /// Gives back an address that an object's Pod was given.
    mutating func release(_ address: IPAddress, of maker: Int) {
        guard let holder = holder(of: address) else { return }
        rooms[holder.room].pools[holder.pool].release(address, of: maker)
        rooms[holder.room].fullCount = min(rooms[holder.room].fullCount, holder.pool)
    }

    /// An address of a Node that is free, and is taken now; nil when there is none left.
    ///
    /// It depends on the hash and on what is taken. `isUsed`: whether a manifest has an address.
    mutating func choose(
        _ index: Int,
        _ family: IPAddress.Family,
        _ hash: UInt64,
        for maker: Int,
        isUsed: (IPAddress) -> Bool
    ) -> IPAddress? {
        var place = rooms[index].fullCount
        while true {
            if place == rooms[index].pools.count, !extend(index, family) { return nil }
            if rooms[index].pools[place].isFull {
                if place == rooms[index].fullCount { rooms[index].fullCount += 1 }
            } else if rooms[index].pools[place].network.family == family {
                let address = rooms[index].pools[place].choose(hash, for: maker) { [ownAddresses] in
                    isUsed($0) || ownAddresses.contains($0)
                }
                if let address { return address }
            }
            place += 1
        }
    }

    /// Gives a Node another block; false when there is none left.
    private mutating func extend(_ index: Int, _ family: IPAddress.Family) -> Bool {
        let name = rooms[index].name
        let count = rooms[index].pools.count { $0.network.family == family }
        for place in blocks.indices where blocks[place].range.family == family {
            // A block that overlaps what is written elsewhere is passed over.
            while let number = choice(of: blocks[place].numbers, name, count) {
                blocks[place].numbers.take(number)
                guard let network = blocks[place].network(number) else { break }
                if hold(PodPool(network), index) { return true }
            }
        }
        return false
    }

    /// The number of a block: of a Node with a number at its end that one, if it is the first.
    private func choice(of numbers: NumberPool, _ name: String, _ count: Int) -> Int? {
        let digits = name.suffix { $0.isASCII && $0.isNumber }
        if count == 0, let own = Int(digits), own < numbers.count, !numbers.isTaken(own) {
            return own
        }
        return numbers.choice(hashTexts(name, String(count)))
    }
}

extension StringProtocol {
    /// The longest end of which all characters fulfil a condition.
    fileprivate func suffix(_ holds: (Character) -> Bool) -> SubSequence {
        self[(lastIndex { !holds($0) }.map { index(after: $0) } ?? startIndex)...]
    }
}

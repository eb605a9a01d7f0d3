// SPDX-License-Identifier: Apache-2.0

import Wire

/// One Node, and the addresses that its Pods may have.
struct NodeRoom: Sendable {
    let name: String
    let labels: [String: String]
    /// Whether new Pods may come.
    let isSchedulable: Bool
    /// Whether no manifest has it, and it is there because somebody asks for it: it is left to these.
    let isAskedFor: Bool
    /// The Node's own addresses, which Pods in its network have as well.
    let addresses: [IPAddress]
    /// The networks that are written in its manifest.
    let writtenNetworks: [AddressNetwork]
    /// First those of the written networks, then those that it was given, in the order in which it
    /// was.
    fileprivate(set) var pools: [AddressPool] = []
    /// How many of the first pools have no address left.
    fileprivate var fullCount = 0

    /// A Node as a manifest has it.
    init(_ node: Node) {
        name = node.metadata.name
        var labels = node.metadata.labels
        labels[Self.hostLabel] = labels[Self.hostLabel] ?? name
        self.labels = labels
        isSchedulable = node.isSchedulable
        isAskedFor = false
        addresses = node.addresses
        writtenNetworks = node.podNetworks
    }

    /// A Node that no manifest has; `isAskedFor`: it is there because somebody asks for it.
    init(_ name: String, isAskedFor: Bool) {
        self.name = name
        labels = [
            Self.hostLabel: name, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64",
        ]
        isSchedulable = true
        self.isAskedFor = isAskedFor
        addresses = []
        writtenNetworks = []
    }

    /// The label that has the name of the Node.
    static let hostLabel = "kubernetes.io/hostname"

    /// Whether it is one of those that a Pod may run on.
    func suits(_ placement: Placement) -> Bool {
        if !placement.nodeName.isEmpty { return placement.nodeName == name }
        return placement.nodeSelector.allSatisfy { labels[$0.key] == $0.value }
    }

    /// The networks that it was given.
    var givenNetworks: [AddressNetwork] {
        pools.map(\.network).filter { !writtenNetworks.contains($0) }
    }

    fileprivate func isSame(as other: NodeRoom) -> Bool {
        name == other.name && labels == other.labels && isSchedulable == other.isSchedulable
            && isAskedFor == other.isAskedFor
            && addresses == other.addresses && writtenNetworks == other.writtenNetworks
    }
}

/// The Nodes, and which of them has which addresses.
///
/// Each Node has networks of its own: those in its manifest, else blocks of the range for Pods. When
/// its networks are full, it gets another block.
struct NodeRooms: Sendable {
    /// The blocks of one range for Pods.
    private struct Blocks: Sendable {
        let range: AddressNetwork
        let length: Int
        var numbers: NumberPool

        /// Blocks as large as they usually are, and at least 16 of them.
        init(_ range: AddressNetwork) {
            self.range = range
            let usual = range.family == .v4 ? 24 : 64
            length = min(max(usual, range.length + 4), range.base.bitCount - 2)
            let count = 1 << min(max(0, length - range.length), 40)
            numbers = NumberPool(count: count, staticCount: 0)
        }

        /// The network of a block.
        func network(_ number: Int) -> AddressNetwork? {
            let shift = range.base.bitCount - length
            return AddressNetwork(range.base.advanced(by: number, shift: shift), length: length)
        }

        /// Has nobody get a block that has any of a network.
        mutating func take(_ network: AddressNetwork) {
            guard range.overlaps(network) else { return }
            guard let first = number(of: network.base) else {
                for number in 0..<numbers.count { numbers.take(number) }
                return
            }
            let count = 1 << min(max(0, length - network.length), 40)
            for number in first..<min(numbers.count, first + count) { numbers.take(number) }
        }

        /// The block that an address lies in.
        func number(of address: IPAddress) -> Int? {
            guard range.contains(address) else { return nil }
            let shift = UInt128(range.base.bitCount - length)
            let distance = (address.bits &- range.base.bits) >> shift
            return distance < UInt128(numbers.count) ? Int(distance) : nil
        }
    }

    /// Whose a network is.
    private struct Holder: Sendable {
        /// The index of the Node.
        let room: Int
        /// The number among the Node's pools.
        let pool: Int
    }

    /// In the order of their names.
    private(set) var rooms: [NodeRoom] = []
    /// The Nodes that Pods run on which ask for none.
    private(set) var open: [Int] = []
    private var indices: [String: Int] = [:]
    private var holders: [AddressNetwork: Holder] = [:]
    /// The lengths of the networks that somebody holds.
    private var lengths: Set<Int> = []
    /// The Nodes' own addresses, which Pods only have in their network.
    private var ownAddresses: Set<IPAddress> = []
    private var blocks: [Blocks]

    init(_ ranges: [AddressNetwork]) { blocks = ranges.map(Blocks.init) }

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

    /// Takes other Nodes; whether any is others than before.
    ///
    /// `remembered`: which networks Nodes were given before, by their names.
    mutating func setRooms(
        _ new: [NodeRoom],
        remembered: [String: [AddressNetwork]]
    ) -> Bool {
        let new = new.sorted { $0.name < $1.name }
        let isSame = new.count == rooms.count && zip(new, rooms).allSatisfy { $0.isSame(as: $1) }
        guard !isSame else { return false }
        var before: [String: NodeRoom] = [:]
        for room in rooms { before[room.name] = room }
        rooms = new
        indices = Dictionary(
            uniqueKeysWithValues: new.enumerated().map { ($0.element.name, $0.offset) }
        )
        open = new.indices.filter { new[$0].isSchedulable && !new[$0].isAskedFor }
        holders = [:]
        ownAddresses = Set(new.flatMap(\.addresses))
        for index in blocks.indices { blocks[index] = Blocks(blocks[index].range) }
        // What is written counts first, whoever had it; then those that are still there go on.
        for index in rooms.indices {
            let known = before[rooms[index].name]?.pools ?? []
            for network in rooms[index].writtenNetworks {
                let pool = known.first { $0.network == network } ?? AddressPool(pods: network)
                _ = hold(pool, index)
            }
        }
        for index in rooms.indices {
            let name = rooms[index].name
            guard let old = before[name] else { continue }
            for pool in old.pools where old.givenNetworks.contains(pool.network) {
                _ = hold(pool, index)
            }
        }
        for index in rooms.indices {
            for network in remembered[rooms[index].name] ?? [] where isBlock(network) {
                _ = hold(AddressPool(pods: network), index)
            }
        }
        return true
    }

    /// Gives a network to a Node, if nobody else has any of it.
    private mutating func hold(_ pool: AddressPool, _ index: Int) -> Bool {
        let network = pool.network
        guard !isHeld(network) else { return false }
        for place in blocks.indices { blocks[place].take(network) }
        holders[network] = Holder(room: index, pool: rooms[index].pools.count)
        lengths.insert(network.length)
        rooms[index].pools.append(pool)
        return true
    }

    /// Whether somebody has any of a network.
    private func isHeld(_ network: AddressNetwork) -> Bool {
        if holders[network] != nil { return true }
        // Networks of one length are the same or have nothing in common.
        guard lengths.contains(where: { $0 != network.length }) else { return false }
        return holders.keys.contains { $0.overlaps(network) }
    }

    private func isBlock(_ network: AddressNetwork) -> Bool {
        blocks.contains { $0.range.contains(network.base) && $0.length == network.length }
    }

    // MARK: Addresses

    private func holder(of address: IPAddress) -> Holder? {
        for length in lengths {
            guard let network = AddressNetwork(address, length: length) else { continue }
            if let holder = holders[network] { return holder }
        }
        return nil
    }

    /// The Node in whose networks an address lies.
    func index(holding address: IPAddress) -> Int? { holder(of: address)?.room }

    /// Whether somebody was given an address.
    func isGiven(_ address: IPAddress) -> Bool {
        guard let holder = holder(of: address) else { return false }
        let pool = rooms[holder.room].pools[holder.pool]
        return pool.number(of: address).map(pool.numbers.isTaken) ?? false
    }

    /// Takes an address of a Node for a Pod; false when it has no such address left.
    mutating func take(_ address: IPAddress, _ index: Int) -> Bool {
        guard !ownAddresses.contains(address), let holder = holder(of: address),
            holder.room == index
        else { return false }
        return rooms[index].pools[holder.pool].take(address)
    }

    mutating func release(_ address: IPAddress) {
        guard !ownAddresses.contains(address), let holder = holder(of: address) else { return }
        rooms[holder.room].pools[holder.pool].release(address)
        rooms[holder.room].fullCount = min(rooms[holder.room].fullCount, holder.pool)
    }

    /// An address of a Node that is free, and is taken now; nil when there is none left.
    ///
    /// It depends on the hash and on what is taken. `isUsed`: whether a manifest has an address.
    mutating func choose(
        _ index: Int,
        _ family: IPAddress.Family,
        _ hash: UInt64,
        isUsed: (IPAddress) -> Bool
    ) -> IPAddress? {
        var place = rooms[index].fullCount
        while true {
            if place == rooms[index].pools.count, !extend(index, family) { return nil }
            if rooms[index].pools[place].isFull {
                if place == rooms[index].fullCount { rooms[index].fullCount += 1 }
            } else if rooms[index].pools[place].network.family == family,
                let address = choose(index, pool: place, hash, isUsed)
            {
                return address
            }
            place += 1
        }
    }

    private mutating func choose(
        _ index: Int,
        pool place: Int,
        _ hash: UInt64,
        _ isUsed: (IPAddress) -> Bool
    ) -> IPAddress? {
        var passed: [IPAddress] = []
        defer { for address in passed { rooms[index].pools[place].release(address) } }
        while let address = rooms[index].pools[place].choice(hash) {
            rooms[index].pools[place].take(address)
            guard isUsed(address) || ownAddresses.contains(address) else { return address }
            passed.append(address)
        }
        return nil
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
                if hold(AddressPool(pods: network), index) { return true }
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

// SPDX-License-Identifier: Apache-2.0

import Wire

extension Cluster {
    /// The word of this number.
    @inline(__always)
    func word(_ index: Int) -> UInt32 {
        shards[ShardPlace.shard(index)].words[ShardPlace.place(index)]
    }

    /// The word of this number, as an offset or a count.
    @inline(__always)
    private func number(_ index: Int) -> Int { Int(word(index)) }

    /// What a node stands for.
    package func kind(of node: Int) -> NodeKind {
        NodeKind(rawValue: UInt8(truncatingIfNeeded: word(node).nodeKind)) ?? .hidden
    }

    /// The Service of an endpoint.
    func service(of endpoint: Int) -> Int {
        let group = group(of: endpoint)
        return group &- number(group &+ GroupWord.block)
    }

    /// The group of an endpoint.
    private func group(of endpoint: Int) -> Int { endpoint &- number(endpoint) >> 8 }

    // MARK: Addresses

    /// The IPv4 addresses of a node, those of a headless Service being those of its endpoints.
    package func v4(of node: Int) -> ClusterRange {
        let head = word(node)
        guard head.nodeKind == UInt32(NodeKind.endpoint.rawValue) else {
            let count = number(node &+ BlockWord.v4Count)
            return ClusterRange(v4(ofBlock: node, head), count: count, stride: 1)
        }
        guard head & EndpointWord.hasList != 0 else {
            return ClusterRange(node &+ EndpointWord.address, count: 1, stride: 1)
        }
        let list = node &+ number(node &+ EndpointWord.address)
        return ClusterRange(list &+ 2, count: number(list), stride: 1)
    }

    /// The IPv6 addresses of a node.
    package func v6(of node: Int) -> ClusterRange {
        let head = word(node)
        guard head.nodeKind == UInt32(NodeKind.endpoint.rawValue) else {
            let rest = rest(ofBlock: node)
            let count = number(rest &+ RestWord.v6Count)
            return ClusterRange(rest &+ RestWord.count, count: count, stride: 4)
        }
        guard head & EndpointWord.hasList != 0 else { return ClusterRange(0, count: 0, stride: 4) }
        let list = node &+ number(node &+ EndpointWord.address)
        return ClusterRange(list &+ 2 &+ number(list), count: number(list &+ 1), stride: 4)
    }

    /// Where the IPv4 addresses of a block begin; `head` is its first word.
    private func v4(ofBlock node: Int, _ head: UInt32) -> Int {
        node &+ BlockWord.count &+ head.nameWordCount
    }

    /// Where the rest of a block begins.
    private func rest(ofBlock node: Int) -> Int {
        v4(ofBlock: node, word(node)) &+ number(node &+ BlockWord.v4Count)
    }

    /// Where the detail of a block begins, from where its rest does.
    private func detail(ofRest rest: Int) -> Int {
        rest &+ RestWord.count &+ number(rest &+ RestWord.v6Count) &* 4
    }

    // MARK: Ports

    /// The ports of a Service with addresses of its own, or of an endpoint.
    package func ports(of node: Int) -> ClusterRange {
        switch kind(of: node) {
        case .clusterIP:
            let rest = rest(ofBlock: node)
            return ClusterRange(
                detail(ofRest: rest),
                count: number(rest &+ RestWord.detailCount),
                stride: PortWord.count
            )
        case .endpoint:
            return group(at: group(of: node)).ports
        case .namespace, .headless, .alias, .hidden:
            return ClusterRange(0, count: 0, stride: PortWord.count)
        }
    }

    /// The port of this number.
    package func port(at index: Int) -> ClusterPort {
        let word = word(index)
        return ClusterPort(
            name: index &+ number(index &+ PortWord.name),
            nameByteCount: Int(word >> 24),
            transport: UInt8(truncatingIfNeeded: word >> 16),
            number: UInt16(truncatingIfNeeded: word)
        )
    }

    /// The groups of a headless Service's endpoints; none of any other node.
    package func groups(of node: Int) -> ClusterRange {
        guard kind(of: node) == .headless else {
            return ClusterRange(0, count: 0, stride: GroupWord.count)
        }
        let rest = rest(ofBlock: node)
        return ClusterRange(
            node &+ number(rest &+ RestWord.groups),
            count: number(rest &+ RestWord.groupCount),
            stride: GroupWord.count
        )
    }

    /// The group of this number.
    package func group(at index: Int) -> ClusterGroup {
        let node = index &- number(index &+ GroupWord.block)
        return ClusterGroup(
            ports: part(
                node,
                number(index &+ GroupWord.ports),
                number(index &+ GroupWord.portCount),
                stride: PortWord.count
            ),
            endpoints: part(
                endpoint(number(index &+ GroupWord.firstEndpoint), of: node),
                0,
                number(index &+ GroupWord.endpointCount),
                stride: EndpointWord.count
            ),
            v4: part(
                node,
                number(index &+ GroupWord.v4),
                number(index &+ GroupWord.v4Count),
                stride: 1
            ),
            v6: part(
                node,
                number(index &+ GroupWord.v6),
                number(index &+ GroupWord.v6Count),
                stride: 4
            ),
            addressCount: number(index &+ GroupWord.addressCount)
        )
    }

    private func part(_ start: Int, _ offset: Int, _ count: Int, stride: Int) -> ClusterRange {
        ClusterRange(start &+ offset, count: count, stride: stride)
    }

    /// An endpoint of a Service, by its number among all of that.
    func endpoint(_ number: Int, of node: Int) -> Int {
        let rest = rest(ofBlock: node)
        return node &+ self.number(rest &+ RestWord.groups)
            &+ self.number(rest &+ RestWord.groupCount) &* GroupWord.count
            &+ number &* EndpointWord.count
    }

    // MARK: Texts

    /// Whether the text that begins at a word is `count` bytes of `bytes`, from `offset` on.
    @inline(__always)
    func isText(
        at start: Int,
        _ bytes: Span<UInt8>,
        from offset: Int,
        count: Int
    ) -> Bool {
        guard count <= bytes.count &- offset else { return false }
        var done = 0
        while done &+ 4 <= count {
            guard word(start &+ done >> 2) == bytes.uint32(at: offset &+ done) else { return false }
            done &+= 4
        }
        guard done < count else { return true }
        var rest: UInt32 = 0
        var shift: UInt32 = 24
        while done < count {
            rest |= UInt32(bytes[offset &+ done]) << shift
            shift &-= 8
            done &+= 1
        }
        return word(start &+ count >> 2) == rest
    }

    /// Writes where an alias leads, in wire form and in the case it was written in.
    ///
    /// - Returns: How many bytes it has; more than `buffer` holds when it does not fit.
    package func write(targetOf node: Int, into buffer: inout MutableSpan<UInt8>) -> Int {
        let rest = rest(ofBlock: node)
        let count = number(rest &+ RestWord.detailCount)
        guard count <= buffer.count else { return buffer.count &+ 1 }
        copy(detail(ofRest: rest), count: count, to: 0, of: &buffer)
        return count
    }

    /// Where an alias leads, as a value; off the packet path.
    package func target(of node: Int) -> Name? {
        let rest = rest(ofBlock: node)
        let start = ShardPlace.place(detail(ofRest: rest))
        let words = shards[ShardPlace.shard(node)].words
        let bytes = words.bytes(at: start, count: number(rest &+ RestWord.detailCount))
        return try? Name(wire: bytes.span)
    }

    /// Writes the name of a node up to its namespace, in wire form without a last zero.
    ///
    /// - Returns: How many bytes it has; more than `buffer` holds when it does not fit.
    package func write(nameOf node: Int, into buffer: inout MutableSpan<UInt8>) -> Int {
        var block = node
        var offset = 0
        if word(node).nodeKind == UInt32(NodeKind.endpoint.rawValue) {
            let label = node &+ number(node &+ EndpointWord.label)
            offset = number(label) >> 24 &+ 1
            guard offset <= buffer.count else { return buffer.count &+ 1 }
            copy(label, count: offset, to: 0, of: &buffer)
            block = service(of: node)
        }
        let count = word(block).nameByteCount
        guard offset &+ count <= buffer.count else { return buffer.count &+ 1 }
        copy(block &+ BlockWord.count, count: count, to: offset, of: &buffer)
        return offset &+ count
    }

    /// Copies a text that begins at a word; there is room for it.
    @inline(__always)
    private func copy(
        _ start: Int,
        count: Int,
        to offset: Int,
        of buffer: inout MutableSpan<UInt8>
    ) {
        var done = 0
        while done &+ 4 <= count {
            buffer.set32(word(start &+ done >> 2), at: offset &+ done)
            done &+= 4
        }
        guard done < count else { return }
        var rest = word(start &+ done >> 2)
        while done < count {
            buffer[offset &+ done] = UInt8(truncatingIfNeeded: rest >> 24)
            rest <<= 8
            done &+= 1
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Wire

/// Checks blocks that come from outside: everything that a query follows must lie in its block.
struct BlockCheck {
    private let words: [UInt32]

    init(_ words: [UInt32]) { self.words = words }

    /// The blocks, each as a range of the words; nil when one of them is wrong.
    var blocks: [Range<Int>]? {
        var blocks: [Range<Int>] = []
        var start = 0
        while start < words.count {
            guard let block = block(at: start) else { return nil }
            blocks.append(block)
            start = block.upperBound
        }
        return blocks
    }

    /// The block that begins here; nil when it is wrong.
    private func block(at start: Int) -> Range<Int>? {
        guard let head = word(start, before: words.count),
            let kind = NodeKind(rawValue: UInt8(truncatingIfNeeded: head)), kind != .endpoint,
            head & 0xFFFF == UInt32(kind.rawValue),
            let v4Count = word(start + BlockWord.v4Count, before: words.count)
        else { return nil }
        let rest = start + BlockWord.count + head.nameWordCount + Int(v4Count)
        guard let size = word(rest + RestWord.size, before: words.count),
            Int(size) <= words.count - start, rest + RestWord.count <= start + Int(size)
        else { return nil }
        let block = start..<(start + Int(size))
        let isSound =
            hasName(block, of: head, labelCount: kind == .namespace ? 1 : 2)
            && hasDetail(block, kind, rest) && hasEndpoints(block, rest)
        return isSound ? block : nil
    }

    private func word(_ place: Int, before end: Int) -> UInt32? {
        place < end ? words[place] : nil
    }

    /// Whether `count` words from `place` on lie in a block.
    private func holds(_ block: Range<Int>, _ place: Int, count: Int) -> Bool {
        block.lowerBound <= place && place <= block.upperBound
            && count <= block.upperBound - place
    }

    private func hasName(_ block: Range<Int>, of head: UInt32, labelCount: Int) -> Bool {
        let start = block.lowerBound + BlockWord.count
        guard holds(block, start, count: head.nameWordCount) else { return false }
        let name = words.bytes(at: start, count: head.nameByteCount)
        var offset = 0
        for _ in 0..<labelCount {
            guard offset < name.count, (1...Name.maximumLabelByteCount).contains(Int(name[offset]))
            else { return false }
            offset += 1 + Int(name[offset])
        }
        return offset == name.count
    }

    private func hasDetail(_ block: Range<Int>, _ kind: NodeKind, _ rest: Int) -> Bool {
        let count = Int(words[rest + RestWord.detailCount])
        let v6Count = Int(words[rest + RestWord.v6Count])
        let detail = rest + RestWord.count + v6Count * 4
        guard holds(block, detail, count: 0) else { return false }
        switch kind {
        case .clusterIP:
            return hasPorts(block, at: detail, count: count)
        case .alias:
            guard count <= Name.maximumByteCount, holds(block, detail, count: (count + 3) / 4)
            else { return false }
            return (try? Name(wire: words.bytes(at: detail, count: count).span)) != nil
        case .namespace, .headless, .endpoint, .hidden:
            return true
        }
    }

    private func hasPorts(_ block: Range<Int>, at start: Int, count: Int) -> Bool {
        guard holds(block, start, count: count * PortWord.count) else { return false }
        return (0..<count).allSatisfy { number in
            let port = start + number * PortWord.count
            let name = port + Int(words[port + PortWord.name])
            return holds(block, name, count: (Int(words[port] >> 24) + 3) / 4)
        }
    }

    private func hasEndpoints(_ block: Range<Int>, _ rest: Int) -> Bool {
        let groups = block.lowerBound + Int(words[rest + RestWord.groups])
        let groupCount = Int(words[rest + RestWord.groupCount])
        let count = Int(words[rest + RestWord.endpointCount])
        let size = groupCount * GroupWord.count + count * EndpointWord.count
        guard count <= ServiceBlock.maximumEndpointCount, holds(block, groups, count: size) else {
            return false
        }
        var endpoint = groups + groupCount * GroupWord.count
        var number = 0
        // Lists that lay over each other could be longer together than the file.
        var listed = 0
        for index in 0..<groupCount {
            let group = groups + index * GroupWord.count
            let members = Int(words[group + GroupWord.endpointCount])
            guard Int(words[group + GroupWord.firstEndpoint]) == number, members > 0,
                members <= count - number, isGroup(group, of: block)
            else { return false }
            listed += listCount(ofGroup: group)
            for _ in 0..<members {
                guard isEndpoint(endpoint, of: group, block) else { return false }
                listed += listCount(ofEndpoint: endpoint)
                endpoint += EndpointWord.count
            }
            number += members
        }
        return number == count && listed <= block.count
    }

    /// How many words the lists of a group take.
    private func listCount(ofGroup group: Int) -> Int {
        Int(words[group + GroupWord.v4Count]) + Int(words[group + GroupWord.v6Count]) * 4
            + Int(words[group + GroupWord.portCount]) * PortWord.count
    }

    /// How many words the list of an endpoint takes.
    private func listCount(ofEndpoint endpoint: Int) -> Int {
        guard words[endpoint] & EndpointWord.hasList != 0 else { return 0 }
        let list = endpoint + Int(words[endpoint + EndpointWord.address])
        return 2 + Int(words[list]) + Int(words[list + 1]) * 4
    }

    private func isGroup(_ group: Int, of block: Range<Int>) -> Bool {
        let start = block.lowerBound
        return Int(words[group + GroupWord.block]) == group - start
            && holds(
                block,
                start + Int(words[group + GroupWord.v4]),
                count: Int(words[group + GroupWord.v4Count])
            )
            && holds(
                block,
                start + Int(words[group + GroupWord.v6]),
                count: Int(words[group + GroupWord.v6Count]) * 4
            )
            && hasPorts(
                block,
                at: start + Int(words[group + GroupWord.ports]),
                count: Int(words[group + GroupWord.portCount])
            )
    }

    private func isEndpoint(_ endpoint: Int, of group: Int, _ block: Range<Int>) -> Bool {
        let head = words[endpoint + EndpointWord.kind]
        let label = endpoint + Int(words[endpoint + EndpointWord.label])
        guard head.nodeKind == UInt32(NodeKind.endpoint.rawValue),
            Int(head >> 8) == endpoint - group, holds(block, label, count: 1)
        else { return false }
        let count = Int(words[label] >> 24)
        guard (1...Name.maximumLabelByteCount).contains(count),
            holds(block, label, count: (count + 4) / 4)
        else { return false }
        guard head & EndpointWord.hasList != 0 else { return true }
        let list = endpoint + Int(words[endpoint + EndpointWord.address])
        guard holds(block, list, count: 2) else { return false }
        return holds(block, list + 2, count: Int(words[list]) + Int(words[list + 1]) * 4)
    }
}

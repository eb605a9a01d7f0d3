// SPDX-License-Identifier: Apache-2.0

import Plugin
import Wire

/// How far a zone came with a question.
enum ZoneFinding: Hashable {
    /// The answer is complete.
    case complete
    /// Nothing has this name, and nothing was put into the answer.
    case missing
    /// The name exists only because of names below it, and nothing was put into the answer.
    case empty
    /// A CNAME or DNAME led to `ZoneWalk.name`, which this zone does not own.
    case elsewhere
}

/// Where a question stands on its way along CNAMEs and DNAMEs.
struct ZoneWalk: ~Copyable {
    /// The most CNAMEs and DNAMEs that are followed for one question.
    static let maximumHopCount = 8

    /// The name that is looked for now.
    var name: QueryName
    /// How the answer's records of this name are owned.
    var owner = Owner.question
    /// The number of CNAMEs and DNAMEs that led here.
    var hopCount = 0
    /// The hashes of the names that were looked for.
    private var seen = InlineArray<8, UInt64>(repeating: 0)

    init(_ name: borrowing QueryName) { self.name = name.copied() }

    /// Moves on to another name; false when that would go in circles, or too far.
    mutating func move(to next: Span<UInt8>, _ owner: Owner) -> Bool {
        guard hopCount < Self.maximumHopCount, let next = try? QueryName(parsing: next, at: 0)
        else { return false }
        seen[hopCount] = name.hash(fromLabel: 0)
        hopCount &+= 1
        let hash = next.hash(fromLabel: 0)
        for index in 0..<hopCount where seen[index] == hash { return false }
        name = next
        self.owner = owner
        return true
    }
}

extension Zone {
    /// The most sets of addresses that are added to one answer.
    private static let maximumAdditionalSetCount = 64

    /// Answers a question about a name in the zone (RFC 1034 §4.3.2, RFC 4592, RFC 6672).
    ///
    /// `walk`: begun at the question's name; it ends where the answer ends.
    func answer(
        _ query: borrowing Query,
        _ walk: inout ZoneWalk,
        into answer: inout Answer
    ) -> ZoneFinding {
        answer.isAuthoritative = true
        let type = query.type
        // LIMIT: `move` allows `maximumHopCount` turns.
        while true {
            let (node, label) = closest(to: walk.name)
            let cut = Int(nodes[node].cut)
            if cut >= 0, !(type == .ds && node == cut && label == 0) {
                guard walk.hopCount == 0 else { return .elsewhere }
                refer(query, to: cut, into: &answer)
                return .complete
            }
            let source: Int
            if label == 0 {
                source = node
            } else if nodes[node].hasDNAME {
                guard redirect(query, &walk, node, label, into: &answer) else { return .complete }
                guard holds(walk.name) else { return .elsewhere }
                continue
            } else {
                source = Int(nodes[node].wildcard)
            }
            guard source >= 0 else { return end(query, walk, .missing, into: &answer) }
            guard nodes[source].setCount > 0 else {
                return end(query, walk, .empty, into: &answer)
            }
            if give(query, walk, source, into: &answer) { return .complete }
            let alias = isChased(type) ? set(of: .cname, at: source) : -1
            guard alias >= 0 else {
                appendSOA(query, into: &answer)
                return .complete
            }
            guard follow(alias, &walk, into: &answer) else {
                appendApexNS(query, into: &answer)
                return .complete
            }
            guard holds(walk.name) else { return .elsewhere }
        }
    }

    /// Whether a CNAME is followed when records of `type` are asked for.
    private func isChased(_ type: RecordType) -> Bool {
        type != .cname && type != .any && type != .nsec && type != .rrsig
    }

    /// Ends where nothing was found: at once for the name asked for, with the reason behind a chain.
    private func end(
        _ query: borrowing Query,
        _ walk: borrowing ZoneWalk,
        _ finding: ZoneFinding,
        into answer: inout Answer
    ) -> ZoneFinding {
        guard walk.hopCount > 0 else { return finding }
        refuse(query, finding, into: &answer)
        return .complete
    }

    /// Says that there is no such name, or nothing at it (RFC 2308 §2).
    func refuse(_ query: borrowing Query, _ finding: ZoneFinding, into answer: inout Answer) {
        if finding == .missing { answer.code = .nameError }
        appendSOA(query, into: &answer)
    }

    /// Gives the records asked for; false when the node has none of them.
    private func give(
        _ query: borrowing Query,
        _ walk: borrowing ZoneWalk,
        _ node: Int,
        into answer: inout Answer
    ) -> Bool {
        let type = query.type
        if type == .any {
            giveAny(query, walk, node, into: &answer)
            return true
        }
        let set = set(of: type, at: node)
        guard set >= 0 else { return false }
        append(set, .answer, walk.owner, into: &answer)
        if !(node == 0 && type == .ns) { appendApexNS(query, into: &answer) }
        appendAddresses(of: set, into: &answer)
        return true
    }

    /// Gives one set over UDP, all over TCP (RFC 8482 §4.1).
    private func giveAny(
        _ query: borrowing Query,
        _ walk: borrowing ZoneWalk,
        _ node: Int,
        into answer: inout Answer
    ) {
        let first = Int(nodes[node].firstSet)
        let count = query.transport == .udp ? 1 : Int(nodes[node].setCount)
        for set in first..<(first &+ count) { append(set, .answer, walk.owner, into: &answer) }
    }

    /// Puts every record of a set into the answer.
    private func append(
        _ set: Int,
        _ section: Section,
        _ owner: Owner,
        ttl: UInt32? = nil,
        isNeeded: Bool? = nil,
        into answer: inout Answer
    ) {
        let first = Int(sets[set].firstRecord)
        for record in first..<(first &+ Int(sets[set].recordCount)) {
            answer.append(
                section,
                owner,
                sets[set].type,
                ttl: ttl ?? sets[set].ttl,
                data: data(of: record),
                isNeeded: isNeeded
            )
        }
    }

    /// The data of a record.
    @_lifetime(borrow self)
    private func data(of record: Int) -> Span<UInt8> {
        let start = Int(records[record].offset)
        return data.span.extracting(start..<(start &+ Int(records[record].byteCount)))
    }

    /// The name in a record's data.
    @_lifetime(borrow self)
    private func target(of record: Int) -> Span<UInt8> {
        let start = Int(records[record].offset) &+ Int(records[record].targetOffset)
        return data.span.extracting(start..<(start &+ Int(records[record].targetByteCount)))
    }

    /// How the zone's own name is owned in an answer: a part of the question.
    private func apexOwner(_ query: borrowing Query) -> Owner {
        .questionSuffix(label: query.name.labelCount &- Int(nodes[0].labelCount))
    }

    /// Puts the SOA into the authority section.
    private func appendSOA(_ query: borrowing Query, into answer: inout Answer) {
        let set = set(of: .soa, at: 0)
        guard set >= 0 else { return }
        append(set, .authority, apexOwner(query), ttl: negativeTTL, into: &answer)
    }

    /// Puts the zone's NS into the authority section; an answer is whole without them.
    func appendApexNS(_ query: borrowing Query, into answer: inout Answer) {
        let set = set(of: .ns, at: 0)
        guard set >= 0 else { return }
        append(set, .authority, apexOwner(query), isNeeded: false, into: &answer)
    }

    /// Adds the addresses of the names in a set, as far as they are in the zone.
    private func appendAddresses(
        of set: Int,
        isReferral: Bool = false,
        into answer: inout Answer
    ) {
        var count = 0
        let first = Int(sets[set].firstRecord)
        for record in first..<(first &+ Int(sets[set].recordCount)) {
            let node = Int(records[record].target)
            guard node >= 0, !records[record].isRepeated, sets[set].type != .cname else { continue }
            let a = self.set(of: .a, at: node)
            let aaaa = self.set(of: .aaaa, at: node)
            guard a >= 0 || aaaa >= 0 else { continue }
            count &+= 1
            guard count <= Self.maximumAdditionalSetCount else { return }
            let isNeeded = isReferral && records[record].isBelowOwner
            // The root stands for the owner, which was asked for.
            let isOwner = records[record].targetByteCount == 1
            let owner = isOwner ? Owner.question : .placed(answer.place(target(of: record)))
            for set in [a, aaaa] where set >= 0 {
                append(set, .additional, owner, isNeeded: isNeeded, into: &answer)
            }
        }
    }

    /// Names the servers of a delegation, not as our own data (RFC 1034 §4.3.2 3b).
    private func refer(_ query: borrowing Query, to cut: Int, into answer: inout Answer) {
        answer.isAuthoritative = false
        let owner = Owner.questionSuffix(
            label: query.name.labelCount &- Int(nodes[cut].labelCount)
        )
        let servers = set(of: .ns, at: cut)
        append(servers, .authority, owner, into: &answer)
        if query.options?.wantsSignatures == true {
            let signer = set(of: .ds, at: cut)
            if signer >= 0 { append(signer, .authority, owner, into: &answer) }
        }
        appendAddresses(of: servers, isReferral: true, into: &answer)
    }

    /// Puts a CNAME into the answer and moves on to its target; false at the end of the way.
    private func follow(
        _ set: Int,
        _ walk: inout ZoneWalk,
        into answer: inout Answer
    ) -> Bool {
        let target = target(of: Int(sets[set].firstRecord))
        let name = answer.put(name: target)
        answer.append(.answer, walk.owner, .cname, ttl: sets[set].ttl)
        return walk.move(to: target, .placed(name))
    }

    /// Puts a DNAME and the CNAME it means into the answer, and moves on; false when that ends it.
    private func redirect(
        _ query: borrowing Query,
        _ walk: inout ZoneWalk,
        _ node: Int,
        _ label: Int,
        into answer: inout Answer
    ) -> Bool {
        let set = set(of: .dname, at: node)
        let target = target(of: Int(sets[set].firstRecord))
        let place =
            walk.hopCount == 0
            ? Owner.questionSuffix(label: label) : .placed(answer.place(names.name(node)))
        append(set, .answer, place, into: &answer)
        let prefixCount = walk.name.start(ofLabel: label)
        let count = prefixCount &+ target.count
        guard count <= Name.maximumByteCount else {
            // The name would be too long (RFC 6672 §2.2).
            answer.code = ResponseCode(rawValue: 6)
            return false
        }
        var bytes = InlineArray<256, UInt8>(repeating: 0)
        for index in 0..<prefixCount { bytes[index] = walk.name.bytes[index] }
        for index in 0..<target.count { bytes[prefixCount &+ index] = target[index] }
        let next = bytes.span.extracting(0..<count)
        let name = answer.put(name: next)
        answer.append(.answer, walk.owner, .cname, ttl: sets[set].ttl)
        guard isChased(query.type), walk.move(to: next, .placed(name)) else {
            appendApexNS(query, into: &answer)
            return false
        }
        return true
    }
}

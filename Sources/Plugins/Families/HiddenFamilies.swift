// SPDX-License-Identifier: Apache-2.0

import Corefile
import Plugin
import Wire

/// Which addresses are left out of answers to which names.
struct HiddenFamilies: Sendable {
    /// The key under which `families` leaves it to the plugins behind it in the block.
    static let key = "families: hidden"

    /// What is told of the names of a zone.
    private enum Choice: String {
        case ipv4
        case ipv6
        case dual

        /// The type of the records that are left out.
        var hidden: RecordType? {
            switch self {
            case .ipv4: .aaaa
            case .ipv6: .a
            case .dual: nil
            }
        }
    }

    /// The zones of all stanzas, and what is hidden in each.
    private let zones: ZoneList
    private let hidden: [RecordType?]
    /// What is hidden everywhere, where all stanzas together say one thing of every name.
    private let hiddenEverywhere: RecordType?
    /// Whether anything is hidden.
    let isAnything: Bool

    /// Nothing.
    init() {
        zones = ZoneList([])
        hidden = []
        hiddenEverywhere = nil
        isAnything = false
    }

    /// Reads `families ipv4|ipv6|dual [ZONES...]`; `blockZones`: those of the server block.
    init(_ stanzas: [Stanza], zones blockZones: [Name]) throws(CorefileError) {
        var zones: [Name] = []
        var hidden: [RecordType?] = []
        for stanza in stanzas {
            let choice = try Self.choice(stanza)
            let named = try Array(stanza.arguments.dropFirst()).zones()
            for zone in named.isEmpty ? blockZones : named {
                guard !zones.contains(zone) else {
                    throw CorefileError(
                        at: stanza.name.position,
                        "'families' says twice what is told of '\(zone)'"
                    )
                }
                zones.append(zone)
                hidden.append(choice.hidden)
            }
        }
        self.zones = ZoneList(zones)
        self.hidden = hidden
        isAnything = hidden.contains { $0 != nil }
        let isUniform = hidden.allSatisfy { $0 == hidden.first }
        hiddenEverywhere =
            isUniform && blockZones.allSatisfy(zones.contains) ? hidden.first ?? nil : nil
    }

    /// Reads the first argument.
    private static func choice(_ stanza: Stanza) throws(CorefileError) -> Choice {
        try stanza.noOptions()
        guard let word = stanza.arguments.first else {
            throw CorefileError(
                at: stanza.name.position,
                "'families' wants 'ipv4', 'ipv6' or 'dual'"
            )
        }
        guard let choice = Choice(rawValue: word.text) else {
            throw CorefileError(
                at: word.position,
                "'\(word.text)' is none of 'ipv4', 'ipv6' and 'dual'"
            )
        }
        return choice
    }

    /// A or AAAA: the records that are left out of answers to a name.
    func type(of name: borrowing QueryName) -> RecordType? {
        if let hiddenEverywhere { return hiddenEverywhere }
        guard let place = zones.longest(holding: name) else { return nil }
        return hidden[place]
    }

    /// The type that upstreams are asked for in place of one whose records are left out: it tells as
    /// well whether the name exists, and mostly somebody asks for it anyway.
    ///
    /// Not for a client that wants proof of what is missing.
    func substitute(for query: borrowing Query) -> RecordType? {
        guard isAnything, query.type == .a || query.type == .aaaa, query.recordClass == .internet,
            query.options?.wantsSignatures != true, type(of: query.name) == query.type
        else { return nil }
        return query.type.otherFamily
    }

    /// The query that is asked in place of one whose records are left out; the same for others.
    func substituted(_ waiting: WaitingQuery) -> WaitingQuery {
        let place = Header.byteCount + waiting.query.name.byteCount
        guard let type = substitute(for: waiting.query), place + 2 <= waiting.message.count else {
            return waiting
        }
        var message = waiting.message
        message[place] = UInt8(truncatingIfNeeded: type.rawValue >> 8)
        message[place + 1] = UInt8(truncatingIfNeeded: type.rawValue)
        var query = waiting.query.copied()
        query.type = type
        return WaitingQuery(
            query: query,
            message: message,
            deadline: waiting.deadline,
            parent: waiting.parent
        )
    }
}

extension RecordType {
    /// AAAA for A, and A for anything else.
    var otherFamily: RecordType { self == .a ? .aaaa : .a }
}

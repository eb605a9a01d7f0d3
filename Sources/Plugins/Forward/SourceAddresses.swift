// SPDX-License-Identifier: Apache-2.0

import Corefile
import Plugin
import Wire

/// The addresses of this machine that a `forward` stanza asks from: at most one of each family.
struct SourceAddresses: Sendable {
    static let optionName = "source_address"

    private var v4: IPAddress?
    private var v6: IPAddress?
    /// Where the option stands.
    private var position: Position?

    /// Reads the option of a stanza; `interfaces`: what the machine has.
    init(of stanza: Stanza, _ interfaces: [Interface]) throws(CorefileError) {
        for option in stanza.options where option.name.text == Self.optionName {
            try option.arguments(1...2, "an address, or one of each family")
            position = option.name.position
            for word in option.arguments { try take(word, interfaces) }
        }
    }

    private mutating func take(_ word: Word, _ interfaces: [Interface]) throws(CorefileError) {
        guard let address = IPAddress(word.text) else {
            throw CorefileError(at: word.position, "'\(word.text)' is no address like '192.0.2.1'")
        }
        guard (address.family == .v4 ? v4 : v6) == nil else {
            throw CorefileError(
                at: word.position,
                "'\(word.text)' is a second address of its family; one is asked from"
            )
        }
        // Every one of 127.0.0.0/8 is this machine's.
        let isLoopback = address.family == .v4 && address.byte(at: 0) == 127
        guard isLoopback || interfaces.contains(where: { $0.address == address }) else {
            throw CorefileError(
                at: word.position,
                "'\(word.text)' is no address of this machine, so that nothing can be asked from it"
            )
        }
        if address.family == .v4 { v4 = address } else { v6 = address }
    }

    /// The types of the addresses that can be asked.
    var types: [RecordType] {
        areGiven ? (v4 == nil ? [] : [.a]) + (v6 == nil ? [] : [.aaaa]) : [.a, .aaaa]
    }

    /// The addresses as text, for keys.
    var text: String { [v4, v6].compactMap { $0?.description }.joined(separator: " ") }

    /// Whether addresses are chosen here, not by the system.
    var areGiven: Bool { position != nil }

    /// The address that an upstream is asked from; nil for whatever the system chooses.
    func address(for upstream: Endpoint) -> IPAddress? {
        upstream.address.family == .v4 ? v4 : v6
    }

    /// Whether an upstream can be asked at all.
    func canAsk(_ upstream: Endpoint) -> Bool { !areGiven || address(for: upstream) != nil }

    /// The upstreams that can be asked; the others are told of, and none at all is a mistake.
    func reachable(
        _ upstreams: [Endpoint],
        of stanza: Stanza,
        setup: inout Setup
    ) throws(CorefileError) -> [Endpoint] {
        guard let position else { return upstreams }
        let left = upstreams.filter { !canAsk($0) }
        guard left.count < upstreams.count || upstreams.isEmpty else {
            throw CorefileError(
                at: position,
                "no upstream has the family of '\(Self.optionName)'; give an address of the other one"
            )
        }
        for upstream in left {
            setup.reports.append(
                Report(
                    "\(position): \(upstream) is left out, as '\(Self.optionName)' has no address of "
                        + "its family",
                    isWarning: true
                )
            )
        }
        return upstreams.filter(canAsk)
    }
}

// SPDX-License-Identifier: Apache-2.0

import Corefile
import Plugin
import Wire

/// Says which addresses a server block listens on.
///
/// The name of an interface stands for its addresses at the time the Corefile is read; link-local
/// ones are left out.
package struct Bind: Plugin {
    package static let manual = Manual(
        name: "bind",
        summary: "the addresses to listen on, instead of every address",
        usage: "ADDRESS|INTERFACE...",
        options: [
            Manual.Option(
                "except ADDRESS|INTERFACE...",
                "addresses to leave out of those that the interfaces stand for"
            )
        ],
        example: "bind 127.0.0.1 ::1",
        isRepeatable: true,
        isHandler: false
    )

    package init(parsing stanzas: [Stanza], setup: inout Setup) throws(CorefileError) {
        for stanza in stanzas {
            guard !stanza.arguments.isEmpty else {
                throw CorefileError(
                    at: stanza.name.position,
                    "'bind' wants addresses or names of interfaces"
                )
            }
            var excepted: Set<IPAddress> = []
            for option in stanza.options {
                switch option.name.text {
                case "except":
                    try option.arguments(1...Int.max, "addresses or names of interfaces")
                    for word in option.arguments {
                        excepted.formUnion(try Self.addresses(word, setup.interfaces))
                    }
                default: throw option.unknown(Self.manual.optionNames)
                }
            }
            var found: [IPAddress] = []
            for word in stanza.arguments { found += try Self.addresses(word, setup.interfaces) }
            found.removeAll { excepted.contains($0) }
            guard !found.isEmpty else {
                throw CorefileError(at: stanza.name.position, "'except' leaves nothing to bind")
            }
            for address in found where !setup.addresses.contains(address) {
                setup.addresses.append(address)
            }
        }
    }

    /// What one word stands for: an address, or every address of an interface.
    private static func addresses(
        _ word: Word,
        _ interfaces: [Interface]
    ) throws(CorefileError) -> [IPAddress] {
        if let address = IPAddress(word.text) { return [address] }
        let found = interfaces.filter { $0.name == word.text }.map(\.address)
        guard !found.isEmpty else {
            throw CorefileError(
                at: word.position,
                "'\(word.text)' is not a valid IP address or interface name"
            )
        }
        return found
    }
}

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
            ),
            Manual.Option(
                "xdp",
                "the kernel answers A and AAAA questions for Services with one address by itself, "
                    + "where no plugin has to see them, past this machine's firewall and routes; "
                    + "wants Linux 5.18, CAP_BPF and CAP_NET_ADMIN. Where it cannot be, a line in "
                    + "the log says why, and the sockets answer"
            ),
        ],
        example: "bind 127.0.0.1 ::1",
        isRepeatable: true,
        isHandler: false
    )

    package init(parsing stanzas: [Stanza], setup: inout Setup) throws(CorefileError) {
        for stanza in stanzas { try Self.read(stanza, &setup) }
    }

    private static func read(_ stanza: Stanza, _ setup: inout Setup) throws(CorefileError) {
        guard !stanza.arguments.isEmpty else {
            throw CorefileError(
                at: stanza.name.position,
                "'bind' wants addresses or names of interfaces"
            )
        }
        var excepted: Set<IPAddress> = []
        var inKernel: Option?
        for option in stanza.options {
            switch option.name.text {
            case "except":
                try option.arguments(1...Int.max, "addresses or names of interfaces")
                for word in option.arguments {
                    excepted.formUnion(try addresses(word, setup.interfaces))
                }
            case "xdp":
                try option.noArguments()
                inKernel = option
            default: throw option.unknown(manual.optionNames)
            }
        }
        var found: [IPAddress] = []
        for word in stanza.arguments { found += try addresses(word, setup.interfaces) }
        found.removeAll { excepted.contains($0) }
        guard !found.isEmpty else {
            throw CorefileError(at: stanza.name.position, "'except' leaves nothing to bind")
        }
        for address in found {
            if !setup.addresses.contains(address) { setup.addresses.append(address) }
            guard let inKernel else { continue }
            guard let interface = setup.interfaces.first(where: { $0.address == address }) else {
                throw CorefileError(
                    at: inKernel.name.position,
                    "'xdp' wants an interface or the address of one; \(address) belongs to none"
                )
            }
            setup.kernelInterfaces[address] = interface.name
        }
    }

    /// What one word stands for: an address, or every address of an interface.
    private static func addresses(
        _ word: Word,
        _ interfaces: [Interface]
    ) throws(CorefileError) -> [IPAddress] {
        if let address = IPAddress(word.text) { return [address] }
        let found = interfaces.filter { $0.name == word.text && !$0.address.isLinkLocal }
            .map(\.address)
        guard !found.isEmpty else {
            throw CorefileError(
                at: word.position,
                "'\(word.text)' is not a valid IP address or interface name"
            )
        }
        return found
    }
}

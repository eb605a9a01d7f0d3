// SPDX-License-Identifier: Apache-2.0

import Corefile
import Plugin
import Wire

/// Tells a client its own address, port and transport, in the additional section.
///
/// It answers every name and type, so nothing behind it is ever asked.
package struct Whoami: Answerer {
    package static let manual = Manual(
        name: "whoami",
        summary: "answers every query with the client's own address, port and transport",
        example: "whoami"
    )

    package init(parsing stanzas: [Stanza], setup: inout Setup) throws(CorefileError) {
        let stanza = try stanzas.onlyOnce()
        try stanza.arguments(atMost: 0)
        try stanza.noOptions()
    }

    package func answer(_ query: borrowing Query, into answer: inout Answer) -> Outcome {
        answer.isAuthoritative = true
        answer.append(.additional, .question, query.client.address.unmapped, ttl: 0)
        let count = query.name.byteCount + 5
        // A name of full length has no room for one more label.
        guard count <= Name.maximumByteCount else { return .done }
        var owner = InlineArray<256, UInt8>(repeating: 0)
        let label: InlineArray<5, UInt8> =
            query.transport == .udp ? [4, 0x5F, 0x75, 0x64, 0x70] : [4, 0x5F, 0x74, 0x63, 0x70]
        for index in 0..<5 { owner[index] = label[index] }
        for index in 5..<count { owner[index] = query.name.bytes[index - 5] }
        let place = answer.place(owner.span.extracting(0..<count))
        // Priority and weight 0, the client's port, and the root as the target.
        answer.put32(0)
        answer.put16(query.client.port)
        let root: InlineArray<1, UInt8> = [0]
        answer.put(root.span)
        answer.append(.additional, .placed(place), .srv, ttl: 0)
        return .done
    }
}

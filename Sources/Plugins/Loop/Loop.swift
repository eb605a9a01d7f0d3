// SPDX-License-Identifier: Apache-2.0

import Corefile
import Plugin
import Wire

/// Finds upstreams that send our questions back to us, and leaves them alone.
///
/// With it `forward` sends each upstream, when it is first asked, a question that nobody else would
/// ask, and sees whether it arrives here; where nothing comes back, it does so again for a minute.
/// Without it, it does so only once very many questions are being forwarded at a time. Either way
/// nothing but that upstream is lost: the process never ends.
package struct Loop: Answerer {
    package static let manual = Manual(
        name: "loop",
        summary: "finds upstreams that send questions back to this server, and leaves them alone",
        example: "loop"
    )

    private let tokens: LoopTokens

    package init(parsing stanzas: [Stanza], setup: inout Setup) throws(CorefileError) {
        let stanza = try stanzas.onlyOnce()
        try stanza.arguments(atMost: 0)
        try stanza.noOptions()
        tokens = LoopTokens.shared(&setup)
    }

    package func answer(_ query: borrowing Query, into answer: inout Answer) -> Outcome {
        query.type == .hinfo && tokens.catches(query, &answer) ? .done : .pass
    }
}

// SPDX-License-Identifier: Apache-2.0

import Corefile
import Plugin

/// Taken for CoreDNS's sake: forwarding loops are not looked for yet.
///
/// A loop never ends the process; the number of waiting queries bounds what it can cost.
package struct Loop: Plugin {
    package static let manual = Manual(
        name: "loop",
        summary: "taken for CoreDNS's sake; forwarding loops are not looked for yet",
        example: "loop"
    )

    package init(parsing stanzas: [Stanza], setup: inout Setup) throws(CorefileError) {
        let stanza = try stanzas.onlyOnce()
        try stanza.arguments(atMost: 0)
        try stanza.noOptions()
    }
}

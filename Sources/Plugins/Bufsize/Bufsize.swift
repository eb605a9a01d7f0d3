// SPDX-License-Identifier: Apache-2.0

import Corefile
import Plugin

/// Sets the largest UDP answer of a server block, which is also the size that OPT announces.
///
/// Answers over TCP keep their length (RFC 6891 §6.2.5, RFC 9715).
package struct Bufsize: Plugin {
    package static let manual = Manual(
        name: "bufsize",
        summary: "the largest answer over UDP, in bytes: 512 to 4096, by default 1232",
        usage: "[BYTES]",
        example: "bufsize 1400",
        isHandler: false
    )

    package init(parsing stanzas: [Stanza], setup: inout Setup) throws(CorefileError) {
        let stanza = try stanzas.onlyOnce()
        try stanza.noOptions()
        try stanza.arguments(atMost: 1)
        let size = try stanza.arguments.first?.integer(in: 512...4_096) ?? 1_232
        setup.limits.udpByteCount = UInt16(size)
    }
}

// SPDX-License-Identifier: Apache-2.0

import Corefile
import Plugin

/// Serves `/health`: 200 as long as the process lives; `lameduck` delays the end.
///
/// It is for the whole process: the longest `lameduck` counts.
package struct Health: Plugin {
    package static let manual = Manual(
        name: "health",
        summary: "a page that says that the process lives: /health",
        usage: "[ADDRESS:PORT]",
        options: [
            Manual.Option(
                "lameduck DURATION",
                "how long queries are still answered after the stop signal, by default 0s"
            )
        ],
        example: """
            health :8080 {
                lameduck 5s
            }
            """,
        isHandler: false
    )

    /// The longest time that the end is delayed, in milliseconds: a day.
    private static let maximumLameduckMilliseconds: UInt64 = 86_400_000

    package init(parsing stanzas: [Stanza], setup: inout Setup) throws(CorefileError) {
        let stanza = try stanzas.onlyOnce()
        try stanza.arguments(atMost: 1)
        var address = PageAddress(address: nil, port: 8_080)
        if let word = stanza.arguments.first { address = try PageAddress(word) }
        for option in stanza.options {
            switch option.name.text {
            case "lameduck":
                let milliseconds = try option.oneArgument("a duration")
                    .milliseconds(in: 0...Self.maximumLameduckMilliseconds)
                setup.lameduckMilliseconds = max(setup.lameduckMilliseconds, milliseconds)
            default: throw option.unknown(Self.manual.optionNames)
            }
        }
        setup.pages.append(
            Page(
                plugin: Self.manual.name,
                address: address.address,
                port: address.port,
                path: "/health",
                position: stanza.name.position,
                answer: { Page.Response(status: 200, body: "OK") }
            )
        )
    }
}

// SPDX-License-Identifier: Apache-2.0

import Corefile
import Plugin

/// Serves `/ready`: 200 once every plugin that must be ready is, else 503 with their names.
///
/// It answers for all server blocks that have it. After the stop signal it says 503 at once, while
/// queries are still answered.
package struct Ready: Plugin {
    package static let manual = Manual(
        name: "ready",
        summary: "a page that says whether the server is ready: /ready",
        usage: "[ADDRESS:PORT]",
        options: [
            Manual.Option(
                "monitor until-ready|continuously",
                "whether a plugin that was ready once is asked again; by default it is not"
            )
        ],
        example: "ready :8181",
        isHandler: false
    )

    package init(parsing stanzas: [Stanza], setup: inout Setup) throws(CorefileError) {
        let stanza = try stanzas.onlyOnce()
        try stanza.arguments(atMost: 1)
        var address = PageAddress(address: nil, port: 8_181)
        if let word = stanza.arguments.first { address = try PageAddress(word) }
        var isOnce = true
        for option in stanza.options {
            switch option.name.text {
            case "monitor":
                let word = try option.oneArgument("'until-ready' or 'continuously'")
                switch word.text {
                case "until-ready": isOnce = true
                case "continuously": isOnce = false
                default:
                    throw CorefileError(
                        at: word.position,
                        "'\(word.text)' is neither 'until-ready' nor 'continuously'"
                    )
                }
            default: throw option.unknown(Self.manual.optionNames)
            }
        }
        let board = setup.board
        setup.pages.append(
            Page(
                plugin: Self.manual.name,
                address: address.address,
                port: address.port,
                path: "/ready",
                position: stanza.name.position,
                answer: { [isOnce] in Self.response(board, isOnce: isOnce) }
            )
        )
    }

    /// What the page says now.
    private static func response(_ board: ReadinessBoard, isOnce: Bool) -> Page.Response {
        if board.isStopping { return Page.Response(status: 503, body: "Shutting down") }
        let missing = board.missing(isOnce: isOnce)
        guard missing.isEmpty else {
            return Page.Response(status: 503, body: missing.joined(separator: ","))
        }
        return Page.Response(status: 200, body: "OK")
    }
}

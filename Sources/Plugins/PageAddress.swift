// SPDX-License-Identifier: Apache-2.0

import Corefile
import Wire

/// Where a page over HTTP is served: `ADDRESS:PORT`, `[ADDRESS]:PORT`, `:PORT` or `localhost:PORT`.
struct PageAddress {
    /// Nil for every address.
    let address: IPAddress?
    /// 0 lets the kernel choose.
    let port: UInt16

    /// Where it is served unless the Corefile says otherwise.
    init(address: IPAddress?, port: UInt16) {
        self.address = address
        self.port = port
    }

    /// Reads a word of the Corefile.
    init(_ word: Word) throws(CorefileError) {
        guard let colon = word.text.lastIndex(of: ":"),
            let port = UInt16(word.text[word.text.index(after: colon)...])
        else { throw Self.error(word) }
        self.port = port
        let host = word.text[..<colon]
        if host.isEmpty {
            address = nil
        } else if host == "localhost" {
            address = IPAddress(v4: 0x7F00_0001)
        } else if host.hasPrefix("["), host.hasSuffix("]") {
            guard let found = IPAddress(host.dropFirst().dropLast()), found.family == .v6 else {
                throw Self.error(word)
            }
            address = found
        } else {
            guard let found = IPAddress(host), found.family == .v4 else { throw Self.error(word) }
            address = found
        }
    }

    private static func error(_ word: Word) -> CorefileError {
        CorefileError(
            at: word.position,
            "'\(word.text)' is no address and port like ':8080', '127.0.0.1:8080' or '[::1]:8080'"
        )
    }
}

// SPDX-License-Identifier: Apache-2.0

import Corefile
import Plugin
import TLS
import Wire

/// Where an upstream is, and whether it is asked over TLS.
struct UpstreamPlace: Hashable {
    /// The port of upstreams that are asked over TLS, unless the Corefile says otherwise (RFC 7858).
    static let securePort: UInt16 = 853

    let endpoint: Endpoint
    var isSecure = false
    /// Whom its certificate must be for, where its own word says so.
    var serverName: TLSPeer.Identity?

    init(_ endpoint: Endpoint, isSecure: Bool = false, serverName: TLSPeer.Identity? = nil) {
        self.endpoint = endpoint
        self.isSecure = isSecure
        self.serverName = serverName
    }

    /// Reads what follows `tls://`: `ADDRESS[%NAME][:PORT]`; nil for what is no address.
    ///
    /// An IPv6 address with a port stands in brackets, and the name inside or behind them. What
    /// follows `%` in one that is valid on one link only is an interface where there is one.
    static func secure(
        _ text: Substring,
        at word: Word,
        _ interfaces: [Interface]
    ) throws(CorefileError) -> UpstreamPlace? {
        if let endpoint = UpstreamAddress.endpoint(text, interfaces, defaultPort: securePort) {
            return UpstreamPlace(endpoint, isSecure: true)
        }
        guard let percent = text.lastIndex(of: "%") else { return nil }
        var address = String(text[..<percent])
        var name = text[text.index(after: percent)...]
        var port = Substring()
        if address.hasPrefix("["), !address.hasSuffix("]") {
            guard let bracket = name.firstIndex(of: "]") else { return nil }
            address += "]"
            port = name[name.index(after: bracket)...]
            name = name[..<bracket]
        } else if let colon = name.firstIndex(of: ":") {
            port = name[colon...]
            name = name[..<colon]
        }
        if !port.isEmpty, address.contains(":"), !address.hasPrefix("[") {
            address = "[\(address)]"
        }
        if port.isEmpty, address.hasPrefix("[") { address = String(address.dropFirst().dropLast()) }
        guard
            let endpoint = UpstreamAddress.endpoint(
                address + port,
                interfaces,
                defaultPort: securePort
            )
        else { return nil }
        let identity = try ForwardSecurity.identity(name, at: word)
        return UpstreamPlace(endpoint, isSecure: true, serverName: identity)
    }
}

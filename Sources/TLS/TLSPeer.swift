// SPDX-License-Identifier: Apache-2.0

import Wire

/// The other side of a connection: where it is, and who it must prove to be.
package struct TLSPeer: Hashable, Sendable {
    /// Whom a certificate must be for.
    package enum Identity: Hashable, Sendable, CustomStringConvertible {
        /// A host name, in lower case, without a dot at its end.
        case name(String)
        case address(IPAddress)

        /// The longest name, in bytes (RFC 1035 §2.3.4).
        private static let maximumNameByteCount = 253

        /// Reads an address or a host name; nil for what is neither.
        package init?(_ text: some StringProtocol) {
            if let address = IPAddress(text) {
                self = .address(address)
                return
            }
            let name = text.hasSuffix(".") ? String(text.dropLast()) : String(text)
            let labels = name.utf8.split(
                separator: UInt8(ascii: "."),
                omittingEmptySubsequences: false
            )
            guard name.utf8.count <= Self.maximumNameByteCount,
                labels.allSatisfy({ (1...63).contains($0.count) && $0.allSatisfy(Self.isPlain) })
            else { return nil }
            self = .name(name.lowercased())
        }

        /// Whether a byte may stand in a host name.
        private static func isPlain(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }

        package var description: String {
            switch self {
            case .name(let name): name
            case .address(let address): address.description
            }
        }
    }

    package let endpoint: Endpoint
    package let identity: Identity

    /// `identity`: nil for the address itself.
    package init(_ endpoint: Endpoint, identity: Identity? = nil) {
        self.endpoint = endpoint
        self.identity = identity ?? .address(endpoint.address)
    }
}

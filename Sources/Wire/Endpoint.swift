// SPDX-License-Identifier: Apache-2.0

/// One end of an exchange: an address, a port and, for link-local IPv6, the interface.
package struct Endpoint: Hashable, Sendable, CustomStringConvertible {
    package var address: IPAddress
    /// The port in host byte order.
    package var port: UInt16
    /// The interface index that a link-local IPv6 address belongs to; 0 when it needs none.
    package var scope: UInt32

    package init(_ address: IPAddress, port: UInt16, scope: UInt32 = 0) {
        self.address = address
        self.port = port
        self.scope = scope
    }

    /// `192.0.2.1:53` or `[2001:db8::1]:53`.
    package var description: String {
        address.family == .v4 ? "\(address):\(port)" : "[\(address)]:\(port)"
    }
}

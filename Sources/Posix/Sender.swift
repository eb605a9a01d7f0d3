// SPDX-License-Identifier: Apache-2.0

import Wire

/// Where a datagram came from, and how it came.
package struct Sender: Hashable, Sendable {
    /// The address and port to answer to, never in IPv4-mapped form.
    package let client: Endpoint
    /// Whether it is IPv4 on an IPv6 socket.
    package let isMapped: Bool
    /// The address that the datagram was sent to; only sockets bound to every address tell.
    package internal(set) var local: IPAddress?
    /// The interface that it came in on; 0 where `local` is not told.
    package internal(set) var interface: UInt32 = 0

    init(_ client: Endpoint, isMapped: Bool) {
        self.client = client
        self.isMapped = isMapped
    }
}

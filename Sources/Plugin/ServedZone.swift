// SPDX-License-Identifier: Apache-2.0

import Wire

/// A zone of a server block at one of the block's ports.
package struct ServedZone: Hashable, Sendable {
    /// The zone's name in lower case.
    package let zone: Name
    package let port: UInt16

    package init(_ zone: Name, port: UInt16) {
        self.zone = zone
        self.port = port
    }
}

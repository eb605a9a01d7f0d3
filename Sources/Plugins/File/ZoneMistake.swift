// SPDX-License-Identifier: Apache-2.0

import Corefile

/// A mistake in a master file: where it stands, what it is, and what would be right.
package struct ZoneMistake: Error, Hashable, Sendable, CustomStringConvertible {
    package let position: Position
    package let text: String

    package init(at position: Position, _ text: String) {
        self.position = position
        self.text = text
    }

    package var description: String { "\(position): \(text)" }
}

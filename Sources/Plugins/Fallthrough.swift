// SPDX-License-Identifier: Apache-2.0

import Corefile
import Plugin
import Wire

/// The names that a plugin leaves to the next one when it does not know them.
struct Fallthrough: Sendable {
    private var zones = ZoneList([])

    /// None.
    init() {}

    /// Reads `fallthrough [ZONES...]`; without zones every name is meant.
    init(_ option: Option) throws(CorefileError) {
        zones = ZoneList(option.arguments.isEmpty ? [.root] : try option.arguments.zones())
    }

    /// Whether any name is left to the next plugin.
    var isOn: Bool { !zones.isEmpty }

    /// Whether `name` is left to the next plugin.
    func covers(_ name: borrowing QueryName) -> Bool {
        zones.first(holding: name) != nil
    }
}

// SPDX-License-Identifier: Apache-2.0

import Corefile
import Plugin
import Wire

/// The names that a plugin leaves to the next one when it does not know them.
struct Fallthrough: Sendable {
    private var zones: [Name] = []

    /// None.
    init() {}

    /// Reads `fallthrough [ZONES...]`; without zones every name is meant.
    init(_ option: Option) throws(CorefileError) {
        zones = option.arguments.isEmpty ? [.root] : try option.arguments.zones()
    }

    /// Whether any name is left to the next plugin.
    var isOn: Bool { !zones.isEmpty }

    /// Whether `name` is left to the next plugin.
    func covers(_ name: borrowing QueryName) -> Bool {
        for index in 0..<zones.count where name.isInside(zones[index]) { return true }
        return false
    }
}

// SPDX-License-Identifier: Apache-2.0

import Wire

/// Which answers of a cache are meant.
struct CacheSelection: Hashable, Sendable {
    /// The names that are meant.
    enum Names: Hashable, Sendable {
        case all
        /// One name.
        case name(Name)
        /// A zone's name and all below it.
        case zone(Name)
    }

    let names: Names
    /// The type that is meant; nil for every type.
    var type: RecordType?

    /// The whole of a cache.
    static let all = CacheSelection(names: .all)

    /// Whether an entry is meant; that its name does not exist answers every type.
    func holds(_ name: Name, _ type: RecordType, _ keyBits: UInt8) -> Bool {
        if let wanted = self.type, wanted != type, keyBits & CacheKey.missingName == 0 {
            return false
        }
        return switch names {
        case .all: true
        case .name(let wanted): name == wanted
        case .zone(let zone): name.isInside(zone)
        }
    }
}

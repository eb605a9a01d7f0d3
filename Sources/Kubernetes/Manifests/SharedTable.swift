// SPDX-License-Identifier: Apache-2.0

/// A dictionary of which copies share everything in which they do not differ.
///
/// It is cut into 64 × 64 parts by the keys' hashes. A copy that is changed copies the part that
/// holds the key, and the two lists above it; a table that nobody else holds is changed in place.
struct SharedTable<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private static var width: Int { 64 }

    private var groups = Array(
        repeating: Array(repeating: [Key: Value](), count: Self.width),
        count: Self.width
    )

    /// The value of a key.
    subscript(key: Key) -> Value? {
        get {
            let (group, part) = Self.place(of: key)
            return groups[group][part][key]
        }
        set {
            let (group, part) = Self.place(of: key)
            groups[group][part][key] = newValue
        }
    }

    private static func place(of key: Key) -> (group: Int, part: Int) {
        let hash = UInt(bitPattern: key.hashValue)
        // The dictionaries inside go by the low bits.
        return (Int(hash >> 58), Int(hash >> 52 & 63))
    }
}

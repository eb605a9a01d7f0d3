// SPDX-License-Identifier: Apache-2.0

import Wire

/// Tells names of a cluster that are about to leave it: what is left of a search path.
///
/// A resolver that walks its search path asks for `web.shop.svc.cluster.local.example.org` too, where
/// the machine's own domain stands behind the cluster's. They are asked for like any other name,
/// since nobody knows that they do not exist, and counted.
enum LeakedNames {
    /// The labels of the common part of a cluster's names, in small letters.
    private static var service: UInt64 { 0x0073_7663 }
    private static var cluster: UInt64 { 0x0063_6C75_7374_6572 }
    private static var local: UInt64 { 0x006C_6F63_616C }

    /// Whether `name` has `svc.cluster.local` in it, at its end or before, or ends in
    /// `cluster.local`.
    static func contain(_ name: borrowing QueryName) -> Bool {
        var before: (UInt64, UInt64) = (0, 0)
        for index in 0..<name.labelCount {
            let word = word(name.label(index))
            if word == local, before.1 == cluster,
                before.0 == service || index + 1 == name.labelCount
            {
                return true
            }
            before = (before.1, word)
        }
        return false
    }

    /// A label of up to eight bytes in small letters, as one number; 0 for a longer one.
    private static func word(_ label: Span<UInt8>) -> UInt64 {
        guard label.count <= 8 else { return 0 }
        var word: UInt64 = 0
        for index in 0..<label.count { word = word << 8 | UInt64(label[index].asciiLowercased) }
        return word
    }
}

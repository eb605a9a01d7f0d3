// SPDX-License-Identifier: Apache-2.0

import Wire

/// Tells names of a cluster that are about to leave it: what is left of a search path.
///
/// A resolver that walks its search path asks for `web.shop.svc.cluster.local.example.org` too, where
/// the machine's own domain stands behind the cluster's. They are asked for like any other name,
/// since nobody knows that they do not exist, and counted.
enum LeakedNames {
    /// The labels that begin the common part of a cluster's names, in small letters.
    private static let service = Array("svc".utf8)
    private static let cluster = [Array("cluster".utf8), Array("local".utf8)]

    /// Whether `name` has `svc.cluster.local` in it, at its end or before, or ends in
    /// `cluster.local`.
    static func contain(_ name: borrowing QueryName) -> Bool {
        let count = name.labelCount
        guard count >= cluster.count else { return false }
        for index in 0...(count - cluster.count) {
            guard isLabel(name, index, cluster[0]), isLabel(name, index + 1, cluster[1]) else {
                continue
            }
            let isAtEnd = index + cluster.count == count
            if isAtEnd || index > 0 && isLabel(name, index - 1, service) { return true }
        }
        return false
    }

    private static func isLabel(
        _ name: borrowing QueryName,
        _ index: Int,
        _ wanted: [UInt8]
    ) -> Bool {
        let label = name.label(index)
        guard label.count == wanted.count else { return false }
        for place in 0..<label.count where label[place].asciiLowercased != wanted[place] {
            return false
        }
        return true
    }
}

// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Plugin
import Wire

extension Kubernetes: Foreteller {
    /// Names the Services with one address of a family, in each zone that is no reverse zone.
    package func foretell(
        otherwiseThan other: (any Foreteller)?,
        _ body: (Span<UInt8>, RecordType) -> Void
    ) {
        guard isSynced else { return }
        for zone in zones.names where !zone.isReverse {
            cluster.soleAddresses(otherwiseThan: shared(with: other)) { name, type in
                let whole = name + zone.bytes
                // A name that is too long for the zone is nobody's.
                if whole.count <= Name.maximumByteCount { body(whole.span, type) }
            }
        }
    }

    /// The cluster of another plugin that gives the same answers as this one wherever the cluster
    /// is the same.
    private func shared(with other: (any Foreteller)?) -> Cluster? {
        guard let other = other as? Kubernetes, other.isSynced, other.zones.names == zones.names,
            other.ttl == ttl
        else { return nil }
        return other.cluster
    }
}

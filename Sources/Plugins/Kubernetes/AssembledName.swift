// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Wire

/// A name that is put together in memory of fixed size.
struct AssembledName {
    private var bytes = InlineArray<256, UInt8>(repeating: 0)
    private var count = 0

    /// Whether it became longer than a name may be.
    private(set) var isTooLong = false

    /// The wire form so far.
    var span: Span<UInt8> {
        @_lifetime(borrow self)
        borrowing get { bytes.span.extracting(0..<count) }
    }

    /// Makes it the name of a cluster's node, as far as `svc`.
    mutating func set(_ node: Int, of cluster: Cluster) {
        count = 0
        isTooLong = false
        var target = bytes.mutableSpan
        count = cluster.write(nameOf: node, into: &target)
        append([3, 0x73, 0x76, 0x63])
    }

    /// Makes it what an alias leads to.
    mutating func set(targetOf node: ClusterNode, of cluster: Cluster) {
        isTooLong = false
        var target = bytes.mutableSpan
        count = cluster.write(targetOf: node, into: &target)
        checkLength()
    }

    /// Appends labels of our own.
    mutating func append<let length: Int>(_ labels: InlineArray<length, UInt8>) {
        append(labels.span)
    }

    /// Appends part of a wire form.
    mutating func append(_ part: Span<UInt8>) {
        guard count &+ part.count <= Name.maximumByteCount else {
            isTooLong = true
            return
        }
        for index in 0..<part.count { bytes[count &+ index] = part[index] }
        count &+= part.count
    }

    private mutating func checkLength() {
        guard count > Name.maximumByteCount else { return }
        isTooLong = true
        count = 0
    }
}

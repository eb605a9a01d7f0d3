// SPDX-License-Identifier: Apache-2.0

import Wire

/// What was read of one Pod of a run, so that the same need not be read again of the next.
struct PodParts {
    /// In how much the bytes of the next Pod are those of the last one: of the name, and at both ends
    /// of what stands behind the key.
    var sameName = 0
    var sameHead = 0
    var sameEnd = 0

    fileprivate var labels: [String: String] = [:]
    /// The bytes up to the end of the labels, and how much of the name they repeat.
    fileprivate var labelsEnd = Int.max
    fileprivate var labelsReach = 0

    fileprivate var subdomain = ""
    fileprivate var ports: [ContainerPort] = []
    fileprivate var owner: Owner?
    /// The bytes of these, and how much of the name they repeat.
    fileprivate var restCount = Int.max
    fileprivate var restReach = 0

    fileprivate var hasSameLabels: Bool { sameHead >= labelsEnd && sameName >= labelsReach }

    /// Whether subdomain, ports and owner, which take `count` bytes, are the same; the first byte of
    /// all says whether there is an owner.
    fileprivate func hasSameRest(_ count: Int) -> Bool {
        sameHead > 0 && count == restCount && sameEnd >= count && sameName >= restReach
    }
}

extension ObjectReader {
    /// A Pod, behind its head.
    mutating func pod(_ head: Head) -> Pod {
        var parts = PodParts()
        return pod(head, from: offset, &parts)
    }

    /// A Pod, behind its head, which began at `start`; `parts`: those of the one before.
    mutating func pod(_ head: Head, from start: Int, _ parts: inout PodParts) -> Pod {
        if parts.hasSameLabels {
            skip(to: start + parts.labelsEnd)
        } else {
            reach = 0
            parts.labels = labels()
            parts.labelsEnd = offset - start
            parts.labelsReach = reach
        }
        let metadata = Metadata(
            name: head.name,
            namespace: head.namespace,
            labels: parts.labels,
            createdSeconds: createdSeconds(head)
        )
        let addresses = addresses()
        let state = podState()
        let isPlaced = head.flags & StoredCode.isPlaced != 0
        let placement = isPlaced ? placement() : Placement()
        let hostname = text()
        if !parts.hasSameRest(byteCountLeft) {
            reach = 0
            parts.restCount = byteCountLeft
            parts.subdomain = text()
            parts.ports = containerPorts()
            parts.owner = isPlaced ? owner() : nil
            parts.restReach = reach
        }
        return Pod(
            metadata: metadata,
            addresses: addresses,
            hostname: hostname,
            subdomain: parts.subdomain,
            isReady: head.flags & StoredCode.isFirst != 0,
            isFinished: head.flags & StoredCode.isSecond != 0,
            ports: parts.ports,
            placement: placement,
            owner: parts.owner,
            state: state
        )
    }
}

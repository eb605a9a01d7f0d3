// SPDX-License-Identifier: Apache-2.0

import Wire

/// How Pods get their places, step by step, each for all of a change before the next.
extension Workloads {
    /// Has Pods stay where they are.
    mutating func keep(_ plan: inout PodPlan) {
        guard let made = entries[plan.key]?.made else { return }
        for pod in made.members {
            guard let node = rooms.index(of: pod.node),
                let place = plan.place(of: pod.index, on: node)
            else { continue }
            put(pod.addresses, on: node, place, &plan)
        }
    }

    /// Gives Pods what they had when they were last there.
    mutating func restore(_ plan: inout PodPlan, isInUse: Bool) {
        guard let share = remembered.pods[plan.key], share.isInUse == isInUse else { return }
        for (number, addresses) in share.addresses.enumerated() {
            // What a file says may be any number.
            guard let node = addresses.first.flatMap(rooms.index(holding:)),
                let place = plan.place(of: share.firstIndex &+ number, on: node)
            else { continue }
            put(addresses, on: node, place, &plan)
        }
    }

    /// Gives a Pod these addresses, if it may run there and nobody else has any of them.
    private mutating func put(
        _ addresses: [IPAddress],
        on node: Int,
        _ place: Int,
        _ plan: inout PodPlan
    ) {
        guard plan.slots[place].addresses.isEmpty,
            rooms[node].suits(plan.placement), !rooms.areHosts(node, plan.placement),
            addresses.map(\.family) == options.podNetworks.map(\.family),
            !addresses.contains(where: { isWritten($0) })
        else { return }
        var taken: [IPAddress] = []
        for address in addresses where rooms.take(address, node, for: plan.maker) {
            taken.append(address)
        }
        guard taken.count == addresses.count else {
            for address in taken { rooms.release(address, of: plan.maker) }
            return
        }
        plan.slots[place].node = node
        plan.slots[place].addresses = addresses
    }

    /// Chooses what is still open.
    mutating func complete(_ plan: inout PodPlan) {
        var isFull = false
        for place in plan.slots.indices where plan.slots[place].addresses.isEmpty {
            guard let first = plan.choice(of: place) else { return }
            if rooms.areHosts(first, plan.placement) {
                plan.slots[place].node = first
                plan.slots[place].addresses = rooms[first].addresses
                continue
            }
            // Where one Node is full, others may have addresses left; where all are, that is it.
            guard !isFull else { continue }
            let hash = plan.slots[place].hash
            var found = addresses(on: first, hash, plan.maker).map { (first, $0) }
            if found == nil, plan.slots[place].wanted == nil {
                for node in plan.nodes where node != first && found == nil {
                    found = addresses(on: node, hash, plan.maker).map { (node, $0) }
                }
            }
            if let found { (plan.slots[place].node, plan.slots[place].addresses) = found }
            isFull = found == nil
            // The next one of a DaemonSet is on another Node.
            if plan.slots[place].wanted != nil { isFull = false }
        }
    }

    /// An address of each family on a Node; nil when any is missing.
    private mutating func addresses(
        on node: Int,
        _ hash: UInt64,
        _ maker: Int
    ) -> [IPAddress]? {
        var found: [IPAddress] = []
        let poolCount = rooms[node].pools.count
        for network in options.podNetworks {
            let address = rooms.choose(node, network.family, hash, for: maker) {
                [written] in written?.contains($0) ?? false
            }
            guard let address else {
                for address in found { rooms.release(address, of: maker) }
                return nil
            }
            found.append(address)
        }
        if rooms[node].pools.count != poolCount {
            let name = rooms[node].name
            unsaved.insert(ObjectKey(kind: PodRecord.nodeKind, namespace: "", name: name))
        }
        return found
    }
}

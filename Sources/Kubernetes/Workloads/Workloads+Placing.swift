// SPDX-License-Identifier: Apache-2.0

import Wire

/// How Pods get their places, step by step, each for all of a change before the next.
extension Workloads {
    /// Has Pods stay where they are.
    mutating func keep(_ plan: inout PodPlan) {
        guard let made = entries[plan.key]?.made else { return }
        var places: [Int: Int] = [:]
        for (place, slot) in plan.slots.enumerated() { places[slot.wanted ?? slot.index] = place }
        let isByNode = plan.slots.first?.wanted != nil
        for pod in made.members {
            guard let node = rooms.index(of: pod.node),
                let place = places[isByNode ? node : pod.index]
            else { continue }
            put(pod.addresses, on: node, place, &plan)
        }
    }

    /// Gives Pods what they had when they were last there.
    mutating func restore(_ plan: inout PodPlan, isInUse: Bool) {
        guard let share = remembered.pods[plan.key], share.isInUse == isInUse,
            let first = plan.slots.first
        else { return }
        var places: [Int: Int] = [:]
        if first.wanted != nil {
            for (place, slot) in plan.slots.enumerated() { places[slot.wanted ?? 0] = place }
        }
        for (number, addresses) in share.addresses.enumerated() {
            guard let node = addresses.first.flatMap(rooms.index(holding:)) else { continue }
            let (place, isBefore) = share.firstIndex.subtractingReportingOverflow(first.index)
            guard !isBefore,
                let place = first.wanted == nil ? place &+ number : places[node],
                place >= 0
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
        guard place < plan.slots.count, plan.slots[place].addresses.isEmpty,
            rooms[node].suits(plan.placement), !rooms.areHosts(node, plan.placement),
            addresses.map(\.family) == options.podNetworks.map(\.family),
            !addresses.contains(where: isWritten)
        else { return }
        var taken: [IPAddress] = []
        for address in addresses where rooms.take(address, node) { taken.append(address) }
        guard taken.count == addresses.count else {
            for address in taken { rooms.release(address) }
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
            var found = addresses(on: first, hash).map { (first, $0) }
            if found == nil, plan.slots[place].wanted == nil {
                for node in plan.nodes where node != first && found == nil {
                    found = addresses(on: node, hash).map { (node, $0) }
                }
            }
            if let found { (plan.slots[place].node, plan.slots[place].addresses) = found }
            isFull = found == nil
            // The next one of a DaemonSet is on another Node.
            if plan.slots[place].wanted != nil { isFull = false }
        }
    }

    /// An address of each family on a Node; nil when any is missing.
    private mutating func addresses(on node: Int, _ hash: UInt64) -> [IPAddress]? {
        var found: [IPAddress] = []
        let poolCount = rooms[node].pools.count
        for network in options.podNetworks {
            let address = rooms.choose(node, network.family, hash) { [written] in
                written?.contains($0) ?? false
            }
            guard let address else {
                for address in found { rooms.release(address) }
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

// SPDX-License-Identifier: Apache-2.0

import Wire

/// What is said about Pods that are not as their objects ask for them.
extension Workloads {
    /// What is wrong with the Pods of an object.
    struct Complaint: Sendable {
        let object: StoredObject
        let text: String
        /// Who stands in the way; its place is told behind the text.
        var holder: StoredObject?
    }

    /// Whether a manifest has a Pod of this name, which stands before one that would be made.
    func isWritten(_ name: String, _ namespace: String) -> Bool {
        written?.contains(name, in: namespace) ?? false
            // Those without an address are held back.
            || entries[.pod(namespace, name)]?.object != nil
    }

    /// What is wrong where manifests have Pods of these names, in the API server's words.
    func complaint(about names: [String], _ object: StoredObject) -> Complaint? {
        guard let first = names.first, let namespace = object.key?.namespace else { return nil }
        let pods = names.count == 1 ? "a Pod is" : "\(names.count) Pods are"
        return Complaint(
            object: object,
            text: "\(pods) not made, as pods \(FieldReader.quoted(first)) already exists",
            holder: StoredObject(key: .pod(namespace, first), objects: [])
        )
    }

    func complaint(about plan: PodPlan, _ object: StoredObject) -> Complaint? {
        let count = plan.slots.count { $0.addresses.isEmpty }
        guard count > 0 else { return nil }
        let pods = count == 1 ? "a Pod has" : "\(count) Pods have"
        if plan.nodes.isEmpty {
            let placement = plan.placement
            let reason =
                !placement.nodeName.isEmpty
                ? "no Node has the name \(placement.nodeName)"
                : placement.nodeSelector.isEmpty
                    ? "no Node takes new Pods"
                    : "no Node that takes new Pods has the labels of nodeSelector"
            return Complaint(object: object, text: "\(pods) no address, as \(reason)")
        }
        let ranges = options.podNetworks.map(\.description).joined(separator: " ")
        var text = "\(pods) no address, as \(ranges) has none left"
        if let other = options.networkWithinPods {
            text += " besides \(other) of \(options.holder(of: other)); another pod_cidr has"
        } else {
            text += "; a larger pod_cidr has"
        }
        return Complaint(object: object, text: text)
    }

    /// The Nodes of which the networks are not used, as others have addresses of them, while any
    /// Pods are made.
    var nodeComplaints: [Complaint] {
        guard !rooms.refusals.isEmpty, entries.values.contains(where: { $0.made != nil }) else {
            return []
        }
        return rooms.refusals.map { refusal in
            var text =
                "spec.podCIDRs: Invalid value: \"\(refusal.network)\": Pods get other addresses, "
                + "as it has some of \(refusal.other) of "
            text += refusal.holder.map { "Node \($0)" } ?? options.holder(of: refusal.other)
            return Complaint(
                object: Self.node(refusal.node),
                text: text,
                holder: refusal.holder.map(Self.node)
            )
        }
    }

    /// Nothing but the key of a Node, by which is found where it is written.
    private static func node(_ name: String) -> StoredObject {
        let key = ObjectKey(kind: PodRecord.nodeKind, namespace: "", name: name)
        return StoredObject(key: key, objects: [])
    }
}

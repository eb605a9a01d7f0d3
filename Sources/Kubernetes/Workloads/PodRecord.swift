// SPDX-License-Identifier: Apache-2.0

import Wire

/// What Pods and Nodes were given, to be handed on.
struct PodMemory: Sendable {
    /// The addresses of the Pods of each object, in their order; empty for one without.
    var pods: [ObjectKey: [[IPAddress]]] = [:]
    /// The networks of each Node that its manifest does not name.
    var networks: [String: [AddressNetwork]] = [:]

    var count: Int { pods.count + networks.count }

    mutating func take(_ record: PodRecord) {
        switch record.content {
        case .forgotten:
            pods[record.key] = nil
            if record.isNode { networks[record.key.name] = nil }
        case .pods(let addresses): pods[record.key] = addresses
        case .networks(let given): networks[record.key.name] = given
        }
    }
}

/// A line of the state file about the Pods of one object, or about a Node.
///
/// `+ Deployment/default/web pods=10.244.1.5,10.244.2.7`; of a Pod with two addresses these have a
/// `+` between them, and `-` stands for one that has none. `+ Node//worker networks=10.244.7.0/24`;
/// `~` begins the line of an object that has nothing any more.
struct PodRecord: Equatable {
    /// What it says.
    enum Content: Equatable {
        case forgotten
        case pods([[IPAddress]])
        case networks([AddressNetwork])
    }

    let key: ObjectKey
    let content: Content

    var isNode: Bool { key.kind == Self.nodeKind }

    static let nodeKind = "Node"

    init(_ key: ObjectKey, _ content: Content) {
        self.key = key
        self.content = content
    }

    /// What stands in front of the checksum.
    var text: String {
        let subject = "\(key.kind)/\(key.namespace)/\(key.name)"
        switch content {
        case .forgotten: return "~ \(subject)"
        case .pods(let addresses):
            let values = addresses.map { own in
                own.isEmpty ? "-" : own.map(\.description).joined(separator: "+")
            }
            return "+ \(subject) pods=\(values.joined(separator: ","))"
        case .networks(let networks):
            return "+ \(subject) networks=\(networks.map(\.description).joined(separator: ","))"
        }
    }

    /// Reads what stands in front of the checksum, in words; nil when it is of no such form.
    init?(_ words: [Substring]) {
        guard words.count >= 2 else { return nil }
        let parts = words[1].split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3 else { return nil }
        key = ObjectKey(
            kind: String(parts[0]),
            namespace: String(parts[1]),
            name: String(parts[2])
        )
        if words[0] == "~", words.count == 2 {
            content = .forgotten
            return
        }
        guard words[0] == "+", words.count == 3 else { return nil }
        let field = words[2].split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard field.count == 2 else { return nil }
        switch field[0] {
        case "pods":
            var pods: [[IPAddress]] = []
            for value in field[1].split(separator: ",") {
                let texts = value == "-" ? [] : value.split(separator: "+")
                let addresses = texts.compactMap { IPAddress($0) }
                guard addresses.count == texts.count, pods.count < Workload.maximumPodCount else {
                    return nil
                }
                pods.append(addresses)
            }
            content = .pods(pods)
        case "networks":
            let texts = field[1].split(separator: ",")
            let networks = texts.compactMap { AddressNetwork(String($0)) }
            guard networks.count == texts.count else { return nil }
            content = .networks(networks)
        default: return nil
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Wire

/// What Pods and Nodes were given, to be handed on.
struct PodMemory: Sendable {
    /// The most objects that are gone and remembered; what goes beyond them is forgotten.
    static let maximumGoneCount = 65_536
    /// The most Pods of these objects; what goes beyond them is forgotten.
    static let maximumGonePodCount = 1 << 20

    /// What the Pods of one object were given.
    struct Share: Equatable, Sendable {
        /// The addresses of each, in their order; empty for one without.
        var addresses: [[IPAddress]]
        /// The number of the first of them.
        var firstIndex = 0
        /// Whether they are there, as far as it was written; else they are gone.
        var isInUse = true
    }

    private(set) var pods: [ObjectKey: Share] = [:]
    /// The networks of each Node that its manifest does not name.
    var networks: [String: [AddressNetwork]] = [:]
    private var goneCount = 0
    /// How many Pods the objects have that are gone.
    private var gonePodCount = 0

    var count: Int { pods.count + networks.count }

    /// Remembers a share, or forgets it where it is nil or one too many.
    mutating func set(_ share: Share?, of key: ObjectKey) {
        if let before = pods[key], !before.isInUse {
            goneCount -= 1
            gonePodCount -= before.addresses.count
        }
        var share = share
        if let new = share, !new.isInUse {
            if goneCount < Self.maximumGoneCount,
                gonePodCount + new.addresses.count <= Self.maximumGonePodCount
            {
                goneCount += 1
                gonePodCount += new.addresses.count
            } else {
                share = nil
            }
        }
        pods[key] = share
    }

    mutating func take(_ record: PodRecord) {
        switch record.content {
        case .forgotten:
            set(nil, of: record.key)
            if record.isNode { networks[record.key.name] = nil }
        case .pods(let share): set(share, of: record.key)
        case .networks(let given): networks[record.key.name] = given
        }
    }
}

/// A line of the state file about the Pods of one object, or about a Node.
///
/// `+ Deployment/default/web pods=10.244.1.5,10.244.2.7`; of a Pod with two addresses these have a
/// `+` between them, and `-` stands for one that has none. `first=1` follows where the first one has
/// another number than 0. A line that begins with `-` has what Pods had that are gone, one with `~`
/// an object that has nothing any more. `+ Node//worker networks=10.244.7.0/24`.
struct PodRecord: Equatable {
    /// What it says.
    enum Content: Equatable {
        case forgotten
        case pods(PodMemory.Share)
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
        case .pods(let share):
            let values = share.addresses.map { own in
                own.isEmpty ? "-" : own.map(\.description).joined(separator: "+")
            }
            let first = share.firstIndex == 0 ? "" : " first=\(share.firstIndex)"
            let sign = share.isInUse ? "+" : "-"
            return "\(sign) \(subject) pods=\(values.joined(separator: ","))\(first)"
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
        guard words[0] == "+" || words[0] == "-" else { return nil }
        var share: PodMemory.Share?
        var networks: [AddressNetwork]?
        for word in words.dropFirst(2) {
            let field = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard field.count == 2 else { return nil }
            switch field[0] {
            case "pods": share = Self.addresses(field[1]).map { PodMemory.Share(addresses: $0) }
            case "first":
                guard let first = Int(field[1]), first > 0 else { return nil }
                share?.firstIndex = first
            case "networks": networks = Self.networks(field[1])
            default: return nil
            }
        }
        if var share {
            share.isInUse = words[0] == "+"
            content = .pods(share)
        } else if let networks, words[0] == "+" {
            content = .networks(networks)
        } else {
            return nil
        }
    }

    private static func addresses(_ text: Substring) -> [[IPAddress]]? {
        var pods: [[IPAddress]] = []
        for value in text.split(separator: ",") {
            let texts = value == "-" ? [] : value.split(separator: "+")
            let addresses = texts.compactMap { IPAddress($0) }
            guard addresses.count == texts.count, pods.count < Workload.maximumPodCount else {
                return nil
            }
            pods.append(addresses)
        }
        return pods
    }

    private static func networks(_ text: Substring) -> [AddressNetwork]? {
        let texts = text.split(separator: ",")
        let networks = texts.compactMap { AddressNetwork(String($0)) }
        return networks.count == texts.count ? networks : nil
    }
}

// SPDX-License-Identifier: Apache-2.0

import Corefile
import Kubernetes
import Plugin
import Wire

/// What the Corefile says about one `kubernetes` plugin.
package struct KubernetesSettings: Sendable {
    /// CoreDNS's options that need what is not built.
    static let notYet: Set<String> = [
        "endpoint", "tls", "kubeconfig", "apiserver_qps", "apiserver_burst",
        "apiserver_max_inflight", "startup_timeout", "zonal", "multicluster",
    ]
    static let maximumTTL = 3_600

    let zones: ServedZones
    package var cluster = ClusterOptions()
    /// From where Services get what their manifests leave open.
    package var allocation = AllocationOptions() {
        didSet {
            ownZones = ZoneList(
                allocation.ownNetworks.flatMap { Name.reverseZones("\($0)") ?? [] }
            )
        }
    }
    /// The reverse zones of the cluster's own networks.
    private(set) var ownZones = ZoneList([])
    /// The time to live of the records, in seconds.
    package var ttl: UInt32 = 5
    /// The paths of the manifests, as they are written.
    package var manifests: [Word] = []
    /// The path of the file that keeps the cluster, as it is written; nil for none.
    package var snapshot: Word?
    /// The path of the socket for commands, as it is written; nil for the usual one.
    package var control: Word?
    /// The path of the file that remembers what Services are given, as it is written; nil for the
    /// usual one.
    package var state: Word?
    /// What tells these settings from others, but for the folder that paths start from.
    package private(set) var text = ""
    var passing = Fallthrough()

    /// The settings without an option.
    ///
    /// `zones`: in lower case, at least one of them no reverse zone.
    package init(zones: [Name]) { self.zones = ServedZones(zones) }

    /// Reads the stanza; without zones of its own it serves those of the block.
    package init(parsing stanza: Stanza, zones: [Name]) throws(CorefileError) {
        let given = try stanza.arguments.zones()
        self.init(zones: given.isEmpty ? zones : given)
        let zones = self.zones.names
        guard zones.contains(where: { !$0.isReverse }) else {
            throw CorefileError(
                at: stanza.name.position,
                "'kubernetes' wants a zone that is no reverse zone, such as 'cluster.local'"
            )
        }
        for zone in zones where zone.bytes.count > Kubernetes.maximumZoneByteCount {
            throw CorefileError(
                at: stanza.name.position,
                "the zone \(zone) is too long; \(Kubernetes.maximumZoneByteCount) bytes leave room"
                    + " for names in it"
            )
        }
        for option in stanza.options { try read(option) }
        try checkAllocation(stanza)
        text = Self.text(of: stanza, zones: zones)
        guard !manifests.isEmpty else {
            throw CorefileError(
                at: stanza.name.position,
                "'kubernetes' wants 'manifests PATH...'; API servers are not asked yet"
            )
        }
    }

    /// The zones, and all options as they are written.
    private static func text(of stanza: Stanza, zones: [Name]) -> String {
        var text = zones.map(\.description)
        for option in stanza.options {
            text.append("\n" + option.name.text)
            text += option.arguments.map(\.text)
        }
        return text.joined(separator: "\n")
    }

    private mutating func read(_ option: Option) throws(CorefileError) {
        switch option.name.text {
        case "manifests":
            try option.arguments(1...Int.max, "files or folders with manifests")
            manifests += option.arguments
        case "snapshot":
            snapshot = try option.oneArgument("the path of a file to keep the cluster in")
        case "service_cidr", "load_balancer_pool", "node_ports", "pod_cidr", "workloads":
            try readAllocation(option)
        case "control":
            control = try option.oneArgument("the path of a socket to take commands at")
        case "state":
            state = try option.oneArgument("the path of a file to remember in")
        case "ttl":
            let word = try option.oneArgument("seconds, 0 to \(Self.maximumTTL)")
            ttl = UInt32(try word.integer(in: 0...Self.maximumTTL))
        case "pods":
            cluster.podNames = try podNames(option)
        case "endpoint_pod_names":
            try option.noArguments()
            cluster.usesPodNames = true
        case "namespaces":
            try option.arguments(1...Int.max, "names of namespaces")
            cluster.namespaces = (cluster.namespaces ?? []).union(option.arguments.map(\.text))
        case "namespace_labels":
            cluster.namespaceSelector = try selector(option)
        case "labels":
            cluster.selector = try selector(option)
        case "noendpoints":
            try option.noArguments()
            cluster.ignoresEndpoints = true
        case "ignore":
            let word = try option.oneArgument("'empty_service'")
            guard word.text == "empty_service" else {
                throw CorefileError(
                    at: word.position,
                    "'\(word.text)' cannot be ignored; 'empty_service' can"
                )
            }
            cluster.ignoresEmptyServices = true
        case "fallthrough":
            passing = try Fallthrough(option)
        default:
            guard !Self.notYet.contains(option.name.text) else { throw option.notYet() }
            throw option.unknown(Kubernetes.manual.optionNames)
        }
        guard cluster.namespaces == nil || cluster.namespaceSelector == nil else {
            throw CorefileError(
                at: option.name.position,
                "'namespaces' and 'namespace_labels' exclude each other; keep one"
            )
        }
    }

    private func podNames(_ option: Option) throws(CorefileError) -> ClusterOptions.PodNames {
        let word = try option.oneArgument("'disabled', 'insecure' or 'verified'")
        switch word.text {
        case "disabled": return .disabled
        case "insecure": return .insecure
        case "verified": return .verified
        default:
            throw CorefileError(
                at: word.position,
                "'\(word.text)' is none of 'disabled', 'insecure' and 'verified'"
            )
        }
    }

    /// The label selector that the arguments make up.
    private func selector(_ option: Option) throws(CorefileError) -> LabelSelector {
        try option.arguments(1...Int.max, "a label selector, such as 'app=web'")
        do throws(LabelSelectorError) {
            return try LabelSelector(option.arguments.map(\.text).joined(separator: " "))
        } catch {
            throw CorefileError(at: option.place(of: error.offset), error.description)
        }
    }
}

extension Option {
    /// The place of a byte of the arguments, as they are with one space between them.
    fileprivate func place(of offset: Int) -> Position {
        var start = 0
        var place = name.position
        for word in arguments {
            let quote = word.isQuoted ? 1 : 0
            let end = start + word.text.utf8.count
            let inside = word.text.utf8.prefix(max(0, offset - start))
            place = Position(
                file: word.position.file,
                line: word.position.line,
                column: word.position.column + quote
                    + String(decoding: inside, as: UTF8.self).count
            )
            if offset <= end { return place }
            start = end + 1
        }
        return place
    }
}

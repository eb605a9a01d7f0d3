// SPDX-License-Identifier: Apache-2.0

/// A kind of object that can be asked for, as kubectl calls it.
enum ResourceKind: CaseIterable, Hashable, Sendable {
    case service, endpoints, endpointSlice, pod, namespace

    /// The names of a kind: kubectl takes any of them, in any case.
    struct Names: Sendable {
        let plural: String
        let singular: String
        let short: [String]
        /// The name in manifests.
        let kind: String
        /// What comes behind the plural in names of objects: empty for the core group.
        let group: String
        let version: String
    }

    var names: Names {
        switch self {
        case .service:
            Names(
                plural: "services",
                singular: "service",
                short: ["svc"],
                kind: "Service",
                group: "",
                version: "v1"
            )
        case .endpoints:
            Names(
                plural: "endpoints",
                singular: "endpoints",
                short: ["ep"],
                kind: "Endpoints",
                group: "",
                version: "v1"
            )
        case .endpointSlice:
            Names(
                plural: "endpointslices",
                singular: "endpointslice",
                short: [],
                kind: "EndpointSlice",
                group: "discovery.k8s.io",
                version: "discovery.k8s.io/v1"
            )
        case .pod:
            Names(
                plural: "pods",
                singular: "pod",
                short: ["po"],
                kind: "Pod",
                group: "",
                version: "v1"
            )
        case .namespace:
            Names(
                plural: "namespaces",
                singular: "namespace",
                short: ["ns"],
                kind: "Namespace",
                group: "",
                version: "v1"
            )
        }
    }

    var isNamespaced: Bool { self != .namespace }

    /// The name of a kind with its group, as messages have it: `endpointslices.discovery.k8s.io`.
    var qualified: String {
        names.group.isEmpty ? names.plural : "\(names.plural).\(names.group)"
    }

    /// How an object of the kind is called in front of its name: `service`.
    var prefix: String {
        names.group.isEmpty ? names.singular : "\(names.singular).\(names.group)"
    }

    /// The kind with this name; nil when there is none.
    init?(_ name: some StringProtocol) {
        let text = name.lowercased()
        for kind in Self.allCases {
            let names = kind.names
            let all = [names.plural, names.singular, kind.qualified, kind.prefix] + names.short
            if all.contains(text) {
                self = kind
                return
            }
        }
        return nil
    }
}

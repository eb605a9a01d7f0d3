// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Wire

/// A cluster as its manifests describe it.
struct WorldCluster: Sendable {
    /// The files with objects.
    var files: [WorldManifest]
    /// Counts addresses and names, so that each is used once.
    var counter = 0

    /// The folders of the manifests, the same in every life.
    enum Path {
        static let plain = "/data/manifests"
        /// A folder as a mounted ConfigMap has it: links to a folder that is replaced whole.
        static let mounted = "/data/mounted"
    }

    var objects: [ClusterObject] { files.flatMap { $0.documents.map(\.object) } }
}

/// One file with manifests.
struct WorldManifest: Sendable {
    /// One document of it.
    struct Document: Sendable {
        var object: ClusterObject
        /// Whether the text is wrong, so that what it said before stays.
        var isBroken = false
    }

    let path: String
    var documents: [Document]

    /// Whether it lies in the folder that is replaced whole.
    var isMounted: Bool { path.hasPrefix(WorldCluster.Path.mounted + "/") }

    /// What the server must serve of it when it served `before` until now.
    func settled(after before: WorldManifest) -> WorldManifest {
        var settled = WorldManifest(path: path, documents: [])
        for document in documents {
            guard document.isBroken else {
                settled.documents.append(Document(object: document.object))
                continue
            }
            let name = document.object.name
            let last = before.documents.first { $0.object.name == name }
            if let last { settled.documents.append(Document(object: last.object)) }
        }
        return settled
    }
}

/// The options of the `kubernetes` plugin.
struct WorldClusterOptions: Sendable {
    /// The cluster's zone, and the zones of reverse names.
    var zones: [String]
    var ttl: UInt32
    var cluster = ClusterOptions()

    /// The stanza's lines.
    var stanza: String {
        var text = "    kubernetes \(zones.joined(separator: " ")) {\n"
        text += "        manifests \(WorldCluster.Path.plain) \(WorldCluster.Path.mounted)\n"
        text += "        ttl \(ttl)\n        pods \(cluster.podNames)\n"
        if cluster.usesPodNames { text += "        endpoint_pod_names\n" }
        if cluster.ignoresEndpoints { text += "        noendpoints\n" }
        if cluster.ignoresEmptyServices { text += "        ignore empty_service\n" }
        if let namespaces = cluster.namespaces {
            text += "        namespaces \(namespaces.sorted().joined(separator: " "))\n"
        }
        return text + "    }\n"
    }
}

extension ClusterObject {
    /// What tells the object from all others.
    var name: String {
        switch self {
        case .namespace(let namespace): "namespace \(namespace.metadata.name)"
        case .service(let service): "service \(service.metadata.text)"
        case .endpointSlice(let slice): "slice \(slice.metadata.text)"
        case .pod(let pod): "pod \(pod.metadata.text)"
        case .workload(let workload): "\(workload.kind.name) \(workload.metadata.text)"
        case .node(let node): "node \(node.metadata.name)"
        case .podGroup(let group): "Pods of \(group.metadata.text)"
        case .other(let kind, let metadata): "\(kind) \(metadata.text)"
        }
    }
}

extension Metadata {
    /// Namespace and name.
    fileprivate var text: String { "\(namespace)/\(name)" }
}

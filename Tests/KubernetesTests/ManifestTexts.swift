// SPDX-License-Identifier: Apache-2.0

import Kubernetes

/// A namespace as a document; the shortest object there is.
func namespace(_ name: String) -> String {
    "apiVersion: v1\nkind: Namespace\nmetadata: {name: \(name)}\n"
}

/// A Service without ports as a document, with a label that tells its versions apart.
func headless(_ name: String, _ version: String = "v1") -> String {
    "apiVersion: v1\nkind: Service\nmetadata: {name: \(name), labels: {is: \(version)}}\n"
        + "spec: {clusterIP: None}\n"
}

/// Documents in one file.
func file(_ documents: String...) -> String { documents.joined(separator: "---\n") }

extension ManifestSet {
    /// Loads the folder `m`, after `previous`.
    static func load(_ files: MemoryFiles, after previous: ManifestSet? = nil) throws
        -> ManifestSet
    {
        try load(paths: ["m"], from: files, previous: previous)
    }

    /// Each object as its name, with the version that its label tells.
    var outline: [String] {
        objects.map { object in
            switch object {
            case .namespace(let namespace): namespace.metadata.name
            case .service(let service):
                service.metadata.name + "=" + (service.metadata.labels["is"] ?? "")
            case .endpointSlice(let slice): slice.metadata.name
            case .pod(let pod): pod.metadata.name
            case .workload(let workload):
                workload.kind.name + ":" + workload.metadata.name
            case .node(let node): "Node:" + node.metadata.name
            case .podGroup(let group): "PodGroup:" + group.metadata.name
            case .other(let kind, let metadata): kind + ":" + metadata.name
            }
        }
    }
}

/// Numbers that only depend on the seed (SplitMix64).
struct Dice: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

// SPDX-License-Identifier: Apache-2.0

import Files
import Kubernetes
import YAML

/// Looks for one object in the files of the manifests, whatever its kind.
///
/// Only files that hold the name somewhere are parsed.
struct ObjectSearch {
    /// An object as it is written, and where.
    struct Found {
        let path: String
        let position: YAMLPosition
        let tree: Tree
    }

    private let source: any FileSource
    private let paths: [String]

    init(_ source: any FileSource, _ paths: [String]) {
        self.source = source
        self.paths = paths
    }

    /// The first object of a kind with a name, in a namespace where the kind has them; nil when no
    /// file has it.
    func find(_ kind: WrittenKind, _ name: String, in namespace: String) -> Found? {
        let needle = Array(name.utf8)
        for path in paths {
            guard let bytes = try? source.read(path), Self.holds(bytes, needle) else { continue }
            let node = Self.object(in: bytes) { Self.is($0, kind, name, namespace) }
            if let node { return Found(path: path, position: node.position, tree: Tree(node)) }
        }
        return nil
    }

    /// The object that begins at a place of a file; nil when there is none.
    func object(in path: String, at position: YAMLPosition) -> Tree? {
        guard let bytes = try? source.read(path) else { return nil }
        return Self.object(in: bytes) { $0.position == position }.map { Tree($0) }
    }

    /// The first object of a file of which something is true.
    private static func object(
        in bytes: [UInt8],
        where isMeant: (YAMLNode) -> Bool
    ) -> YAMLNode? {
        var found: YAMLNode?
        YAMLNode.visitObjects(in: bytes) { node in
            if isMeant(node) { found = node }
            return found != nil
        }
        return found
    }

    private static func `is`(
        _ node: YAMLNode,
        _ kind: WrittenKind,
        _ name: String,
        _ namespace: String
    ) -> Bool {
        guard node["kind"]?.scalar?.text == kind.kind, let metadata = node["metadata"],
            metadata["name"]?.scalar?.text == name
        else { return false }
        return !kind.isNamespaced
            || (metadata["namespace"]?.scalar?.text ?? "default") == namespace
    }

    /// Whether bytes hold others.
    private static func holds(_ bytes: [UInt8], _ needle: [UInt8]) -> Bool {
        guard let first = needle.first, needle.count <= bytes.count else { return needle.isEmpty }
        var start = 0
        while let place = bytes[start...].firstIndex(of: first) {
            if bytes[place...].starts(with: needle) { return true }
            start = place + 1
        }
        return false
    }
}

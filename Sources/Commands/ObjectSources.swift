// SPDX-License-Identifier: Apache-2.0

import Files
import Kubernetes
import YAML

/// Reads objects again from the files that they are written in, each file once.
///
/// What is kept of an object in memory is what the server needs; people see all of it.
struct ObjectSources {
    private let source: any FileSource
    /// The objects of the files that were read, by their places.
    private var known: [String: [YAMLPosition: Tree]] = [:]

    init(_ source: any FileSource) { self.source = source }

    /// The object as it is written; nil when it is not there any more.
    mutating func tree(of item: ClusterContents.Item) -> Tree? {
        guard let tree = tree(at: item),
            tree["metadata"]?["name"]?.text == item.name
        else { return nil }
        return tree
    }

    /// A Pod as it is written, or the template that it was made after; nil when neither is there
    /// any more.
    mutating func pod(_ item: ClusterContents.Item) -> Tree? {
        guard let tree = tree(at: item), let kind = tree["kind"]?.text else { return nil }
        if Workload.Kind(kind) != nil { return tree["spec"]?["template"] }
        return tree["metadata"]?["name"]?.text == item.name ? tree : nil
    }

    /// Whatever is written at the place of an object.
    private mutating func tree(at item: ClusterContents.Item) -> Tree? {
        guard !item.file.isEmpty else { return nil }
        let objects = known[item.file] ?? read(item.file)
        known[item.file] = objects
        return objects[item.position]
    }

    private func read(_ path: String) -> [YAMLPosition: Tree] {
        guard let bytes = try? source.read(path) else { return [:] }
        var found: [YAMLPosition: Tree] = [:]
        YAMLNode.visitObjects(in: bytes) { node in
            found[node.position] = Tree(node)
            return false
        }
        return found
    }
}

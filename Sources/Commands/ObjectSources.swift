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
        var reader = YAMLReader(bytes)
        while let document = reader.next() {
            guard case .success(let node) = document else { continue }
            Self.add(node, depth: 0, to: &found)
        }
        return found
    }

    /// Adds an object, or those of a List.
    private static func add(_ node: YAMLNode, depth: Int, to found: inout [YAMLPosition: Tree]) {
        if depth < DecodedObject.maximumListDepth,
            node["kind"]?.scalar?.text.hasSuffix("List") == true,
            let items = node["items"]?.items
        {
            for item in items { add(item, depth: depth + 1, to: &found) }
            return
        }
        found[node.position] = Tree(node)
    }
}

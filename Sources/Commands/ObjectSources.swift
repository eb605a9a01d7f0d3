// SPDX-License-Identifier: Apache-2.0

import Files
import Kubernetes
import YAML

/// Reads objects again from the files that they are written in, each file once.
///
/// What is kept of an object in memory is what the server needs; people see all of it.
struct ObjectSources {
    /// Where an object is written.
    private struct Place: Hashable {
        let line: Int
        let column: Int
    }

    private let source: any FileSource
    /// The objects of the files that were read, by their places.
    private var known: [String: [Place: Tree]] = [:]

    init(_ source: any FileSource) { self.source = source }

    /// The object as it is written; nil when it is not there any more.
    mutating func tree(of item: ClusterContents.Item) -> Tree? {
        let objects = known[item.file] ?? read(item.file)
        known[item.file] = objects
        let place = Place(line: item.position.line, column: item.position.column)
        guard let tree = objects[place],
            tree["metadata"]?["name"]?.text == item.metadata.name
        else { return nil }
        return tree
    }

    private func read(_ path: String) -> [Place: Tree] {
        guard let bytes = try? source.read(path) else { return [:] }
        var found: [Place: Tree] = [:]
        var reader = YAMLReader(bytes)
        while let document = reader.next() {
            guard case .success(let node) = document else { continue }
            Self.add(node, depth: 0, to: &found)
        }
        return found
    }

    /// Adds an object, or those of a List.
    private static func add(_ node: YAMLNode, depth: Int, to found: inout [Place: Tree]) {
        if depth < DecodedObject.maximumListDepth,
            node["kind"]?.scalar?.text.hasSuffix("List") == true,
            let items = node["items"]?.items
        {
            for item in items { add(item, depth: depth + 1, to: &found) }
            return
        }
        let place = Place(line: node.position.line, column: node.position.column)
        found[place] = Tree(node)
    }
}

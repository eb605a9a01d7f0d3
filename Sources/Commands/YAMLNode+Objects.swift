// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import YAML

extension YAMLNode {
    /// Shows every object of a file, one after the other: those of a List one by one; what is no
    /// YAML is passed over.
    ///
    /// It ends where `body` says that it has seen enough.
    static func visitObjects(in bytes: [UInt8], _ body: (YAMLNode) -> Bool) {
        var reader = YAMLReader(bytes)
        while let document = reader.next() {
            guard case .success(let node) = document else { continue }
            if node.visitObjects(depth: 0, body) { return }
        }
    }

    /// Shows the object itself, or those of a List; whether `body` has seen enough.
    private func visitObjects(depth: Int, _ body: (YAMLNode) -> Bool) -> Bool {
        guard depth < DecodedObject.maximumListDepth,
            self["kind"]?.scalar?.text.hasSuffix("List") == true, let items = self["items"]?.items
        else { return body(self) }
        return items.contains { $0.visitObjects(depth: depth + 1, body) }
    }
}

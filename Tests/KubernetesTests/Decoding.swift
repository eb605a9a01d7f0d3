// SPDX-License-Identifier: Apache-2.0

import Kubernetes

/// The mistakes of a manifest, each as `line:column: text`.
func mistakes(_ text: String) -> [String] {
    DecodedObject.all(in: Array(text.utf8), of: "f").flatMap(\.mistakes).map {
        String($0.description.dropFirst(2))
    }
}

/// The objects of a manifest that is right.
func objects(_ text: String) -> [ClusterObject] {
    DecodedObject.all(in: Array(text.utf8), of: "f").flatMap(\.objects)
}

/// A Service with the lines of `spec` in it.
func service(_ spec: String, name: String = "s") -> String {
    let lines = spec.split(separator: "\n").map { "  " + $0 }.joined(separator: "\n")
    return "apiVersion: v1\nkind: Service\nmetadata:\n  name: \(name)\nspec:\n\(lines)\n"
}

/// The one Service that a manifest holds; nil when it is wrong.
func onlyService(_ text: String) -> Service? {
    guard case .service(let service) = objects(text).first else { return nil }
    return service
}

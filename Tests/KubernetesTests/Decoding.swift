// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Testing

/// One rule of the API server's validation: what keeps to it, and what does not.
struct Rule: CustomTestStringConvertible, Sendable {
    /// The lines of a `spec`, as far as the rule is about them.
    let accepted: String
    let refused: String
    /// What is said of the refused one; `%` stands for the object and the field above.
    let mistake: String

    init(_ accepted: String, _ refused: String, _ mistake: String) {
        self.accepted = accepted
        self.refused = refused
        self.mistake = mistake
    }

    var testDescription: String { mistake }
}

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

/// A workload named `web` with the lines of `spec` in it, which begin in the fifth.
func workload(_ spec: String, kind: String = "Deployment", version: String = "apps/v1") -> String {
    let lines = spec.split(separator: "\n").map { "  " + $0 }.joined(separator: "\n")
    return "apiVersion: \(version)\nkind: \(kind)\nmetadata: {name: web}\nspec:\n\(lines)\n"
}

/// The one workload that a manifest holds; nil when it is wrong.
func onlyWorkload(_ text: String) -> Workload? {
    guard case .workload(let workload) = objects(text).first else { return nil }
    return workload
}

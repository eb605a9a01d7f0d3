// SPDX-License-Identifier: Apache-2.0

import Plugin

/// What is said where there is nothing to be shown, in kubectl's words.
extension CommandOutput {
    /// Says that an object is not there, which makes the command fail; `kind`: its plural.
    package mutating func missing(_ kind: String, _ name: String) {
        errors += "Error from server (NotFound): \(kind) \"\(name)\" not found\n"
        code = 1
    }

    /// Says that no object is meant, of a namespace or, where it is nil, of all; no failure.
    mutating func nothingFound(in namespace: String?) {
        errors +=
            namespace.map { "No resources found in \($0) namespace.\n" } ?? "No resources found\n"
    }
}

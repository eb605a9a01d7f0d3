// SPDX-License-Identifier: Apache-2.0

/// One label with its value, as objects are found by it.
///
/// Of the labels by which Pods of one workload differ, all values count as one: nearly every Pod
/// would be found under them alone, which costs more than it helps.
struct Label: Hashable, Sendable {
    private static let numbering: Set<String> = [
        "statefulset.kubernetes.io/pod-name", "apps.kubernetes.io/pod-index",
        "batch.kubernetes.io/job-completion-index",
    ]

    let key: String
    let value: String

    init(key: String, value: String) {
        self.key = key
        self.value = Self.numbering.contains(key) ? "" : value
    }
}

extension Label {
    /// The labels that any of some Pods has; those that all share cost the first one only.
    static func all(of pods: [Pod]) -> Set<Label> {
        var found: Set<Label> = []
        var last: [String: String] = [:]
        for pod in pods where pod.metadata.labels != last {
            last = pod.metadata.labels
            for (key, value) in last { found.insert(Label(key: key, value: value)) }
        }
        return found
    }

    /// A hash of the label in a namespace, the same in every process.
    func number(in namespace: String) -> UInt64 { hashTexts(namespace, key, value) }
}

// SPDX-License-Identifier: Apache-2.0

import YAML

extension ObjectDecoder {
    /// The most Pods that an indexed Job may have at once.
    private static let maximumIndexedParallelism = 100_000

    /// Reads what a Job says beyond its template.
    mutating func readJob(
        _ object: Fields,
        _ spec: Fields,
        into workload: inout Workload
    ) {
        let parallelism = reader.count("parallelism", in: spec)
        let completions = reader.count("completions", in: spec)
        for name in ["backoffLimit", "activeDeadlineSeconds", "ttlSecondsAfterFinished"] {
            _ = reader.count(name, in: spec)
        }
        _ = reader.boolean("manualSelector", in: spec)
        let isSuspended = reader.boolean("suspend", in: spec) ?? false
        let modes = ["NonIndexed", "Indexed"]
        workload.isIndexed = reader.choice("completionMode", in: spec, of: modes) == "Indexed"
        if workload.isIndexed {
            if spec["completions"] == nil {
                reader.required("completions", in: spec, "when completion mode is Indexed")
            }
            let limit = Self.maximumIndexedParallelism
            if let parallelism, parallelism > limit, let node = spec["parallelism"] {
                let wanted = "less than or equal to \(limit) when completion mode is Indexed"
                reader.invalid(node, mustBe: wanted)
            }
        }
        guard !isSuspended, !isDone(object) else {
            workload.podCount = 0
            return
        }
        let wanted = parallelism ?? 1
        workload.podCount = limited(min(wanted, completions ?? wanted), "parallelism", spec)
    }

    /// Whether a Job has come to its end, as a dump of a living cluster tells it.
    private mutating func isDone(_ object: Fields) -> Bool {
        guard let status = reader.fields("status", in: object) else { return false }
        var isDone = false
        for condition in reader.elements("conditions", in: status) {
            let type = reader.string("type", in: condition)
            let answer = reader.choice("status", in: condition, of: ["True", "False", "Unknown"])
            if answer == "True", type == "Complete" || type == "Failed" { isDone = true }
        }
        return isDone
    }
}

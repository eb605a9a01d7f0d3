// SPDX-License-Identifier: Apache-2.0

import Kubernetes

/// What a Job looks like in a column.
struct JobText {
    let status: String
    let completions: String
    /// How long it took, or takes up to now; empty where it was not begun.
    let duration: String

    /// `tree`: the Job as it is written; nil where that cannot be had.
    init(_ job: Workload, _ tree: Tree?, _ wallSeconds: Int64) {
        let (spec, written) = (tree?["spec"], tree?["status"])
        let met = (written?["conditions"]?.items ?? []).filter { $0["status"]?.text == "True" }
            .compactMap { $0["type"]?.text }
        status =
            ["Complete", "Failed"].first(where: met.contains)
            ?? (tree?["metadata"]?["deletionTimestamp"] != nil
                ? "Terminating" : spec?["suspend"] == .boolean(true) ? "Suspended" : "Running")
        let done = written?["succeeded"]?.number ?? 0
        if let wanted = spec?["completions"]?.number {
            completions = "\(done)/\(wanted)"
        } else {
            let atOnce = spec?["parallelism"]?.number ?? 1
            completions = atOnce > 1 ? "\(done)/1 of \(atOnce)" : "\(done)/1"
        }
        let begun = (written?["startTime"]?.text).flatMap(Timestamp.seconds)
        let ended = (written?["completionTime"]?.text).flatMap(Timestamp.seconds)
        duration = begun.map { Ages.text((ended ?? wallSeconds) - $0) } ?? ""
    }
}

extension Tree {
    /// A whole number.
    fileprivate var number: Int? {
        if case .integer(let number) = self { number } else { nil }
    }
}

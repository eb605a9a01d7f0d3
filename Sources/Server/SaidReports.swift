// SPDX-License-Identifier: Apache-2.0

import Plugin

/// Remembers what was said about data, so that a reload says only what is new, and nothing twice.
struct SaidReports: Sendable {
    private var said: Set<Report> = []

    /// What of `reports` was not among the last ones, each once, in order.
    ///
    /// Two server blocks that read the same file report the same mistakes.
    mutating func news(in reports: [Report]) -> [Report] {
        var heard: Set<Report> = []
        let new = reports.filter { heard.insert($0).inserted && !said.contains($0) }
        said = heard
        return new
    }
}

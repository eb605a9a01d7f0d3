// SPDX-License-Identifier: Apache-2.0

import Metrics

/// Runs lives of a server.
///
/// It belongs to one thread. The lives share nothing but the metrics, which decide nothing.
package struct Simulator: ~Copyable {
    private let registry = Registry()

    package init() {}

    /// Lives the life of one seed.
    package func live(_ seed: UInt64) -> LifeReport {
        do throws(ControlMistake) {
            return try Life(seed: seed, registry: registry).run()
        } catch {
            return LifeReport(
                seed: seed,
                queryCount: 0,
                answerCount: 0,
                publishCount: 0,
                reloadCount: 0,
                faults: FaultCounts(),
                hash: 0,
                failure: "seed \(seed): the first configuration was refused: \(error.text)"
            )
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

/// Whether questions to an upstream come back to us.
final class LoopState: Sendable {
    init() {}

    var isClosed: Bool { false }
}

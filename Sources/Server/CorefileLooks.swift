// SPDX-License-Identifier: Apache-2.0

/// What the looks at a Corefile have found, so that the same fault is tried and said once.
struct CorefileLooks: Sendable {
    /// The digest of the one that was refused last.
    var refused: UInt64?
    /// Why it could not be read the last time.
    private var unreadable: StartMistake?

    /// Whether a Corefile that was read is another than the one that is served, and not refused yet.
    mutating func isWorthTaking(_ digest: UInt64, serving served: UInt64) -> Bool {
        unreadable = nil
        // Back at what is served, a fault that comes again is a new one.
        if digest == served { refused = nil }
        return digest != served && digest != refused
    }

    /// Whether the Corefile could be read before, or not for another reason.
    mutating func isNews(_ mistake: StartMistake) -> Bool {
        defer { unreadable = mistake }
        return mistake != unreadable
    }
}

// SPDX-License-Identifier: Apache-2.0

import Files
import Plugin

/// Decides when files that changed are taken.
///
/// A lone change of a file that is whole is taken at once. What may go on in a moment is waited for,
/// so that nobody sees a file gone that is about to be replaced; and what follows something that was
/// just taken is gathered, so that many changes in a row cost a few at a time.
struct Gathering {
    /// How long changes are waited for, and how long the next ones are gathered, in milliseconds.
    static let milliseconds: UInt64 = 10

    /// What happened since what is served was made.
    private(set) var changes = FileChanges()
    /// When the changes are to be taken; nil when that was tried, or none is known.
    private var changesDue: Moment?
    /// When to try again, whatever happens; nil for not at all.
    private var retryDue: Moment?
    /// Since when some of the changes may go on.
    private var openSince: Moment?
    /// When changes were taken last, or tried to be.
    private var triedAt: Moment?

    /// When to take what there is; nil for not at all.
    var due: Moment? {
        guard let changesDue, let retryDue else { return changesDue ?? retryDue }
        return min(changesDue, retryDue)
    }

    /// Notes what happened now.
    mutating func note(_ later: FileChanges, _ now: Moment) {
        changes.formUnion(later)
        openSince = changes.isWhole ? nil : openSince ?? now
        let settled = openSince?.adding(milliseconds: Self.milliseconds) ?? now
        let next = triedAt?.adding(milliseconds: Self.milliseconds) ?? settled
        changesDue = max(settled, next)
    }

    /// Notes that something happened of which nobody knows what.
    mutating func loseTrack() { changes.loseTrack() }

    /// Has everything tried again at a moment.
    mutating func tryAgain(at moment: Moment) { retryDue = moment }

    /// The changes, which are taken now.
    mutating func begin() -> FileChanges {
        (changesDue, retryDue, openSince) = (nil, nil, nil)
        return changes
    }

    /// Notes that the changes were taken, or, if not, tried to be.
    mutating func end(isTaken: Bool, _ now: Moment) {
        triedAt = now
        guard isTaken else { return }
        changes = FileChanges()
        (changesDue, retryDue, openSince) = (nil, nil, nil)
    }
}

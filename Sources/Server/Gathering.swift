// SPDX-License-Identifier: Apache-2.0

import Files
import Plugin

/// Decides when files that changed are taken.
///
/// A change of a file that is whole is taken once nothing has followed for a moment: whoever
/// changes several files, moves an object from one to another, or writes beside and renames, is
/// seen to do it in one step. What may go on is waited for, so that nobody sees a file gone that is
/// about to be replaced; and what follows something that was just taken is gathered for as long as
/// taking that took, so that many changes in a row leave half of the time for other things.
struct Gathering {
    /// How long nothing must have happened, in milliseconds.
    static let quietMilliseconds: UInt64 = 2
    /// How long changes are waited for that may go on, how long files that are whole may follow
    /// each other, and the longest that the next ones are gathered, in milliseconds.
    static let milliseconds: UInt64 = 10
    /// The longest that a change waits, in milliseconds, whatever else happens.
    static let maximumMilliseconds: UInt64 = 20

    /// What happened since what is served was made.
    private(set) var changes = FileChanges()
    /// When the changes are to be taken; nil when that was tried, or none is known.
    private var changesDue: Moment?
    /// When to try again, whatever happens; nil for not at all.
    private var retryDue: Moment?
    /// When the first of the changes happened that were not tried to be taken, and since when some
    /// of them may go on.
    private var firstAt: Moment?
    private var openSince: Moment?
    /// Whether what was noted last is likely to be one of several steps (made, closed, moved, one of
    /// many files, or what happens beside ours), each of which would wake whoever waits for it.
    ///
    /// It is not when one file became whole in one step, and nothing else is to be taken.
    private(set) var expectsSteps = false
    /// Until when changes are gathered that follow those that were taken last, or tried to be.
    private var gatheredUntil = Moment(nanoseconds: 0)

    /// When to take what there is; nil for not at all.
    ///
    /// Another try waits for changes: they are due in a moment.
    var due: Moment? { changesDue ?? retryDue }

    /// Notes what happened now, if anything did.
    mutating func note(_ later: FileChanges, _ now: Moment) {
        expectsSteps = firstAt != nil || !later.isLoneAndWhole
        guard !later.isEmpty else { return }
        changes.formUnion(later)
        let first = firstAt ?? now
        firstAt = first
        openSince = changes.isWhole ? nil : openSince ?? now
        let settled =
            openSince?.adding(milliseconds: Self.milliseconds)
            ?? min(
                now.adding(milliseconds: Self.quietMilliseconds),
                first.adding(milliseconds: Self.milliseconds)
            )
        changesDue = min(
            max(settled, gatheredUntil),
            first.adding(milliseconds: Self.maximumMilliseconds)
        )
    }

    /// Notes that something happened of which nobody knows what.
    mutating func loseTrack() { changes.loseTrack() }

    /// Has everything tried again at a moment.
    mutating func tryAgain(at moment: Moment) { retryDue = moment }

    /// The changes, which are taken now.
    mutating func begin() -> FileChanges {
        (changesDue, retryDue, firstAt, openSince) = (nil, nil, nil, nil)
        return changes
    }

    /// Notes that the changes were taken, or, if not, tried to be, from a moment until now.
    mutating func end(isTaken: Bool, from start: Moment, _ now: Moment) {
        let cost = now.nanoseconds(since: start)
        gatheredUntil = now.adding(nanoseconds: min(cost, Self.milliseconds * 1_000_000))
        guard isTaken else { return }
        changes = FileChanges()
        (changesDue, retryDue, firstAt, openSince) = (nil, nil, nil, nil)
    }
}

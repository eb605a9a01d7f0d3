// SPDX-License-Identifier: Apache-2.0

import Plugin

/// The exchanges of one worker that are open, by the questions for whose sake they are.
///
/// It only keeps the books: what is to be done outside of the desk's lock it hands back as a deed.
struct Contests {
    /// The most exchanges that stay open after whoever began them has left.
    static let maximumLeftCount = 1_024

    typealias Waiter = CheckedContinuation<Contest.News?, Never>

    /// An exchange whose reply is awaited.
    struct Pending {
        /// As it was sent.
        let exchange: Exchange
        /// The question with the case that it was given; nil where that was not mixed.
        let unmixed: [UInt8]?
        /// The number of its contest.
        let contest: UInt64
        let tag: Int
    }

    /// Something to be done once nothing is locked.
    enum Deed {
        case resume(Waiter, Contest.News?)
        case tell(Contest.Heir, Contest.News)

        func carryOut(at now: Moment) {
            switch self {
            case .resume(let waiter, let news): waiter.resume(returning: news)
            case .tell(let heir, let news): heir(news, now)
            }
        }
    }

    /// One contest that is not over.
    private struct Entry {
        /// The exchanges that are open, by their ids.
        var open: [UInt64] = []
        /// What ended while nobody waited.
        var unheard: [Contest.News] = []
        var waiter: Waiter?
        var heir: Contest.Heir?
        /// When the waiter or the heir is told that the time is over.
        var until = Moment(nanoseconds: 0)
    }

    private var pending: [UInt64: Pending] = [:]
    private var entries: [UInt64: Entry] = [:]
    /// How many exchanges have an heir.
    private(set) var leftCount = 0

    /// How many are not over.
    var count: Int { entries.count }

    /// Whether the contest with this number is not over.
    func isOpen(_ contest: UInt64) -> Bool { entries[contest] != nil }

    /// The exchange with this id, while it is open.
    func exchange(_ id: UInt64) -> Pending? { pending[id] }

    /// Opens an exchange.
    mutating func begin(_ id: UInt64, _ exchange: Pending) {
        pending[id] = exchange
        entries[exchange.contest, default: Entry()].open.append(id)
    }

    /// Notes an exchange that ended before it began.
    mutating func note(_ news: Contest.News, in contest: UInt64) {
        entries[contest, default: Entry()].unheard.append(news)
    }

    /// Takes out what ended while nobody waited.
    mutating func takeUnheard(in contest: UInt64) -> Contest.News? {
        guard let news = entries[contest]?.unheard.first else { return nil }
        entries[contest]?.unheard.removeFirst()
        removeIfOver(contest)
        return news
    }

    /// Lets somebody wait for news until `moment`.
    mutating func wait(_ waiter: Waiter, in contest: UInt64, until moment: Moment) {
        entries[contest, default: Entry()].waiter = waiter
        entries[contest]?.until = moment
    }

    /// An exchange has ended; what is to be done about it.
    mutating func end(_ id: UInt64, _ reply: Reply) -> Deed? {
        guard let ended = pending.removeValue(forKey: id),
            let place = entries.index(forKey: ended.contest)
        else { return nil }
        let news = Contest.News(tag: ended.tag, reply: reply)
        entries.values[place].open.removeAll { $0 == id }
        let entry = entries.values[place]
        if let waiter = entry.waiter {
            entries.values[place].waiter = nil
            if entry.open.isEmpty { entries.remove(at: place) }
            return .resume(waiter, news)
        }
        if let heir = entry.heir {
            leftCount -= 1
            if entry.open.isEmpty { entries.remove(at: place) }
            return .tell(heir, news)
        }
        entries.values[place].unheard.append(news)
        return nil
    }

    /// The time of a contest may be over; adds what is to be done, and the exchanges that end.
    mutating func expire(
        _ contest: UInt64,
        at now: Moment,
        _ deeds: inout [Deed],
        ended: inout [UInt64]
    ) {
        // A timer of an earlier wait.
        guard let entry = entries[contest], entry.until <= now else { return }
        if let waiter = entry.waiter {
            entries[contest]?.waiter = nil
            removeIfOver(contest)
            deeds.append(.resume(waiter, nil))
        } else if let heir = entry.heir {
            for id in entry.open {
                guard let exchange = pending.removeValue(forKey: id) else { continue }
                deeds.append(.tell(heir, Contest.News(tag: exchange.tag, reply: .timeout)))
            }
            ended += entry.open
            leftCount -= entry.open.count
            entries[contest] = nil
        }
    }

    /// Leaves what is open to an heir until `moment`, or ends it; true when there is an heir now.
    mutating func leave(
        _ contest: UInt64,
        until moment: Moment,
        to heir: Contest.Heir?,
        ended: inout [UInt64]
    ) -> Bool {
        guard let entry = entries[contest] else { return false }
        guard let heir, !entry.open.isEmpty,
            leftCount + entry.open.count <= Self.maximumLeftCount
        else {
            for id in entry.open { pending[id] = nil }
            ended += entry.open
            entries[contest] = nil
            return false
        }
        leftCount += entry.open.count
        entries[contest] = Entry(open: entry.open, heir: heir, until: moment)
        return true
    }

    private mutating func removeIfOver(_ contest: UInt64) {
        guard let entry = entries[contest], entry.open.isEmpty, entry.unheard.isEmpty else {
            return
        }
        entries[contest] = nil
    }
}

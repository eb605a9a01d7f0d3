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
    final class Pending: Sendable {
        /// As it was sent.
        let exchange: Exchange
        /// The question with the case that it was given; nil where that was not mixed.
        let unmixed: [UInt8]?
        /// The number of its contest.
        let contest: UInt64
        let tag: Int

        init(exchange: Exchange, unmixed: [UInt8]?, contest: UInt64, tag: Int) {
            self.exchange = exchange
            self.unmixed = unmixed
            self.contest = contest
            self.tag = tag
        }
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

    /// One contest that is not over; an object, so that it is changed where it lies.
    private final class Entry {
        /// The exchanges that are open, by their ids: the first of them, and the others.
        ///
        /// Most contests have one, and need no memory of its own for it.
        var first: UInt64?
        var others: [UInt64] = []
        /// What ended while nobody waited.
        var unheard: [Contest.News] = []
        var waiter: Waiter?
        var heir: Contest.Heir?
        /// When the waiter or the heir is told that the time is over.
        var until = Moment(nanoseconds: 0)

        var open: [UInt64] { first.map { [$0] + others } ?? others }

        var openCount: Int { (first == nil ? 0 : 1) + others.count }

        /// Whether nothing is open, and nobody waits or has anything left to hear.
        var isOver: Bool {
            first == nil && others.isEmpty && unheard.isEmpty && waiter == nil
        }

        func add(_ id: UInt64) {
            if first == nil, others.isEmpty { first = id } else { others.append(id) }
        }

        func remove(_ id: UInt64) {
            if first == id { first = nil } else { others.removeAll { $0 == id } }
        }
    }

    private var pending = SlotTable<Pending>()
    private var entries = SlotTable<Entry>()
    /// How many exchanges have an heir.
    private(set) var leftCount = 0

    /// How many are not over.
    var count: Int { entries.count }

    /// Whether the contest with this number is not over.
    func isOpen(_ contest: UInt64) -> Bool { entries.contains(contest) }

    /// Begins a contest, and gives its number; `serial` is used for nothing else.
    mutating func begin(serial: UInt64) -> UInt64 { entries.insert(Entry(), serial: serial) }

    /// The exchange with this id, while it is open.
    func exchange(_ id: UInt64) -> Pending? { pending.find(id) }

    /// Opens an exchange, and gives its id; `serial` is used for nothing else.
    mutating func begin(_ exchange: Pending, serial: UInt64) -> UInt64 {
        let id = pending.insert(exchange, serial: serial)
        entries.find(exchange.contest)?.add(id)
        return id
    }

    /// Notes an exchange that ended before it began.
    mutating func note(_ news: Contest.News, in contest: UInt64) {
        entries.find(contest)?.unheard.append(news)
    }

    /// Takes out what ended while nobody waited.
    mutating func takeUnheard(in contest: UInt64) -> Contest.News? {
        guard let entry = entries.find(contest), !entry.unheard.isEmpty else { return nil }
        let news = entry.unheard.removeFirst()
        if entry.isOver { entries.remove(contest) }
        return news
    }

    /// Lets somebody wait for news until `moment`.
    mutating func wait(_ waiter: Waiter, in contest: UInt64, until moment: Moment) {
        guard let entry = entries.find(contest) else { return }
        entry.waiter = waiter
        entry.until = moment
    }

    /// An exchange has ended; what is to be done about it.
    mutating func end(_ id: UInt64, _ reply: Reply) -> Deed? {
        guard let ended = pending.remove(id), let entry = entries.find(ended.contest) else {
            return nil
        }
        let news = Contest.News(tag: ended.tag, reply: reply)
        entry.remove(id)
        var deed: Deed?
        if let waiter = entry.waiter {
            entry.waiter = nil
            deed = .resume(waiter, news)
        } else if let heir = entry.heir {
            leftCount -= 1
            deed = .tell(heir, news)
        } else {
            entry.unheard.append(news)
        }
        if entry.isOver { entries.remove(ended.contest) }
        return deed
    }

    /// The time of a contest may be over; adds what is to be done, and the exchanges that end.
    mutating func expire(
        _ contest: UInt64,
        at now: Moment,
        _ deeds: inout [Deed],
        ended: inout [UInt64]
    ) {
        // A timer of an earlier wait.
        guard let entry = entries.find(contest), entry.until <= now else { return }
        if let waiter = entry.waiter {
            entry.waiter = nil
            if entry.isOver { entries.remove(contest) }
            deeds.append(.resume(waiter, nil))
        } else if let heir = entry.heir {
            for id in entry.open {
                guard let exchange = pending.remove(id) else { continue }
                deeds.append(.tell(heir, Contest.News(tag: exchange.tag, reply: .timeout)))
            }
            ended += entry.open
            leftCount -= entry.openCount
            entries.remove(contest)
        }
    }

    /// Leaves what is open to an heir until `moment`, or ends it; true when there is an heir now.
    mutating func leave(
        _ contest: UInt64,
        until moment: Moment,
        to heir: Contest.Heir?,
        ended: inout [UInt64]
    ) -> Bool {
        guard let entry = entries.find(contest) else { return false }
        guard let heir, entry.openCount > 0,
            leftCount + entry.openCount <= Self.maximumLeftCount
        else {
            for id in entry.open { pending.remove(id) }
            ended += entry.open
            entries.remove(contest)
            return false
        }
        leftCount += entry.openCount
        entry.unheard = []
        entry.waiter = nil
        entry.heir = heir
        entry.until = moment
        return true
    }
}

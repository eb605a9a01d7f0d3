// SPDX-License-Identifier: Apache-2.0

import Plugin

/// The exchanges of one worker that are open, by the questions for whose sake they are.
///
/// It only keeps the books: what is to be done outside of the desk's lock it hands back as a deed.
struct Contests {
    /// The most exchanges that stay open after whoever began them has left.
    static let maximumLeftCount = 1_024

    /// An exchange whose reply is awaited.
    final class Pending: Sendable {
        /// As it was sent.
        let exchange: Exchange
        /// The number of its contest.
        let contest: UInt64
        let tag: Int

        init(exchange: Exchange, contest: UInt64, tag: Int) {
            self.exchange = exchange
            self.contest = contest
            self.tag = tag
        }
    }

    /// Something to be done once nothing is locked.
    enum Deed {
        case resume(Waiter<Contest.News?>, Contest.News?)
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
        /// The exchanges that are open, by their ids: the first of them, and the others.
        ///
        /// Most contests have one, and need no memory of its own for it.
        var first: UInt64?
        var others: [UInt64] = []
        /// What ended while nobody waited.
        var unheard: [Contest.News] = []
        var waiter: Waiter<Contest.News?>?
        var heir: Contest.Heir?
        /// When the waiter or the heir is told that the time is over.
        var until = Moment(nanoseconds: 0)

        var open: [UInt64] { first.map { [$0] + others } ?? others }

        var openCount: Int { (first == nil ? 0 : 1) + others.count }

        /// Whether nothing is open, and nobody waits or has anything left to hear.
        var isOver: Bool {
            first == nil && others.isEmpty && unheard.isEmpty && waiter == nil
        }

        mutating func add(_ id: UInt64) {
            if first == nil, others.isEmpty { first = id } else { others.append(id) }
        }

        mutating func remove(_ id: UInt64) {
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
    func exchange(_ id: UInt64) -> Pending? { pending[id] }

    /// Opens an exchange, and gives its id; `serial` is used for nothing else.
    mutating func begin(_ exchange: Pending, serial: UInt64) -> UInt64 {
        let id = pending.insert(exchange, serial: serial)
        entries[exchange.contest]?.add(id)
        return id
    }

    /// Notes an exchange that ended before it began.
    mutating func note(_ news: Contest.News, in contest: UInt64) {
        entries[contest]?.unheard.append(news)
    }

    /// Takes out what ended while nobody waited.
    mutating func takeUnheard(in contest: UInt64) -> Contest.News? {
        guard entries[contest]?.unheard.isEmpty == false else { return nil }
        let news = entries[contest]?.unheard.removeFirst()
        endIfOver(contest)
        return news
    }

    /// Lets somebody wait for news until `moment`.
    mutating func wait(
        _ waiter: Waiter<Contest.News?>,
        in contest: UInt64,
        until moment: Moment
    ) {
        entries[contest]?.waiter = waiter
        entries[contest]?.until = moment
    }

    /// Forgets a contest when nothing of it is left.
    private mutating func endIfOver(_ contest: UInt64) {
        if entries[contest]?.isOver == true { entries.remove(contest) }
    }

    /// An exchange has ended; what is to be done about it.
    mutating func end(_ id: UInt64, _ reply: Reply) -> Deed? {
        guard let ended = pending.remove(id), entries.contains(ended.contest) else { return nil }
        let news = Contest.News(tag: ended.tag, reply: reply)
        entries[ended.contest]?.remove(id)
        defer { endIfOver(ended.contest) }
        if let waiter = entries[ended.contest]?.waiter.take() { return .resume(waiter, news) }
        if let heir = entries[ended.contest]?.heir {
            leftCount -= 1
            return .tell(heir, news)
        }
        entries[ended.contest]?.unheard.append(news)
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
        if let waiter = entries[contest]?.waiter.take() {
            endIfOver(contest)
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
        guard let entry = entries[contest] else { return false }
        guard let heir, entry.openCount > 0,
            leftCount + entry.openCount <= Self.maximumLeftCount
        else {
            for id in entry.open { pending.remove(id) }
            ended += entry.open
            entries.remove(contest)
            return false
        }
        leftCount += entry.openCount
        entries[contest]?.unheard = []
        entries[contest]?.waiter = nil
        entries[contest]?.heir = heir
        entries[contest]?.until = moment
        return true
    }
}

// SPDX-License-Identifier: Apache-2.0

import Plugin

/// The exchanges of one worker that are open, by the questions for whose sake they are.
///
/// It only keeps the books: what is to be done outside of the desk's lock it hands back as a deed.
struct Contests {
    /// The most exchanges that stay open after whoever began them has left.
    static let maximumLeftCount = 1_024

    /// Who waits for news of a contest.
    enum Listener {
        case task(Waiter<Contest.News?>)
        /// A query that has no task.
        case work(WaitingWork)
    }

    /// Something to be done once nothing is locked.
    enum Deed {
        case hear(Listener, Contest.News?)
        case tell(Contest.Heir, Contest.News)
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
        var listener: Listener?
        var heir: Contest.Heir?
        /// When the listener or the heir is told that the time is over.
        var until = Moment(nanoseconds: 0)

        var open: [UInt64] { first.map { [$0] + others } ?? others }

        var openCount: Int { (first == nil ? 0 : 1) + others.count }

        /// Whether nothing is open, and nobody waits or has anything left to hear.
        var isOver: Bool {
            first == nil && others.isEmpty && unheard.isEmpty && listener == nil
        }

        mutating func add(_ id: UInt64) {
            if first == nil, others.isEmpty { first = id } else { others.append(id) }
        }

        mutating func remove(_ id: UInt64) {
            if first == id { first = nil } else { others.removeAll { $0 == id } }
        }

        /// An exchange has ended; what is to be done about it.
        mutating func end(_ id: UInt64, _ news: Contest.News) -> Deed? {
            remove(id)
            if let listener = listener.take() { return .hear(listener, news) }
            if let heir { return .tell(heir, news) }
            unheard.append(news)
            return nil
        }
    }

    private var pending = SlotTable<ExchangeOrder>()
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
    func exchange(_ id: UInt64) -> ExchangeOrder? { pending[id] }

    /// Whether the exchange with this id is open.
    func isAwaited(_ id: UInt64) -> Bool { pending.contains(id) }

    /// Opens an exchange of a contest, and gives the order for it; `serial` is used for nothing
    /// else.
    mutating func begin(
        _ exchange: Exchange,
        tag: Int,
        in contest: UInt64,
        serial: UInt64
    ) -> ExchangeOrder {
        let order = pending.insert(serial: serial) {
            ExchangeOrder(id: $0, exchange: exchange, contest: contest, tag: tag)
        }
        entries.change(contest) { $0?.add(order.id) }
        return order
    }

    /// Notes an exchange that ended before it began.
    mutating func note(_ news: Contest.News, in contest: UInt64) {
        entries.change(contest) { $0?.unheard.append(news) }
    }

    /// Takes out what ended while nobody waited.
    mutating func takeUnheard(in contest: UInt64) -> Contest.News? {
        let news: Contest.News? = entries.change(contest) { entry in
            guard entry?.unheard.isEmpty == false else { return nil }
            return entry?.unheard.removeFirst()
        }
        if news != nil { endIfOver(contest) }
        return news
    }

    /// Lets somebody wait for news until `moment`.
    mutating func wait(_ listener: Listener, in contest: UInt64, until moment: Moment) {
        entries.change(contest) {
            $0?.listener = listener
            $0?.until = moment
        }
    }

    /// Forgets a contest when nothing of it is left.
    private mutating func endIfOver(_ contest: UInt64) {
        entries.change(contest) { if $0?.isOver == true { $0 = nil } }
    }

    /// An exchange has ended; what is to be done about it.
    mutating func end(_ id: UInt64, _ reply: Reply) -> Deed? {
        guard let ended = pending.remove(id) else { return nil }
        let news = Contest.News(tag: ended.tag, reply: reply)
        let deed: Deed? = entries.change(ended.contest) { entry in
            let deed = entry?.end(id, news)
            if entry?.isOver == true { entry = nil }
            return deed ?? nil
        }
        if case .tell = deed { leftCount -= 1 }
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
        guard let entry = entries[contest], entry.until <= now else { return }
        if let listener = entries.change(contest, { $0?.listener.take() ?? nil }) {
            endIfOver(contest)
            deeds.append(.hear(listener, nil))
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
        entries.change(contest) {
            $0?.unheard = []
            $0?.listener = nil
            $0?.heir = heir
            $0?.until = moment
        }
        return true
    }
}

// SPDX-License-Identifier: Apache-2.0

import Plugin

/// An exchange that the worker shall begin, and whose reply is awaited then.
///
/// A class, since it is kept where it is waited for and where it is sent from.
package final class ExchangeOrder: Sendable {
    package let id: UInt64
    /// As it is sent.
    package let exchange: Exchange
    /// The number of its contest.
    let contest: UInt64
    let tag: Int

    init(id: UInt64, exchange: Exchange, contest: UInt64 = 0, tag: Int = 0) {
        self.id = id
        self.exchange = exchange
        self.contest = contest
        self.tag = tag
    }

    /// A small number that no other open exchange of the worker has.
    var place: Int { SlotTable<Exchange>.place(id) }
}

/// News about an exchange that was begun.
package struct ExchangeReply: Sendable {
    /// What happened.
    package enum News: Sendable {
        /// A message came from the upstream; it may be forged, late or broken.
        case message([UInt8])
        /// The network refused, in its words.
        case failure(String)
    }

    package var id: UInt64
    package var news: News

    package init(id: UInt64, news: News) {
        self.id = id
        self.news = news
    }
}

/// What came of one step, besides the answers that were written at once.
package struct Outputs: Sendable {
    package var late = LateAnswers()
    package var orders: [ExchangeOrder] = []
    /// Exchanges that are over, by id: their sockets can be closed.
    package var endedExchanges: [UInt64] = []
    /// When the core wants to be stepped even if nothing arrives.
    package var wakeAt: Moment?

    package init() {}

    /// Whether there is nothing to be done.
    package var isEmpty: Bool { late.isEmpty && orders.isEmpty && endedExchanges.isEmpty }

    package mutating func removeAll() {
        wakeAt = nil
        // Emptying an array touches its reference count, even where it is empty.
        guard !isEmpty else { return }
        late.removeAll()
        orders.removeAll(keepingCapacity: true)
        endedExchanges.removeAll(keepingCapacity: true)
    }
}

// SPDX-License-Identifier: Apache-2.0

/// Exchanges with upstreams that are open side by side for the sake of one question.
///
/// It begins when the first exchange is begun in it. Each exchange has a tag by which whoever began
/// it knows it again.
package struct Contest: Sendable {
    /// The desk's number for it; 0 before the first exchange.
    package var number: UInt64 = 0

    package init() {}

    /// How one of the exchanges ended.
    package struct News: Sendable {
        package let tag: Int
        package let reply: Reply

        package init(tag: Int, reply: Reply) {
            self.tag = tag
            self.reply = reply
        }
    }

    /// Learns how an exchange ended that was left behind, and when.
    package typealias Heir = @Sendable (News, Moment) -> Void
}

extension Desk {
    /// Asks an upstream, and waits for how that ends.
    package func ask(_ exchange: Exchange) async -> Reply {
        var contest = Contest()
        begin(exchange, tag: 0, in: &contest)
        let news = await news(of: contest, until: exchange.deadline)
        leave(contest, until: exchange.deadline, to: nil)
        return news?.reply ?? .timeout
    }
}

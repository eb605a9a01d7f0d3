// SPDX-License-Identifier: Apache-2.0

/// What a plugin has begun for a query that waits: exchanges of one contest, of which the first
/// that ends will most likely be the answer.
///
/// So most queries that are forwarded need no task of their own.
package struct Beginning: Sendable {
    /// The contest whose first news is waited for; its number is 0 where a task must go on at once.
    package let contest: Contest
    /// Until when.
    package let until: Moment
    package let course: any Course

    package init(of course: any Course, waitingFor contest: Contest, until: Moment) {
        self.course = course
        self.contest = contest
        self.until = until
    }
}

/// How a query goes on for which something was begun: it learns the first news, and then nothing
/// more but in a task.
package protocol Course: AnyObject, Sendable {
    /// Takes the first news, or that there was none in time; true: this is the end, and the answer
    /// is filled in.
    func end(with news: Contest.News?, into answer: inout Answer, desk: any Desk) -> Bool

    /// Goes on in a task where that was not the end.
    func goOn(into answer: inout Answer, desk: any Desk) async -> Outcome
}

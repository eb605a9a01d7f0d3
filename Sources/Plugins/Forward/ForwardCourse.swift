// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Synchronization
import Wire

/// A query that is forwarded: without a task, as long as the first that is heard is its answer.
final class ForwardCourse: Course {
    private let waiting: WaitingQuery
    private let route: ForwardRoute
    private let flights: Flights
    private let flight: Flight
    private let began: Moment
    private let asking: Mutex<Asking>

    private init(
        _ waiting: WaitingQuery,
        _ route: ForwardRoute,
        _ flights: Flights,
        _ flight: Flight,
        since began: Moment,
        _ asking: Asking
    ) {
        self.waiting = waiting
        self.route = route
        self.flights = flights
        self.flight = flight
        self.began = began
        self.asking = Mutex(asking)
    }

    /// Asks the first upstream; nil for whom another way is needed, or somebody asks the same.
    static func begin(
        _ waiting: WaitingQuery,
        _ route: ForwardRoute,
        _ flights: Flights,
        counting cells: WorkerCells,
        _ desk: any Desk
    ) -> Beginning? {
        guard waiting.query.options?.asksSpecially != true, route.mayBegin() else { return nil }
        let key = flights.key(waiting.query)
        guard case .first(let flight) = flights.join(key, until: waiting.deadline) else {
            route.leave()
            return nil
        }
        guard var asking = route.asking(for: waiting, counting: cells, desk) else {
            route.leave()
            flights.land(flight, ForwardRoute.unaskable)
            return nil
        }
        let until = asking.turn(desk)
        // Who has nothing to wait for goes on in a task.
        let contest = asking.openCount > 0 && until != nil ? asking.contest : Contest()
        return Beginning(
            of: ForwardCourse(waiting, route, flights, flight, since: desk.now, asking),
            waitingFor: contest,
            until: until ?? waiting.deadline
        )
    }

    func end(with news: Contest.News?, into answer: inout Answer, desk: any Desk) -> Bool {
        guard let result = asking.withLock({ $0.hear(news, desk) }) else { return false }
        end(result, &answer, desk)
        return true
    }

    func goOn(into answer: inout Answer, desk: any Desk) async -> Outcome {
        var asking = asking.withLock { $0 }
        end(await asking.run(desk), &answer, desk)
        return .done
    }

    private func end(_ result: ForwardResult, _ answer: inout Answer, _ desk: any Desk) {
        route.leave()
        var result = result
        flights.settle(
            &result,
            of: waiting,
            as: flight.cacheKey,
            since: began,
            at: desk.now,
            landing: flight
        )
        Forward.relay(result, to: waiting.query, into: &answer)
    }
}

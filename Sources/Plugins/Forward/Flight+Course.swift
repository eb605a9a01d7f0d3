// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Synchronization
import Wire

/// A query that is forwarded without a task, as long as the first that is heard is its answer.
extension Flight: Course {
    /// Asks the first upstream; nil for whom another way is needed, or somebody asks the same.
    static func begin(
        _ waiting: WaitingQuery,
        _ route: ForwardRoute,
        _ flights: Flights,
        counting cells: WorkerCells,
        _ desk: any Desk
    ) -> Beginning? {
        guard waiting.query.options?.asksSpecially != true, route.mayBegin() else { return nil }
        let seat = flights.join(waiting, at: desk.now, until: waiting.deadline)
        guard case .first(let flight) = seat else {
            route.leave()
            return nil
        }
        let begun: Beginning? = flight.asking.withLock { asking in
            // Made where it lies, as it is large.
            asking = route.asking(for: waiting, counting: cells, desk)
            guard asking != nil else { return nil }
            let until = asking?.turn(desk)
            // Who has nothing to wait for goes on in a task.
            let isWaiting = until != nil && (asking?.openCount ?? 0) > 0
            let contest = isWaiting ? asking?.contest : nil
            return Beginning(
                of: flight,
                waitingFor: contest ?? Contest(),
                until: until ?? waiting.deadline
            )
        }
        if begun == nil {
            route.leave()
            flights.land(flight, ForwardRoute.unaskable)
        }
        return begun
    }

    func end(with news: Contest.News?, into answer: inout Answer, desk: any Desk) -> Bool {
        guard var result = hear(news, desk) else { return false }
        end(&result, &answer, desk)
        return true
    }

    private func hear(_ news: Contest.News?, _ desk: any Desk) -> ForwardResult? {
        asking.withLock { asking in
            guard let result = asking?.hear(news, desk) else { return nil }
            asking?.route.leave()
            return result
        }
    }

    func goOn(into answer: inout Answer, desk: any Desk) async -> Outcome {
        // There is one, as it was begun.
        guard var asking = asking.withLock({ $0 }) else { return .pass }
        var result = await asking.run(desk)
        asking.route.leave()
        end(&result, &answer, desk)
        return .done
    }

    private func end(_ result: inout ForwardResult, _ answer: inout Answer, _ desk: any Desk) {
        flights.settle(&result, of: waiting, as: key, since: began, at: desk.now, landing: self)
        Forward.relay(result, to: waiting.query, into: &answer)
    }
}

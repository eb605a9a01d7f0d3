// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing
import Wire

@testable import Plugins

@Suite struct FlightsTests {
    private let flights = Flights(secret: 7)
    private let end = Moment(nanoseconds: 5_000_000_000)

    private func join(
        _ name: String,
        _ change: (inout Query) -> Void = { _ in }
    ) throws -> Flights.Seat {
        let query = try query(name) { change(&$0) }
        let waiting = WaitingQuery(query: query, message: [], deadline: end)
        return flights.join(waiting, at: Moment(nanoseconds: 0), until: end)
    }

    @Test func bringsThoseTogetherWhoAskTheSame() throws {
        guard case .first(let flight) = try join("www.example") else {
            Issue.record("nobody was there before")
            return
        }
        guard case .later(let same) = try join("WWW.example") else {
            Issue.record("the case of a name makes no difference")
            return
        }
        #expect(same === flight && flights.count == 1)
        #expect(flight.add(Bell()))

        flights.land(flight, .refused("no"))

        #expect(flights.count == 0)
        #expect(!same.add(Bell()))
        guard case .refused("no") = same.result else {
            Issue.record("the result is for all")
            return
        }
        guard case .first(let next) = try join("www.example") else {
            Issue.record("who comes later asks anew")
            return
        }
        #expect(next !== flight && next.result == nil)
    }

    @Test func findsEachOfManyUntilItLands() throws {
        let names = (0..<600).map { "n\($0).example" }
        for round in 0..<3 {
            var open: [Flight] = []
            for name in names {
                guard case .first(let flight) = try join(name) else {
                    Issue.record("\(name) is asked for in round \(round) already")
                    return
                }
                open.append(flight)
            }
            #expect(flights.count == names.count)
            for (name, flight) in zip(names, open) {
                guard case .later(let same) = try join(name) else {
                    Issue.record("nobody asks for \(name)")
                    return
                }
                #expect(same === flight)
                flights.land(flight, .refused(name))
            }
            #expect(flights.count == 0)
        }
    }

    @Test(arguments: 0..<6)
    func keepsThoseApartWhoseReplyMayDiffer(place: Int) throws {
        _ = try join("www.example")
        let other = try join(place == 0 ? "www.example.net" : "www.example") { query in
            switch place {
            case 1: query.type = .aaaa
            case 2: query.recordClass = .chaos
            case 3: query.header.flags.formUnion(.checkingDisabled)
            case 4: query.options = ClientOptions(udpByteCount: 512, wantsSignatures: true)
            case 5: query.header.flags.remove(.recursionDesired)
            default: break
            }
        }

        guard case .first = other else {
            Issue.record("somebody was there before")
            return
        }
        #expect(flights.count == 2)
    }
}

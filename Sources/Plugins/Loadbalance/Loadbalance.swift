// SPDX-License-Identifier: Apache-2.0

import Corefile
import Plugin
import Wire

/// Puts the addresses of an answer, and its mail servers, into an order by chance.
///
/// Each set of records is shuffled in its place, so the order of sets stays; a large one begins at
/// a record by chance and goes on in its order, which spreads load as well and costs nothing. `prefer` then moves
/// addresses of a network to the front. Only answers with NOERROR are touched, and no transfers.
package struct Loadbalance: Finisher {
    package static let manual = Manual(
        name: "loadbalance",
        summary: "shuffles the A, AAAA and MX records of every answer",
        usage: "[round_robin]",
        options: [
            Manual.Option(
                "prefer CIDR...",
                "addresses inside these networks come first, in the order of the networks"
            ),
            Manual.Option(
                "shuffle",
                "sets of more than 16 records are shuffled too; without it they begin at any "
                    + "of their records, and go on in their order"
            ),
            Manual.Option("reload DURATION", "part of 'weighted', which is not built yet"),
        ],
        example: "loadbalance round_robin"
    )

    /// A network whose addresses come first.
    private struct Network {
        let address: IPAddress
        let length: Int

        /// Whether the data is an address inside the network.
        func holds(_ data: Span<UInt8>) -> Bool {
            IPAddress(bytes: data)?.isInside(address, length: length) ?? false
        }
    }

    /// The most records of a set that are always shuffled whole.
    static let maximumShuffledCount = 16

    private var preferred: [Network] = []
    /// Whether larger sets are shuffled too, and do not only begin at any of their records.
    private var isShuffled = false

    package init(parsing stanzas: [Stanza], setup: inout Setup) throws(CorefileError) {
        let stanza = try stanzas.onlyOnce()
        if let policy = stanza.arguments.first {
            switch policy.text {
            case "round_robin": try stanza.arguments(atMost: 1)
            case "weighted": throw policy.notYet("policy")
            default:
                throw CorefileError(
                    at: policy.position,
                    "unknown policy '\(policy.text)'; 'round_robin' is known"
                )
            }
        }
        for option in stanza.options {
            switch option.name.text {
            case "prefer":
                try option.arguments(1...Int.max, "networks like '192.0.2.0/24'")
                for word in option.arguments { preferred.append(try Self.network(word)) }
            case "shuffle":
                try option.arguments(0...0, "nothing")
                isShuffled = true
            case "reload": throw option.notYet()
            default: throw option.unknown(Self.manual.optionNames)
            }
        }
    }

    /// Reads `address/length`.
    private static func network(_ word: Word) throws(CorefileError) -> Network {
        let parts = word.text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = IPAddress(parts[0]), let length = Int(parts[1]),
            (0...address.bitCount).contains(length)
        else {
            throw CorefileError(
                at: word.position,
                "'\(word.text)' is no network like '192.0.2.0/24'"
            )
        }
        return Network(address: address, length: length)
    }

    /// One record has one order.
    package var sparesSoleAddresses: Bool { true }

    package func finish(_ query: borrowing Query, _ answer: inout Answer) {
        if answer.isRelayed {
            // Mail servers differ in length, and a preference wants to see every address.
            guard query.type == .mx || !preferred.isEmpty else {
                return spreadRelayed(&answer, seed: query.randomBits)
            }
            answer.unpack(query)
        }
        guard answer.recordCount > 1, answer.code == .noError, query.type != .axfr,
            query.type != .ixfr
        else { return }
        var random = SplitMix(seed: query.randomBits)
        var start = 0
        while start < answer.runCount {
            var end = start + 1
            let type = answer.type(ofRun: start)
            if type == .a || type == .aaaa || type == .mx {
                while end < answer.runCount, answer.isSameSet(start, end) { end += 1 }
                spread(start..<end, of: &answer, &random)
            }
            start = end
        }
    }

    /// Brings the addresses of an answer in wire form into an order by chance.
    private func spreadRelayed(_ answer: inout Answer, seed: UInt64) {
        let count = answer.relayedAddressCount
        guard count > 1, answer.code == .noError else { return }
        var random = SplitMix(seed: seed)
        if count > Self.maximumShuffledCount, !isShuffled {
            return answer.beginAddresses(at: random.number(below: count))
        }
        answer.shuffleAddresses(&random)
    }

    /// Brings the runs of one set, and the records of each, into an order by chance.
    private func spread(
        _ runs: Range<Int>,
        of answer: inout Answer,
        _ random: inout SplitMix
    ) {
        var last = runs.upperBound - 1
        while last > runs.lowerBound {
            let other = runs.lowerBound + random.number(below: last - runs.lowerBound + 1)
            if other != last { answer.swapRuns(other, last) }
            last -= 1
        }
        for run in runs {
            let count = answer.recordCount(ofRun: run)
            guard count > 1 else { continue }
            if count > Self.maximumShuffledCount, !isShuffled {
                answer.begin(run: run, at: random.number(below: count))
            } else {
                answer.shuffle(run: run, &random)
            }
        }
        if !preferred.isEmpty { prefer(runs, of: &answer) }
    }

    /// Moves the addresses of each network to the front, network by network: those of a run in it,
    /// and the runs that begin with one.
    private func prefer(_ runs: Range<Int>, of answer: inout Answer) {
        for run in runs {
            var front = 0
            for network in preferred {
                for index in front..<answer.recordCount(ofRun: run)
                where network.holds(answer.data(ofRun: run, at: index)) {
                    if index != front { answer.swapRecords(index, front, ofRun: run) }
                    front += 1
                }
            }
        }
        var front = runs.lowerBound
        for network in preferred {
            for run in front..<runs.upperBound
            where network.holds(answer.data(ofRun: run, at: 0)) {
                if run != front { answer.swapRuns(run, front) }
                front += 1
            }
        }
    }
}

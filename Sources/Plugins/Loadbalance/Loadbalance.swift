// SPDX-License-Identifier: Apache-2.0

import Corefile
import Plugin
import Wire

/// Puts the addresses of an answer, and its mail servers, into an order by chance.
///
/// Each set of records is shuffled in its place, so the order of sets stays. `prefer` then moves
/// addresses of a network to the front. Only answers with NOERROR are touched, and no transfers.
package struct Loadbalance: Plugin {
    package static let manual = Manual(
        name: "loadbalance",
        summary: "shuffles the A, AAAA and MX records of every answer",
        usage: "[round_robin]",
        options: [
            Manual.Option(
                "prefer CIDR...",
                "addresses inside these networks come first, in the order of the networks"
            ),
            Manual.Option("reload DURATION", "part of 'weighted', which is not built yet"),
        ],
        example: "loadbalance round_robin"
    )

    /// A network whose addresses come first.
    private struct Network {
        let address: IPAddress
        let length: Int
    }

    private var preferred: [Network] = []

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

    package func finish(_ query: borrowing Query, _ answer: inout Answer) {
        guard answer.code == .noError, query.type != .axfr, query.type != .ixfr else { return }
        var random = RandomBits(seed: query.randomBits)
        var start = 0
        while start < answer.recordCount {
            var end = start + 1
            let type = answer.type(at: start)
            if type == .a || type == .aaaa || type == .mx {
                while end < answer.recordCount, answer.isSameSet(start, end) { end += 1 }
                Self.shuffle(start..<end, of: &answer, &random)
                if type != .mx, !preferred.isEmpty { prefer(start..<end, of: &answer) }
            }
            start = end
        }
    }

    /// Fisher and Yates: every order is as likely as any other.
    private static func shuffle(
        _ range: Range<Int>,
        of answer: inout Answer,
        _ random: inout RandomBits
    ) {
        var last = range.upperBound - 1
        while last > range.lowerBound {
            let other = range.lowerBound + random.number(below: last - range.lowerBound + 1)
            if other != last { answer.swapRecords(other, last) }
            last -= 1
        }
    }

    /// Moves the addresses of each network to the front, network by network.
    private func prefer(_ range: Range<Int>, of answer: inout Answer) {
        var front = range.lowerBound
        for place in 0..<preferred.count {
            for index in front..<range.upperBound {
                guard let address = IPAddress(bytes: answer.data(at: index)),
                    address.isInside(preferred[place].address, length: preferred[place].length)
                else { continue }
                if index != front { answer.swapRecords(index, front) }
                front += 1
            }
        }
    }
}

/// Random numbers for spreading, from one seed: SplitMix64.
struct RandomBits {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// The next 64 bits.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }

    /// A number from 0 to `bound` - 1; for small bounds the bias cannot be seen.
    mutating func number(below bound: Int) -> Int {
        Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(max(bound, 1))).high)
    }
}

// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Plugins
import Testing
import Wire

@Suite struct LoadbalanceTests {
    /// Three addresses, a name between, three more addresses: in which order they come out.
    private func order(_ text: String, seed: UInt64, code: ResponseCode = .noError) throws
        -> [String]
    {
        let (plugin, _) = try Surroundings().make(Loadbalance.self, text)
        let asked = try query("a.example") { $0.randomBits = seed }
        let name = try Name("ns.example")
        var answer = Answer(counting: Registry().cells(forWorker: 0))
        Self.fill(&answer, name)
        answer.code = code
        plugin.finish(asked, &answer)
        let found = Answered(.done, asked, answer)
        return (found.answers + found.additionals)
            .compactMap { $0.split(separator: " ").last.map(String.init) }
    }

    private static func fill(_ answer: inout Answer, _ name: Name) {
        for last in [1, 2, 3] as [UInt32] {
            answer.append(.answer, .question, IPAddress(v4: 0xC000_0200 + last), ttl: 5)
        }
        answer.put(name: name.bytes.span)
        answer.append(.answer, .question, .ns, ttl: 5)
        for last in [1, 2, 3] as [UInt64] {
            let address = IPAddress(v6High: 0x2001_0DB8 << 32, low: last)
            answer.append(.additional, .question, address, ttl: 5)
        }
    }

    private let plain = [
        "192.0.2.1", "192.0.2.2", "192.0.2.3", "ns.example.", "2001:db8::1", "2001:db8::2",
        "2001:db8::3",
    ]

    @Test func givesEveryOrderOfASetAndLeavesTheRest() throws {
        var seen: [[String]: Int] = [:]
        for seed in 0..<600 as Range<UInt64> {
            let order = try order("loadbalance", seed: seed)
            seen[Array(order[..<3]), default: 0] += 1

            #expect(Set(order[..<3]) == Set(plain[..<3]))
            #expect(order[3] == "ns.example.")
            #expect(Set(order[4...]) == Set(plain[4...]))
        }

        #expect(seen.count == 6)
        #expect(seen.values.allSatisfy { (60...140).contains($0) })
    }

    @Test(arguments: [
        ("loadbalance", 3, 6), ("loadbalance", 40, 40), ("loadbalance {\n  shuffle\n}", 17, 600),
        ("loadbalance {\n  prefer 10.0.0.2/32\n}", 3, 2),
    ])
    func spreadsAddressesOfRelayedReplies(text: String, count: Int, orders: Int) throws {
        let (plugin, _) = try Surroundings().make(Loadbalance.self, text)
        var message = Message(header: Header(id: 1, flags: .response))
        let name = try Name("a.example")
        message.questions = [Question(name, .a)]
        message.answers = (0..<count).map {
            Record(owner: name, type: .a, ttl: 5, data: [10, 0, 0, UInt8($0)])
        }
        let reply = try RelayedReply(parsing: try message.encoded())
        var seen: Set<[String]> = []
        for seed in 0..<600 as Range<UInt64> {
            let asked = try query("a.example") { $0.randomBits = seed }
            var answer = Answer(counting: Registry().cells(forWorker: 0))
            answer.relay(reply)

            plugin.finish(asked, &answer)

            let order = Answered(.done, asked, answer).answers
            #expect(Set(order).count == count)
            seen.insert(order)
        }
        #expect(seen.count == orders)
    }

    @Test func leavesAnswersThatFailedAlone() throws {
        for seed in 0..<20 as Range<UInt64> {
            #expect(try order("loadbalance", seed: seed, code: .nameError) == plain)
        }
    }

    @Test func putsPreferredNetworksFirstInTheirOrder() throws {
        let text = """
            loadbalance round_robin {
                prefer 192.0.2.2/32 2001:db8::2/127
                prefer 192.0.2.0/24
            }
            """
        var ends: Set<String> = []
        for seed in 0..<100 as Range<UInt64> {
            let order = try order(text, seed: seed)
            ends.insert(order[2])

            #expect(order[0] == "192.0.2.2")
            #expect(order[6] == "2001:db8::1")
        }

        #expect(ends == ["192.0.2.1", "192.0.2.3"])
    }

    @Test(arguments: [
        ("loadbalance weighted f", "Corefile:1:13: policy 'weighted' is not built yet"),
        (
            "loadbalance robin",
            "Corefile:1:13: unknown policy 'robin'; 'round_robin' is known"
        ),
        (
            "loadbalance round_robin x",
            "Corefile:1:25: 'x' is one argument too many for 'loadbalance'"
        ),
        (
            "loadbalance {\n  prefer 192.0.2.0/33\n}",
            "Corefile:2:10: '192.0.2.0/33' is no network like '192.0.2.0/24'"
        ),
        (
            "loadbalance {\n  prefer\n}",
            "Corefile:2:3: 'prefer' wants networks like '192.0.2.0/24'"
        ),
        ("loadbalance {\n  reload 3s\n}", "Corefile:2:3: option 'reload' is not built yet"),
    ])
    func refusesWhatItCannotDo(text: String, expected: String) throws {
        #expect(try refusal(of: Loadbalance.self, text) == expected)
    }

    /// The order in which `count` addresses come out.
    private func order(_ text: String, of count: Int, seed: UInt64) throws -> [UInt8] {
        let (plugin, _) = try Surroundings().make(Loadbalance.self, text)
        var answer = Answer(counting: Registry().cells(forWorker: 0))
        for last in 0..<UInt32(count) {
            answer.append(.answer, .question, IPAddress(v4: 0xC000_0200 + last), ttl: 5)
        }
        plugin.finish(try query("a.example") { $0.randomBits = seed }, &answer)
        var order: [UInt8] = []
        for index in 0..<answer.recordCount { order.append(answer.data(at: index)[3]) }
        return order
    }

    @Test func beginsALargeSetAnywhereAndGoesOnInItsOrder() throws {
        var firsts: Set<UInt8> = []
        for seed in 0..<400 as Range<UInt64> {
            let order = try order("loadbalance", of: 17, seed: seed)
            firsts.insert(order[0])

            #expect(order == (0..<17).map { (order[0] + $0) % 17 })
        }

        #expect(firsts.count == 17)
    }

    @Test(arguments: [("loadbalance", 16), ("loadbalance {\n shuffle\n}", 17)])
    func shufflesSmallSetsAndWhereAskedLargeOnes(text: String, count: Int) throws {
        var orders: Set<[UInt8]> = []
        for seed in 0..<100 as Range<UInt64> {
            let order = try order(text, of: count, seed: seed)
            orders.insert(order)

            #expect(order.sorted() == Array(0..<UInt8(count)))
        }

        #expect(orders.count == 100)
    }
}

// SPDX-License-Identifier: Apache-2.0

import Plugin
import Server
import Wire

extension Life {
    /// The address of the server, as clients see it.
    static let local = IPAddress(v4: 0xC000_0235)
    /// How many different clients there are.
    private static let clientCount = 5

    /// A client of its own port, so that answers can be told apart.
    func nextClient() -> Endpoint {
        let number = asked.count
        let port = UInt16(truncatingIfNeeded: 1_024 + number % 60_000)
        return Endpoint(
            IPAddress(v4: 0x0A00_0001 + UInt32(number % Self.clientCount)),
            port: network.rare(3) ? 0 : port
        )
    }

    /// A client asks: over UDP now, or over TCP with several messages in a row.
    func ask() {
        if network.chance(4) {
            openSession()
        } else {
            let message = questions.next(wanted, over: .udp, from: nextClient())
            asked.append(message)
            send(asked.count - 1)
        }
        if deliveredCount < Self.queryCount {
            plan(.ask, inMicroseconds: network.number(20...1_500))
        } else {
            isEnding = true
        }
    }

    /// The network loses, copies and delays a datagram.
    private func send(_ number: Int) {
        if network.chance(2) {
            faults.lost += 1
            return
        }
        let copies = network.chance(3) ? 2 : 1
        faults.duplicated += copies - 1
        for _ in 0..<copies {
            let isSlow = network.chance(10)
            if isSlow { faults.delayed += 1 }
            let delay = isSlow ? network.number(400...30_000) : network.number(1...400)
            let worker = network.below(workers.count)
            plan(.datagram(worker: worker, asked: number), inMicroseconds: delay)
        }
    }

    /// A datagram arrives.
    func deliver(_ number: Int, to worker: SimulatedWorker) {
        begin(worker)
        let message = asked[number]
        // Nobody listens there any more, or not yet.
        guard let listener = worker.listener(at: message.port) else { return }
        deliveredCount += 1
        if number < lastDelivered { faults.reordered += 1 }
        lastDelivered = max(lastDelivered, number)
        let arrival = Arrival(
            listener: listener,
            transport: .udp,
            client: message.client,
            local: Endpoint(Self.local, port: message.port)
        )
        let (receipt, reply) = worker.receive(message.bytes, arrival)
        switch receipt {
        case .waiting: owe(number, worker, 0)
        case .answered(0):
            if !Verdict.mustBeSilent(message) { fail("no answer to \(message.description)") }
        case .answered:
            judge(reply, number, from: models.count - 1)
        }
    }
}

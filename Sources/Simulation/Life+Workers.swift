// SPDX-License-Identifier: Apache-2.0

import Plugin
import Server
import Wire

extension Life {
    /// Begins a worker's batch, unless it is in one.
    func begin(_ worker: SimulatedWorker) {
        guard !worker.isInBatch else { return }
        worker.core.begin(at: now)
        worker.isInBatch = true
        for id in worker.adopt() { cutOff(id, of: worker) }
    }

    /// Ends every batch; false when there was none.
    @discardableResult
    func endBatches() -> Bool {
        var hasEnded = false
        for worker in workers where worker.isInBatch {
            end(worker)
            hasEnded = true
        }
        return hasEnded
    }

    /// Ends a worker's batch, and does what the core asks for until nothing new comes of it.
    func end(_ worker: SimulatedWorker) {
        worker.isInBatch = false
        // LIMIT: a refused exchange lets its query go on; each makes a bounded number of attempts.
        while true {
            worker.core.end(into: &worker.outputs)
            let outputs = worker.outputs
            if outputs.isEmpty {
                wake(worker, at: outputs.wakeAt)
                wakeOthers()
                return
            }
            for answer in outputs.late { settle(answer, of: worker) }
            for order in outputs.orders { begin(order, of: worker) }
        }
    }

    /// Wakes the workers whose queries can go on since another worker has what they wait for.
    private func wakeOthers() {
        for worker in workers where !worker.isInBatch && worker.core.hasReady {
            wake(worker, at: now)
        }
    }

    /// Plans to wake a worker when its core wants to be.
    private func wake(_ worker: SimulatedWorker, at moment: Moment?) {
        guard let moment else { return }
        let wanted = max(moment.nanoseconds, now.nanoseconds) - skew
        if let planned = worker.wakeTime, planned <= wanted { return }
        worker.wakeTime = wanted
        queue.plan(.wake(worker: worker.index), at: wanted)
    }

    /// Asks an upstream.
    private func begin(_ order: ExchangeOrder, of worker: SimulatedWorker) {
        log.add(order.id)
        log.add(order.exchange.message)
        let news = upstreams.answer(order.exchange, at: now)
        for (delay, news) in news {
            if delay == 0 {
                worker.core.take(ExchangeReply(id: order.id, news: news))
            } else {
                queue.plan(
                    .upstream(worker: worker.index, id: order.id, news: news),
                    at: time + delay
                )
            }
        }
    }

    /// Takes an answer that came late.
    private func settle(_ answer: LateAnswer, of worker: SimulatedWorker) {
        let arrival = answer.arrival
        if arrival.transport == .tcp, let number = worker.sessions[arrival.connection] {
            worker.streams.answer(
                answer.bytes.count,
                of: answer.bytes,
                on: arrival.connection,
                at: now
            )
            promise(answer.bytes, session: number)
        }
        guard answer.bytes.count >= Header.byteCount else {
            fail("a late answer of \(answer.bytes.count) bytes to \(arrival.client)")
            return
        }
        let key = OwedKey(
            worker: worker.index,
            connection: arrival.connection,
            client: arrival.client,
            id: UInt16(answer.bytes[0]) << 8 | UInt16(answer.bytes[1])
        )
        guard var debt = owed[key] else {
            fail("an answer that nobody waits for, to \(arrival.client) id \(key.id)")
            return
        }
        debt.count -= 1
        owed[key] = debt.count == 0 ? nil : debt
        judge(answer.bytes, debt.asked, from: debt.edition)
        if arrival.transport == .tcp { takeMessages(of: worker, arrival.connection) }
    }

    /// Judges an answer by every configuration that was served since the query came.
    ///
    /// `edition`: the number of the first of them.
    func judge(_ reply: [UInt8], _ number: Int, from edition: Int) {
        answerCount += 1
        log.add(reply)
        let asked = asked[number]
        var problem: String?
        var wanted: [Expected] = []
        for model in models[edition...].reversed() {
            wanted = model.answers(to: asked, isFaulted: { upstreams.isFaulted($0) })
            let verdict = Verdict(asked: asked, limit: model.limit(for: asked))
            problem = verdict.problem(with: reply, expected: wanted)
            if problem == nil { return }
        }
        let came = (try? Message(parsing: reply.span)).map(Self.text) ?? "\(reply)"
        fail(
            """
            \(asked.description)
              \(problem ?? "")
              expected \(wanted.map(\.description).joined(separator: "\n       or "))
              came     \(came)
            """
        )
    }

    /// A message for people.
    private static func text(_ message: Message) -> String {
        let sections = [message.answers, message.authorities, message.additionals].map { records in
            records.map { Fact($0).description }.sorted().joined(separator: ", ")
        }
        let flags = message.header.flags
        return "\(message.code)\(flags.contains(.authoritative) ? " aa" : "")"
            + "\(flags.contains(.truncated) ? " tc" : "") [\(sections.joined(separator: "] ["))]"
    }

    /// Notes that a query waits.
    func owe(_ number: Int, _ worker: SimulatedWorker, _ connection: UInt64) {
        let asked = asked[number]
        let key = OwedKey(
            worker: worker.index,
            connection: connection,
            client: asked.client,
            id: asked.id
        )
        if owed[key] != nil {
            owed[key]?.count += 1
            return
        }
        owed[key] = Owed(
            asked: number,
            count: 1,
            edition: models.count - 1,
            deadline: now.nanoseconds + Self.waitNanoseconds
        )
    }
}

// SPDX-License-Identifier: Apache-2.0

import Files
import Metrics
import Plugin
import Server
import Wire

/// One life of a server, from its first configuration until nothing waits any more.
///
/// The clients, their network, the upstreams, the files and the clock are simulated; what lies
/// between them is the real server. Everything follows from the seed.
final class Life {
    /// How many messages reach the server in a life, at least.
    static let queryCount = 1_000
    /// How long after a query's deadline its answer may come, in nanoseconds.
    static let slackNanoseconds: UInt64 = 20_000_000
    /// How long a query may wait in all, as the server promises, in nanoseconds.
    static let waitNanoseconds: UInt64 = 5_000_000_000

    /// What happens.
    enum Event {
        /// A client sends a datagram.
        case ask
        /// A datagram arrives at a worker.
        case datagram(worker: Int, asked: Int)
        case connect(session: Int)
        /// The next bytes of a session arrive.
        case chunk(session: Int)
        /// The client of a session reads.
        case read(session: Int)
        /// Something comes from an upstream.
        case upstream(worker: Int, id: UInt64, news: ExchangeReply.News)
        case wake(worker: Int)
        case tick
        case edit
        case finishWriting(path: String)
        case rebuild
        case reload
        case jump
    }

    /// What a query that was not answered at once is owed.
    struct Owed {
        let asked: Int
        /// How many copies of it wait.
        var count: Int
        /// The number of configurations that had been published when the first came.
        let edition: Int
        /// On the server's clock, in nanoseconds.
        var deadline: UInt64
    }

    /// Who is owed: what tells one waiting query from every other.
    struct OwedKey: Hashable {
        let worker: Int
        let connection: UInt64
        let client: Endpoint
        let id: UInt16
    }

    let seed: UInt64
    var queue = EventQueue<Event>()
    /// The time of the simulation, in nanoseconds.
    var time: UInt64 = 1_000_000_000
    /// How far the server's clock has jumped ahead of it, in nanoseconds.
    var skew: UInt64 = 0
    var step = 0
    var log = EventLog()
    var failure: String?

    var network: Dice
    var editor: Dice
    var questions: Questions
    var upstreams: SimulatedUpstreams

    let files: SimulatedFiles
    let control: SimulatedControl
    var workers: [SimulatedWorker] = []

    /// What the files are to say, the newest edit included.
    var wanted: World
    /// What the server must serve by now, and before.
    var models: [ServerModel]

    var asked: [Asked] = []
    var sessions: [Session] = []
    var owed: [OwedKey: Owed] = [:]
    var deliveredCount = 0
    var answerCount = 0
    var publishCount = 0
    /// How often the Corefile was read again and taken.
    var reloadCount = 0
    /// How often somebody changed a file.
    var editCount = 0
    /// The faults of the network and the clock.
    var faults = FaultCounts()
    /// The place of the last datagram that arrived, in the order of their sending.
    var lastDelivered = 0
    /// How often the mounted folder was replaced.
    var mountCount = 0
    /// What the server was told about files since it last looked at them.
    var changes = FileChanges()
    var isEnding = false

    /// Begins the life of `seed`; `registry`: where the server counts, shared by lives to save time.
    init(seed: UInt64, registry: Registry) throws(ControlMistake) {
        self.seed = seed
        // Neighbouring seeds would otherwise draw the same numbers, one step apart.
        var dice = Dice(seed: SplitMix.first(of: seed))
        network = dice.fork()
        editor = dice.fork()
        questions = Questions(dice.fork())
        upstreams = SimulatedUpstreams(dice.fork())
        wanted = World(&dice)
        models = [ServerModel(wanted)]
        files = SimulatedFiles()
        files.replace(World.Path.corefile, wanted.corefile)
        files.replace(World.Path.hosts, wanted.hostsText())
        for file in wanted.cluster.files where !file.isMounted {
            files.replace(file.path, file.text())
        }
        files.mount(wanted.cluster.files.filter(\.isMounted), version: 0)
        control = try SimulatedControl(
            files,
            metrics: registry,
            seed: dice.next(),
            wallSeconds: { 1_700_000_000 }
        )
        for index in 0..<dice.number(1...3) {
            workers.append(
                SimulatedWorker(
                    index: index,
                    serving: control.published,
                    counting: registry.cells(forWorker: index),
                    seed: dice.next()
                )
            )
        }
    }

    /// The server's clock.
    var now: Moment { Moment(nanoseconds: time + skew) }

    /// The model of what is served.
    var model: ServerModel { models[models.count - 1] }

    /// Every fault there was.
    private var allFaults: FaultCounts {
        var faults = faults
        faults += upstreams.faults
        faults.torn += files.tornCount
        return faults
    }

    /// Plans an event in so many microseconds.
    func plan(_ event: Event, inMicroseconds delay: Int) {
        queue.plan(event, at: time + UInt64(max(0, delay)) * 1_000)
    }

    /// Notes what went wrong first.
    func fail(_ text: String) {
        if failure == nil { failure = "seed \(seed), step \(step): \(text)" }
    }

    /// Lives until the end, or until something is wrong.
    func run() -> LifeReport {
        plan(.ask, inMicroseconds: 0)
        plan(.tick, inMicroseconds: 100_000)
        // Every life has a reload, and queries that come after it.
        plan(.edit, inMicroseconds: editor.number(50_000...500_000))
        for _ in 0..<editor.number(1...4) {
            plan(.edit, inMicroseconds: editor.number(50_000...900_000))
        }
        for _ in 0..<editor.below(3) {
            plan(.jump, inMicroseconds: editor.number(100_000...1_500_000))
        }
        while failure == nil, let next = queue.nextTime {
            // What comes of a batch may come before the next event.
            if next > time, endBatches() { continue }
            guard let (next, event) = queue.removeNext() else { break }
            if endsBatches(event) { endBatches() }
            time = next
            step += 1
            handle(event)
        }
        endBatches()
        if failure == nil { checkEnd() }
        return LifeReport(
            seed: seed,
            queryCount: deliveredCount,
            answerCount: answerCount,
            publishCount: publishCount,
            reloadCount: reloadCount,
            faults: allFaults,
            hash: log.hash,
            failure: failure
        )
    }

    /// Whether the event belongs to nobody's batch.
    private func endsBatches(_ event: Event) -> Bool {
        switch event {
        case .rebuild, .reload, .jump: true
        default: false
        }
    }

    private func handle(_ event: Event) {
        log.add(time)
        switch event {
        case .ask: ask()
        case .datagram(let worker, let asked): deliver(asked, to: workers[worker])
        case .connect(let session): connect(session)
        case .chunk(let session): sendChunk(session)
        case .read(let session): read(session)
        case .upstream(let worker, let id, let news):
            begin(workers[worker])
            workers[worker].core.take(ExchangeReply(id: id, news: news))
        case .wake(let worker):
            workers[worker].wakeTime = nil
            begin(workers[worker])
        case .tick: tick()
        case .edit: edit()
        case .finishWriting(let path): finishWriting(path)
        case .rebuild: rebuild()
        case .reload: reload()
        case .jump: jump()
        }
    }

    /// Looks after deadlines, as a worker does once a second.
    private func tick() {
        for worker in workers {
            begin(worker)
            for id in worker.streams.overdue(at: now) { cutOff(id, of: worker) }
        }
        for (key, debt) in owed where now.nanoseconds > debt.deadline + Self.slackNanoseconds {
            fail("no answer by its deadline: \(asked[debt.asked].description) \(key.worker)")
        }
        control.published.release()
        let isOpen = workers.contains { $0.streams.count > 0 }
        if !isEnding || isOpen || !owed.isEmpty || !queue.isEmpty {
            plan(.tick, inMicroseconds: 250_000)
        }
    }

    /// Lets the server's clock jump.
    private func jump() {
        faults.jumps += 1
        let milliseconds = editor.pick([20, 300, 900, 2_500, 6_000, 20_000])
        skew += UInt64(milliseconds) * 1_000_000
        // What waits for an upstream may now be out of time.
        upstreams.noteAll()
        for index in workers.indices { plan(.wake(worker: index), inMicroseconds: 0) }
        for key in owed.keys { owed[key]?.deadlineIsLater(now.nanoseconds) }
    }

    /// What must be so once everything is over.
    private func checkEnd() {
        for worker in workers {
            begin(worker)
            end(worker)
            if worker.core.isWaiting { fail("a query still waits in worker \(worker.index)") }
            if worker.streams.count > 0 { fail("a connection was left open") }
        }
        if reloadCount == 0 { fail("the Corefile was never taken again") }
        for debt in owed.values { fail("never answered: \(asked[debt.asked].description)") }
        control.published.release()
        let count = control.published.retiredCount
        if count > 0 { fail("\(count) old configurations are still held") }
    }
}

extension Life.Owed {
    /// A clock that jumped past the deadline gives the server a moment to notice.
    mutating func deadlineIsLater(_ now: UInt64) {
        if deadline < now { deadline = now }
    }
}

/// A hash of what happened, in its order.
struct EventLog {
    private(set) var hash: UInt64 = 0

    mutating func add(_ value: UInt64) {
        hash = (hash ^ value) &* 0x0000_0100_0000_01B3
        hash ^= hash >> 29
    }

    mutating func add(_ bytes: [UInt8]) { add(hashBytes(bytes.span)) }
}

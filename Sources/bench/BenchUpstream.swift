// SPDX-License-Identifier: Apache-2.0

import Posix
import Synchronization
import Wire

/// The server that those of a run forward to: a thread of this process, at a port that the system
/// chooses, over UDP.
///
/// It stays on the processors of whoever makes it, which are those of the load: only a server's own
/// processor time is counted.
final class BenchUpstream: Sendable {
    /// What the thread and others look at.
    private final class Shared: Sendable {
        let isSilent = Atomic<Bool>(false)
        let maximumRate = Atomic<Int>(0)
        let askedCount = Atomic<Int>(0)
        let hotCount = Atomic<Int>(0)
        let isEnding = Atomic<Bool>(false)
    }

    private static let slotByteCount = 1_232

    let endpoint: Endpoint
    private let shared = Shared()
    private let wakeup: Wakeup
    private let thread: Mutex<Thread?>

    init() throws(SystemError) {
        let local = Endpoint(IPAddress(v4: 0x7F00_0001), port: 0)
        let socket = try UDPSocket(binding: local, sharingPort: false)
        let wakeup = try Wakeup()
        endpoint = socket.local
        self.wakeup = wakeup
        let shared = shared
        let started = try Thread(name: "upstream") {
            do {
                try Self.serve(socket, wakeup, shared)
            } catch {
                Process.write("bench: the upstream ended: \(error)\n", toError: true)
            }
        }
        thread = Mutex(started)
    }

    deinit {
        shared.isEnding.store(true, ordering: .releasing)
        wakeup.wake()
        if let thread = thread.withLock({ $0.take() }) { thread.join() }
    }

    /// Whether it takes what comes and answers nothing.
    var isSilent: Bool {
        get { shared.isSilent.load(ordering: .relaxed) }
        set { shared.isSilent.store(newValue, ordering: .relaxed) }
    }

    /// The most answers a second, beyond which questions are forgotten; 0 for no limit.
    var maximumRate: Int {
        get { shared.maximumRate.load(ordering: .relaxed) }
        set { shared.maximumRate.store(newValue, ordering: .relaxed) }
    }

    /// The questions that came, answered or not.
    var askedCount: Int { shared.askedCount.load(ordering: .relaxed) }
    /// Those of them that were for names of the kind `hot`.
    var hotCount: Int { shared.hotCount.load(ordering: .relaxed) }

    /// Answers until it is told to end.
    private static func serve(
        _ socket: borrowing UDPSocket,
        _ wakeup: Wakeup,
        _ shared: Shared
    ) throws(SystemError) {
        let poll = try Poll()
        try poll.add(socket.number, .input, token: 0)
        try poll.add(wakeup.number, .input, token: 1)
        var received = MessageBatch(slotByteCount: slotByteCount)
        var sent = MessageBatch(slotByteCount: UpstreamAnswer.maximumByteCount)
        var budget: AnswerBudget?
        while !shared.isEnding.load(ordering: .acquiring) {
            _ = try poll.wait(milliseconds: nil)
            try socket.receive(into: &received)
            let now = Clock.monotonicNanoseconds()
            let rate = shared.maximumRate.load(ordering: .relaxed)
            if rate != budget?.rate ?? 0 {
                budget = rate > 0 ? AnswerBudget(rate: rate, now: now) : nil
            }
            let isSilent = shared.isSilent.load(ordering: .relaxed)
            var hotCount = 0
            for index in 0..<received.count {
                if UpstreamAnswer.kind(of: received.message(at: index)) == .hot { hotCount += 1 }
                if isSilent { continue }
                if let isLeft = budget?.take(now: now), !isLeft { continue }
                sent.append(answering: received, at: index, from: nil, interface: 0) { slot in
                    UpstreamAnswer.write(to: received.message(at: index), into: &slot)
                }
            }
            // Counted before the answers leave: who has them finds them counted.
            shared.askedCount.add(received.count, ordering: .relaxed)
            shared.hotCount.add(hotCount, ordering: .relaxed)
            _ = socket.send(&sent)
        }
    }
}

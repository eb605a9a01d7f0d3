// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization
import Testing

@testable import Posix

@Suite struct ThreadTests {
    /// What a thread found out.
    final class Note<Value: Sendable>: Sendable {
        private let value: Mutex<Value?> = Mutex(nil)

        func set(_ new: Value) { value.withLock { $0 = new } }
        var get: Value? { value.withLock { $0 } }
    }

    @Test func hasEndedWhenItIsJoined() throws {
        let note = Note<Int>()

        try Thread(name: "worker") { note.set(7) }.join()

        #expect(note.get == 7)
    }

    @Test(
        "A thread has its name, cut at fifteen bytes",
        arguments: [
            ("worker-0", "worker-0"), ("fifteen-letters", "fifteen-letters"),
            ("sixteen-letters!", "sixteen-letters"),
        ]
    )
    func hasItsName(name: String, kept: String) throws {
        let note = Note<String>()

        try Thread(name: name) { note.set(Thread.currentName) }.join()

        #expect(note.get == kept)
    }

    @Test func runsBesideItsMaker() throws {
        let note = Note<UInt>()

        try Thread(name: "worker") { note.set(UInt(pthread_self())) }.join()

        #expect(note.get != nil)
        #expect(note.get != UInt(pthread_self()))
    }

    @Test func runsOnWhenItIsLetGo() throws {
        let ended = try Wakeup()

        do { _ = try Thread(name: "worker") { ended.wake() } }

        try Loopback.wait(ended.number)
    }

    @Test func staysOnItsProcessor() throws {
        let processor = try #require(Process.processors.last)
        let note = Note<[Int]>()

        try Thread(name: "worker") {
            guard (try? Thread.stay(onProcessor: processor)) != nil else { return }
            note.set(Process.processors)
        }
        .join()

        #expect(note.get == [processor])
        #expect(Process.processors.contains(processor))
    }

    @Test("There is no such processor", arguments: [-1, Process.maximumProcessorCount, Int.max])
    func refusesAProcessor(number: Int) {
        #expect(throws: SystemError(call: "pthread_setaffinity_np", code: EINVAL)) {
            try Thread.stay(onProcessor: number)
        }
    }

    @Test func saysWhichNetworkIsMissing() {
        #expect(throws: SystemError(call: "open /nowhere", code: 2)) {
            try Thread.enterNetwork(at: "/nowhere")
        }
    }

    @Test func givesWayWithThoseThatItStarts() throws {
        let before = Thread.givesWay
        let (own, inner) = (Note<Bool>(), Note<Bool>())

        try Thread(name: "worker") {
            do {
                try Thread.giveWay()
                own.set(Thread.givesWay)
                try Thread(name: "inner") { inner.set(Thread.givesWay) }.join()
            } catch {
                Issue.record(error)
            }
        }.join()

        #expect(own.get == true)
        #expect(inner.get == true)
        #expect(Thread.givesWay == before)
    }
}

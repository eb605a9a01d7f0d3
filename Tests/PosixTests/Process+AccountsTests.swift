// SPDX-License-Identifier: Apache-2.0

import Posix
import Synchronization
import Testing

@Suite struct ProcessAccountsTests {
    @Test func countsThreadsThatHaveEnded() throws {
        let own = Process.identifier
        let before = try #require(Process.processorNanoseconds(of: own))
        let spent = Atomic<UInt64>(0)
        let thread = try Thread(name: "busy") {
            let start = Clock.monotonicNanoseconds()
            while Clock.monotonicNanoseconds() - start < 5_000_000 {
                spent.add(1, ordering: .relaxed)
            }
        }
        thread.join()
        let after = try #require(Process.processorNanoseconds(of: own))

        #expect(spent.load(ordering: .relaxed) > 0)
        #expect(after > before)
    }

    @Test("There is no time where there is no process", arguments: [1 << 23, 0, -1, Int.max])
    func knowsNoOther(identifier: Int) {
        #expect(Process.processorNanoseconds(of: identifier) == nil)
    }

    @Test(.enabled(if: ProcessMemoryTests.isOwnMemory))
    func countsWhatIsAllocated() async {
        // In a process of its own, where nobody else allocates.
        await #expect(processExitsWith: .success) {
            let before = Process.allocatedByteCount
            let bytes = [UInt8](repeating: 1, count: 1 << 20)
            let with = Process.allocatedByteCount

            #expect(((1 << 20)...(1 << 20) + 65_536).contains(with - before))
            withExtendedLifetime(bytes) {}
        }
    }

    @Test func forgetsThePeak() throws {
        try Process.resetPeakMemory(of: Process.identifier)

        let status = String(decoding: try DiskFiles().read("/proc/self/status"), as: UTF8.self)
        #expect(status.contains("VmHWM:"))
    }

    @Test func saysWhichProcessIsNotThere() {
        // Numbers of processes end below 2^22.
        #expect(throws: SystemError.self) { try Process.resetPeakMemory(of: 1 << 23) }
    }
}

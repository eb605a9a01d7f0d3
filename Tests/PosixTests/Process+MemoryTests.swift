// SPDX-License-Identifier: Apache-2.0

import Glibc
import Posix
import Testing

@Suite struct ProcessMemoryTests {
    /// A sanitizer has memory of its own, and gives nothing back.
    static var isOwnMemory: Bool {
        unsafe dlsym(nil, "__tsan_init") == nil && dlsym(nil, "__asan_init") == nil
    }

    @Test(.enabled(if: isOwnMemory)) func givesBackWhatLiesBetweenThingsInUse() throws {
        // 64 MB in pieces, of which each 16th stays, so that the end of the memory is in use.
        var pieces = (0..<8_192).map { [UInt8](repeating: UInt8($0 & 0xFF), count: 8_000) }
        for index in pieces.indices where index % 16 != 15 { pieces[index] = [] }
        let before = try #require(Process.residentByteCount)

        Process.giveMemoryBack()

        let after = try #require(Process.residentByteCount)
        #expect(before - after > 32 << 20)
        #expect(pieces.reduce(0) { $0 + $1.count } == 8_192 / 16 * 8_000)
    }

    @Test(.enabled(if: isOwnMemory)) func returnsLargeListsAtOnce() async {
        await #expect(processExitsWith: .success) {
            Process.returnLargeMemory()
            let before = try #require(Process.residentByteCount)
            // The C library keeps what is as large as the largest that was freed before.
            for byteCount in [16 << 20, 12 << 20, 8 << 20] {
                let list = [UInt8](repeating: 1, count: byteCount)
                #expect(list.reduce(0) { $0 &+ Int($1) } == byteCount)
            }

            let after = try #require(Process.residentByteCount)
            #expect(after - before < 4 << 20)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

@testable import Posix

@Suite struct DescriptorTests {
    @Test func closesWhatItOwns() throws {
        var ends: [CInt] = [-1, -1]
        try #require(unsafe pipe(&ends) == 0)
        let input = Descriptor(owning: ends[0])
        do { _ = Descriptor(owning: ends[1]) }

        // The end of a pipe shows as soon as nobody can write any more.
        let bytes = try readAll(from: input.number, maximumByteCount: 10, name: "pipe")

        #expect(bytes == [])
    }
}

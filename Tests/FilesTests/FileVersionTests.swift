// SPDX-License-Identifier: Apache-2.0

import Files
import Synchronization
import Testing

/// One file that was written at second 100, and can be written again without a trace.
private final class UntracedFile: FileSource {
    private let bytes = Mutex<[UInt8]>([1])
    let reads = Atomic<Int>(0)

    func write(_ new: [UInt8]) { bytes.withLock { $0 = new } }

    func read(_ path: String) throws(FileError) -> [UInt8] {
        reads.add(1, ordering: .relaxed)
        return bytes.withLock { $0 }
    }

    func identity(of path: String) throws(FileError) -> FileIdentity {
        FileIdentity(
            device: 1,
            inode: 1,
            byteCount: bytes.withLock { $0.count },
            modifiedNanoseconds: 0,
            changedNanoseconds: 100_000_000_000,
            isFolder: false
        )
    }

    func list(_ path: String) throws(FileError) -> [String] { [] }
}

@Suite struct FileVersionTests {
    private let source = UntracedFile()

    private func version(at seconds: Int64?) throws -> FileVersion {
        FileVersion(of: try SettledFile(reading: "a", from: source), wallSeconds: seconds)
    }

    private func current(_ version: FileVersion, at seconds: Int64?) throws -> FileVersion? {
        version.current("a", try source.identity(of: "a"), in: source, wallSeconds: seconds)
    }

    @Test(
        "Only a file that was read within two seconds of its writing is read again",
        arguments: [(101, true), (102, false), (103, false), (90, true), (nil, false)]
            as [(Int64?, Bool)]
    )
    func noticesTheSecondWritingWithinATick(seconds: Int64?, isNoticed: Bool) throws {
        let version = try version(at: seconds)
        source.write([2])

        #expect((try current(version, at: 200) == nil) == isNoticed)
    }

    @Test func isReadOnceMoreAndThenTrusted() throws {
        let first = try version(at: 100)
        let second = try #require(try current(first, at: 200))
        let readsBefore = source.reads.load(ordering: .relaxed)

        let third = try current(second, at: 200)

        #expect(third == second)
        #expect(first != second)
        #expect(source.reads.load(ordering: .relaxed) == readsBefore)
    }

    @Test func isOverWhenTheIdentityIsAnother() throws {
        let version = try version(at: 200)
        source.write([1, 2])

        #expect(try current(version, at: 200) == nil)
    }
}

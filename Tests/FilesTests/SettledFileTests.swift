// SPDX-License-Identifier: Apache-2.0

import Files
import Synchronization
import Testing

/// One file that changes under the first readings of it.
private final class ChangingFile: FileSource {
    private let changesLeft: Atomic<Int>
    private let version = Atomic<Int64>(0)
    private let lookCount = Atomic<Int>(0)

    /// How often it was asked for its identity.
    var looks: Int { lookCount.load(ordering: .relaxed) }

    init(changes: Int) { changesLeft = Atomic(changes) }

    func read(_ path: String) throws(FileError) -> [UInt8] {
        if changesLeft.load(ordering: .relaxed) > 0 {
            changesLeft.subtract(1, ordering: .relaxed)
            version.add(1, ordering: .relaxed)
        }
        return [1, 2, 3]
    }

    func identity(of path: String) throws(FileError) -> FileIdentity {
        lookCount.add(1, ordering: .relaxed)
        return FileIdentity(
            device: 1,
            inode: 1,
            byteCount: 3,
            modifiedNanoseconds: version.load(ordering: .relaxed),
            isFolder: path == "folder"
        )
    }

    func list(_ path: String) throws(FileError) -> [String] { [] }
}

/// One file that somebody has open for writing, and a source that says no more than it must.
private struct OpenFile: FileSource {
    func read(_ path: String) throws(FileError) -> [UInt8] { [1, 2, 3] }

    func isBeingWritten(_ path: String) -> Bool { true }

    func identity(of path: String) throws(FileError) -> FileIdentity {
        FileIdentity(device: 1, inode: 1, byteCount: 3, modifiedNanoseconds: 0, isFolder: false)
    }

    func list(_ path: String) throws(FileError) -> [String] { [] }
}

@Suite struct SettledFileTests {
    @Test("A file that settles in time is read", arguments: 0..<SettledFile.maximumAttempts)
    func readsWhatSettles(changes: Int) throws {
        let file = try SettledFile(reading: "a", from: ChangingFile(changes: changes))

        #expect(file.bytes == [1, 2, 3])
    }

    @Test func goesByAnIdentityThatIsKnown() throws {
        let source = ChangingFile(changes: 0)
        let found = try source.identity(of: "a")

        let file = try SettledFile(reading: "a", from: source, found: found)

        #expect(file.identity == found)
        #expect(source.looks == 2)
    }

    /// What was looked up may be another version than what is read.
    @Test func doesNotTrustAnIdentityThatIsOutOfDate() throws {
        let source = ChangingFile(changes: 1)
        let found = try source.identity(of: "a")
        _ = try source.read("a")

        let file = try SettledFile(reading: "a", from: source, found: found)

        #expect(file.identity != found)
        #expect(source.looks == 4)
    }

    @Test func givesUpOnWhatNeverSettles() {
        let source = ChangingFile(changes: SettledFile.maximumAttempts)

        #expect(throws: FileError(path: "a", reason: .unsettled)) {
            try SettledFile(reading: "a", from: source)
        }
    }

    @Test("A writer is waited for only where that was asked", arguments: [false, true])
    func waitsForWriters(isWaiting: Bool) {
        let result = Result { () throws(FileError) in
            try SettledFile(reading: "open", from: OpenFile(), waitsForWriters: isWaiting).bytes
        }

        let refusal = FileError(path: "open", reason: .beingWritten)
        #expect(result == (isWaiting ? .failure(refusal) : .success([1, 2, 3])))
    }

    @Test("A file above the limit is refused", arguments: [(3, true), (2, false)])
    func keepsToTheLimit(limit: Int, isRead: Bool) {
        let result = Result { () throws(FileError) in
            try SettledFile(reading: "a", from: OpenFile(), maximumByteCount: limit).bytes
        }

        let refusal = FileError(path: "a", reason: .tooLarge(limit: limit))
        #expect(result == (isRead ? .success([1, 2, 3]) : .failure(refusal)))
    }

    @Test func refusesAFolder() {
        #expect(throws: FileError(path: "folder", reason: .isFolder)) {
            try SettledFile(reading: "folder", from: ChangingFile(changes: 0))
        }
    }
}

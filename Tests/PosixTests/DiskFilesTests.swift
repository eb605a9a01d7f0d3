// SPDX-License-Identifier: Apache-2.0

import Files
import Glibc
import Testing

@testable import Posix

@Suite struct DiskFilesTests {
    let folder = TemporaryFolder()

    @Test("A file is read up to its limit", arguments: [0, 1, 99, 100])
    func readsUpToItsLimit(byteCount: Int) throws {
        let text = String(repeating: "x", count: byteCount)
        folder.write(text, to: "file")

        let bytes = try DiskFiles(maximumByteCount: 100).read(folder("file"))

        #expect(bytes == Array(text.utf8))
    }

    @Test func refusesOneByteMore() {
        folder.write(String(repeating: "x", count: 101), to: "file")
        let files = DiskFiles(maximumByteCount: 100)

        #expect(throws: FileError(path: folder("file"), reason: .tooLarge(limit: 100))) {
            try files.read(folder("file"))
        }
        // This one has no size before it is read.
        #expect(throws: FileError(path: "/proc/self/limits", reason: .tooLarge(limit: 100))) {
            try files.read("/proc/self/limits")
        }
    }

    @Test func readsWhatIsLargerThanOneReading() throws {
        let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 / 7) % 128 }
        folder.write(String(decoding: bytes, as: UTF8.self), to: "file")

        #expect(try DiskFiles().read(folder("file")) == bytes)
    }

    @Test func saysWhatIsWrong() {
        folder.makeFolder("folder")
        folder.write("", to: "file")
        let files = DiskFiles()

        #expect(throws: FileError(path: folder("none"), reason: .missing)) {
            try files.read(folder("none"))
        }
        #expect(throws: FileError(path: folder("folder"), reason: .isFolder)) {
            try files.read(folder("folder"))
        }
        #expect(throws: FileError(path: folder("file/x"), reason: .notFolder)) {
            try files.read(folder("file/x"))
        }
        #expect(throws: FileError(path: folder("file"), reason: .notFolder)) {
            try files.list(folder("file"))
        }
        #expect(throws: FileError(path: folder("none"), reason: .missing)) {
            try files.identity(of: folder("none"))
        }
        #expect(throws: FileError(path: folder("none"), reason: .missing)) {
            try files.realPath(of: folder("none"))
        }
        folder.link("circle", to: "circle")
        #expect(throws: FileError.self) { try files.read(folder("circle")) }
    }

    @Test func takesNoZeroForTheEndOfAPath() {
        folder.write("secret", to: "file")
        let path = folder("file") + "\0.txt"

        #expect(throws: FileError(path: path, reason: .missing)) { try DiskFiles().read(path) }
    }

    @Test func refusesAPipe() throws {
        try #require(unsafe mkfifo(folder("pipe"), 0o600) == 0)

        #expect(throws: FileError(path: folder("pipe"), reason: .notRegular)) {
            try DiskFiles().read(folder("pipe"))
        }
    }

    @Test func refusesADeviceBehindALink() {
        folder.link("zero.yaml", to: "/dev/zero")

        #expect(throws: FileError(path: folder("zero.yaml"), reason: .notRegular)) {
            try DiskFiles(maximumByteCount: 1 << 20).read(folder("zero.yaml"))
        }
    }

    @Test("A reading has a limit of its own", arguments: [(4, true), (3, false)])
    func keepsToTheLimitOfTheReading(limit: Int, isRead: Bool) {
        folder.write("four", to: "file")

        let result = Result { () throws(FileError) in
            try DiskFiles().read(folder("file"), maximumByteCount: limit)
        }

        let refusal = FileError(path: folder("file"), reason: .tooLarge(limit: limit))
        #expect(result == (isRead ? .success(Array("four".utf8)) : .failure(refusal)))
    }

    @Test func tellsALinkThatLeadsNowhereFromNothing() {
        folder.link("link", to: "nowhere")
        let files = DiskFiles()

        #expect(throws: FileError(path: folder("link"), reason: .dangling)) {
            try files.identity(of: folder("link"))
        }
        #expect(throws: FileError(path: folder("nowhere"), reason: .missing)) {
            try files.identity(of: folder("nowhere"))
        }
    }

    @Test func knowsWhoHasAFileOpenForWriting() throws {
        let files = DiskFiles()
        folder.write("old", to: "file")
        folder.link("link", to: "file")
        let closed = files.isBeingWritten(folder("link"))
        let number = unsafe open(folder("file"), O_WRONLY | O_TRUNC | O_CLOEXEC)
        try #require(number >= 0)
        let opened = files.isBeingWritten(folder("link"))
        close(number)

        #expect(!closed)
        #expect(opened)
        #expect(!files.isBeingWritten(folder("file")) || getuid() != 0)
    }

    @Test func doesNotWaitForAWriterThatHasStoppedLongAgo() throws {
        folder.write("old", to: "file")
        let number = unsafe open(folder("file"), O_WRONLY | O_CLOEXEC)
        try #require(number >= 0)
        defer { close(number) }

        // Times in the future are no sign of a writer either, and these can be made.
        var times = [timespec](repeating: timespec(tv_sec: 4_000_000_000, tv_nsec: 0), count: 2)
        try #require(unsafe futimens(number, &times) == 0)

        #expect(!DiskFiles().isBeingWritten(folder("file")))
    }

    @Test func noticesAnEditThatKeepsSizeAndTime() throws {
        let files = DiskFiles()
        folder.write("one", to: "file")
        let first = try files.identity(of: folder("file"))
        let seconds = Int(first.modifiedNanoseconds / 1_000_000_000)
        let rest = Int(first.modifiedNanoseconds % 1_000_000_000)
        var second = first
        // The clock of the file system goes in ticks; within one nothing can be told.
        for _ in 0..<1_000_000 where second == first {
            folder.write("two", to: "file")
            var times = [timespec](repeating: timespec(tv_sec: seconds, tv_nsec: rest), count: 2)
            try #require(unsafe utimensat(AT_FDCWD, folder("file"), &times, 0) == 0)
            second = try files.identity(of: folder("file"))
        }

        #expect(second.modifiedNanoseconds == first.modifiedNanoseconds)
        #expect(second.changedNanoseconds > first.changedNanoseconds)
    }

    @Test func tellsOneVersionFromTheNext() throws {
        let files = DiskFiles()
        folder.write("one", to: "file")
        folder.link("link", to: "file")
        let first = try files.identity(of: folder("file"))
        let same = try files.identity(of: folder("link"))
        folder.write("three", to: "file")
        let longer = try files.identity(of: folder("file"))
        folder.write("three", to: "other")
        folder.move("other", to: "file")
        let replaced = try files.identity(of: folder("file"))

        #expect(first.isSameFile(as: same))
        #expect(!first.isLink)
        #expect(same.isLink)
        #expect(first.byteCount == 3)
        #expect(!first.isFolder)
        #expect(longer != first)
        #expect(longer.inode == first.inode)
        #expect(replaced.inode != longer.inode)
        #expect(try files.identity(of: folder.path).isFolder)
        let age = Clock.wallSeconds() - first.modifiedNanoseconds / 1_000_000_000
        #expect((-60...60).contains(age))
    }

    @Test func replacesAFileWhole() throws {
        let files = DiskFiles()
        folder.write("the old text, which is longer", to: "file")
        let before = try files.identity(of: folder("file"))

        try files.replace(folder("file"), with: Array("new".utf8))

        #expect(try files.read(folder("file")) == Array("new".utf8))
        #expect(try files.identity(of: folder("file")).inode != before.inode)
        #expect(try files.list(folder.path) == ["file"])
    }

    @Test func keepsTheOldFileWhenReplacingFails() throws {
        let files = DiskFiles()
        folder.makeFolder("folder")

        let error = #expect(throws: SystemError.self) {
            try files.replace(folder("folder"), with: [1])
        }

        #expect(error?.code == EISDIR)
        #expect(try files.list(folder.path) == ["folder"])
    }

    @Test func writesAFilePartByPart() throws {
        let store: any FileStore = DiskFiles()
        var parts: [[UInt8]] = [[1, 2], [], [3]]

        try store.replace(folder("file")) { parts.isEmpty ? nil : parts.removeFirst() }

        #expect(try DiskFiles().read(folder("file")) == [1, 2, 3])
        #expect(try DiskFiles().list(folder.path) == ["file"])
        #expect(throws: FileError(path: folder("no/file"), reason: .missing)) {
            try store.replace(folder("no/file")) { nil }
        }
    }

    @Test func keepsAFileInFoldersThatItMakes() throws {
        let store: any FileStore = DiskFiles()

        try store.keep(folder("a/b/file"), [1, 2])
        try store.keep(folder("a/b/file"), [3])

        #expect(try DiskFiles().read(folder("a/b/file")) == [3])
        #expect(try DiskFiles().list(folder("a/b")) == ["file"])
        folder.write("", to: "flat")
        let error = #expect(throws: FileError.self) { try store.keep(folder("flat/file"), [1]) }
        #expect(error?.reason == .notFolder)
        let long = folder(String(repeating: "x/", count: 3_000) + "file")
        #expect(throws: FileError.self) { try store.keep(long, [1]) }
    }

    @Test func addsToTheEndOfAFileThatIsAsItWasLeft() throws {
        let store: any FileStore = DiskFiles()
        folder.write("ab", to: "file")

        try store.append([0x63], to: folder("file"), of: 2)
        let other = #expect(throws: FileError.self) {
            try store.append([0x64], to: folder("file"), of: 2)
        }
        let missing = #expect(throws: FileError.self) {
            try store.append([0x64], to: folder("none"), of: 0)
        }

        #expect(try DiskFiles().read(folder("file")) == Array("abc".utf8))
        #expect(other?.reason == .unsettled)
        #expect(missing?.reason == .missing)
        #expect(try DiskFiles().list(folder.path) == ["file"])
    }

    @Test(
        "What is remembered has its folder",
        arguments: [
            ([:], true, "/var/lib/apus"), (["HOME": "/h"], true, "/var/lib/apus"),
            (["HOME": "/h"], false, "/h/.local/state/apus"),
            (["HOME": "/h", "XDG_STATE_HOME": "/x"], false, "/x/apus"),
            (["HOME": "/h", "XDG_STATE_HOME": "x"], false, "/h/.local/state/apus"),
            (["STATE_DIRECTORY": "/s:/t"], true, "/s"), (["STATE_DIRECTORY": ""], false, nil),
            (["HOME": "h"], false, nil), ([:], false, nil),
        ] as [([String: String], Bool, String?)]
    )
    func hasAStateFolder(environment: [String: String], isRoot: Bool, expected: String?) {
        #expect(DiskFiles().stateFolder(environment, isRoot: isRoot) == expected)
    }

    @Test func listsNamesInOrder() throws {
        for name in ["b", "a", "..data", ".hidden", "c"] { folder.write("", to: name) }

        #expect(try DiskFiles().list(folder.path) == ["..data", ".hidden", "a", "b", "c"])
    }

    @Test func followsEveryLink() throws {
        let files = DiskFiles()
        folder.makeFolder("real")
        folder.write("", to: "real/file")
        folder.link("link", to: "real")

        let path = try files.realPath(of: folder("link/../link/file"))

        #expect(path == (try files.realPath(of: folder.path)) + "/real/file")
    }
}

// SPDX-License-Identifier: Apache-2.0

import Files
import Glibc
import Testing

@testable import Posix

/// The system queues its records before the call that caused them returns: no test has to wait.
@Suite struct FileWatcherTests {
    let folder = TemporaryFolder()

    /// A mounted ConfigMap with one file, in its first version.
    func mountConfigMap() {
        folder.makeFolder("..1")
        folder.write("one", to: "..1/Corefile")
        folder.link("..data", to: "..1")
        folder.link("Corefile", to: "..data/Corefile")
    }

    /// Mounts the next version, as the kubelet does: one rename turns the link.
    func remountConfigMap(version: Int) {
        folder.makeFolder("..\(version)")
        folder.write("\(version)", to: "..\(version)/Corefile")
        folder.link("..data_tmp", to: "..\(version)")
        folder.move("..data_tmp", to: "..data")
    }

    @Test func tellsNothingWhenNothingHappens() throws {
        var watcher = try FileWatcher()
        folder.write("", to: "file")

        #expect(watcher.watch([folder("file"), folder.path]) == [])
        #expect(watcher.changes().watchedPaths == [])
    }

    @Test func noticesEveryTurnOfAConfigMap() throws {
        mountConfigMap()
        var watcher = try FileWatcher()
        let path = folder("Corefile")
        _ = watcher.watch([path])

        remountConfigMap(version: 2)
        #expect(watcher.changes().watchedPaths == [path])
        #expect(watcher.changes().watchedPaths == [])
        // The watcher follows by itself where the link leads now.
        folder.write("two again", to: "..2/Corefile")
        #expect(watcher.changes().watchedPaths == [path])
        remountConfigMap(version: 3)
        #expect(watcher.changes().watchedPaths == [path])
        // Nothing leads here any more.
        folder.write("late", to: "..1/Corefile")
        #expect(watcher.changes().watchedPaths == [])
    }

    @Test func noticesAFolderThatIsALink() throws {
        mountConfigMap()
        var watcher = try FileWatcher()
        let path = folder("..data")
        _ = watcher.watch([path])

        remountConfigMap(version: 2)
        #expect(watcher.changes().watchedPaths == [path])
        folder.write("new", to: "..2/another")
        #expect(watcher.changes().watchedPaths == [path])
    }

    @Test func isReadableWhenThereIsSomethingToTell() throws {
        folder.write("one", to: "file")
        var watcher = try FileWatcher()
        let poll = try Poll()
        try poll.add(watcher.number, .input, token: 0)
        _ = watcher.watch([folder("file")])

        #expect(try poll.wait(milliseconds: 0) == 0)
        folder.write("two", to: "file")
        #expect(try poll.wait(milliseconds: 0) == 1)
        _ = watcher.changes()
        #expect(try poll.wait(milliseconds: 0) == 0)
    }

    @Test func noticesAFileThatIsReplacedAndWhatComesAfter() throws {
        folder.write("one", to: "file")
        var watcher = try FileWatcher()
        let path = folder("file")
        _ = watcher.watch([path])

        folder.write("two", to: "file.new")
        #expect(watcher.changes().watchedPaths == [])
        folder.move("file.new", to: "file")
        #expect(watcher.changes().watchedPaths == [path])
        folder.write("three", to: "file")
        #expect(watcher.changes().watchedPaths == [path])
        folder.delete("file")
        #expect(watcher.changes().watchedPaths == [path])
        folder.write("four", to: "file")
        #expect(watcher.changes().watchedPaths == [path])
        try #require(unsafe chmod(path, 0o644) == 0)
        #expect(watcher.changes().watchedPaths == [path])
    }

    @Test func noticesAPathThatOnlyNowBeginsToExist() throws {
        var watcher = try FileWatcher()
        let path = folder("a/b/file")
        #expect(watcher.watch([path]) == [])

        folder.makeFolder("a")
        #expect(watcher.changes().watchedPaths == [path])
        folder.makeFolder("a/b")
        #expect(watcher.changes().watchedPaths == [path])
        folder.write("now", to: "a/b/neighbour")
        #expect(watcher.changes().watchedPaths == [])
        folder.write("now", to: "a/b/file")
        #expect(watcher.changes().watchedPaths == [path])
        folder.move("a", to: "c")
        #expect(watcher.changes().watchedPaths == [path])
    }

    @Test(
        "What happens in a watched folder is noticed",
        arguments: [
            "write", "make", "delete", "move in", "move out",
        ]
    )
    func noticesWhatHappensInAFolder(event: String) throws {
        folder.makeFolder("zones")
        folder.write("", to: "zones/file")
        folder.write("", to: "outside")
        var watcher = try FileWatcher()
        let path = folder("zones")
        _ = watcher.watch([path])

        switch event {
        case "write": folder.write("x", to: "zones/file")
        case "make": folder.makeFolder("zones/folder")
        case "delete": folder.delete("zones/file")
        case "move in": folder.move("outside", to: "zones/new")
        default: folder.move("zones/file", to: "file")
        }

        #expect(watcher.changes().watchedPaths == [path])
    }

    @Test(
        "A file that is written, or moved to its place, is known to be whole",
        arguments: [
            ("write", true), ("empty", false), ("make a folder", false), ("delete", false),
            ("move in", true), ("move out", false), ("replace", true), ("write beside", true),
            ("set the mode", false),
        ]
    )
    func tellsWhatIsWhole(event: String, expected: Bool) throws {
        folder.makeFolder("zones")
        folder.write("one", to: "zones/file")
        folder.write("two", to: "outside")
        var watcher = try FileWatcher()
        _ = watcher.watch([folder("zones")])

        switch event {
        case "write": folder.write("x", to: "zones/file")
        case "empty": folder.write("", to: "zones/file")
        case "make a folder": folder.makeFolder("zones/folder")
        case "delete": folder.delete("zones/file")
        case "move in": folder.move("outside", to: "zones/new")
        case "move out": folder.move("zones/file", to: "file")
        case "replace":
            folder.move("zones/file", to: "zones/file~")
            folder.write("x", to: "zones/file")
        case "write beside":
            folder.write("x", to: "zones/file.new")
            folder.move("zones/file.new", to: "zones/file")
        default: try #require(unsafe chmod(folder("zones/file"), 0o644) == 0)
        }
        let changes = watcher.changes()

        #expect(!changes.isEmpty)
        #expect(changes.isWhole == expected)
    }

    @Test func tellsEveryPathToOneFile() throws {
        folder.write("one", to: "file")
        folder.link("link", to: "file")
        try #require(unsafe link(folder("file"), folder("twin")) == 0)
        var watcher = try FileWatcher()
        let paths: Set = [folder("file"), folder("link"), folder("twin")]
        _ = watcher.watch(paths)

        folder.write("two", to: "twin")
        #expect(watcher.changes().watchedPaths == paths)
        // Letting go of one leaves the others.
        _ = watcher.watch([folder("link")])
        folder.write("three", to: "file")
        #expect(watcher.changes().watchedPaths == [folder("link")])
    }

    @Test func letsGoOfWhatIsNotWanted() throws {
        folder.write("one", to: "file")
        var watcher = try FileWatcher()
        _ = watcher.watch([folder("file")])
        let before = watcher.watchCount

        _ = watcher.watch([])
        folder.write("two", to: "file")

        // The file, and each folder from the root to it.
        #expect(before == 4)
        #expect(watcher.watchCount == 0)
        #expect(watcher.changes().watchedPaths == [])
    }

    @Test func saysWhatCannotBeWatched() throws {
        folder.write("", to: "file")
        var watcher = try FileWatcher()
        folder.link("circle", to: "circle")

        // It leads nowhere, so there is nothing at its end that could be watched.
        #expect(watcher.watch([folder("circle"), folder("file/x"), folder("none")]) == [])
        _ = watcher.changes()
        folder.delete("circle")
        folder.write("", to: "circle")
        #expect(watcher.changes().watchedPaths == [folder("circle")])
    }

    @Test func tellsEverythingWhenTooMuchHappened() throws {
        let limit = "/proc/sys/fs/inotify/max_queued_events"
        let text = String(decoding: try DiskFiles().read(limit), as: UTF8.self)
        let maximum = try #require(Int(text.split(separator: "\n")[0]))
        try #require(maximum <= 1 << 18)
        folder.makeFolder("busy")
        folder.write("", to: "busy/a")
        folder.write("", to: "quiet")
        var watcher = try FileWatcher()
        let paths: Set = [folder("busy"), folder("quiet")]
        _ = watcher.watch(paths)

        for _ in 0...(maximum / 4) {
            folder.move("busy/a", to: "busy/b")
            folder.move("busy/b", to: "busy/a")
        }

        let changes = watcher.changes()
        #expect(changes.watchedPaths == paths)
        #expect(!changes.isComplete)
        #expect(watcher.changes().isEmpty)
    }

    @Test func namesWhatChangedInAFolder() throws {
        folder.makeFolder("zones")
        folder.write("", to: "zones/a")
        folder.write("", to: "zones/b")
        var watcher = try FileWatcher()
        let path = folder("zones")
        _ = watcher.watch([path])

        folder.write("x", to: "zones/a")
        folder.delete("zones/b")
        var changes = watcher.changes()
        #expect(changes.isComplete)
        #expect(changes.names == [path: ["a", "b"]])
        #expect(changes.paths == [])
        // Nothing is known of what a folder holds that took another's place.
        folder.move("zones", to: "old")
        folder.makeFolder("zones")
        changes = watcher.changes()
        #expect(changes.paths == [path])
        folder.write("x", to: "zones/c")
        #expect(watcher.changes().names == [path: ["c"]])
    }
}

// SPDX-License-Identifier: Apache-2.0

import Files
import Testing

@testable import Kubernetes

@Suite struct ManifestFilesTests {
    /// An empty file at a path.
    private func file(_ path: String) -> ManifestFile {
        ManifestFile(path: path, version: nil, bytes: [], previous: nil)
    }

    @Test(
        "Paths come in the order of a walk",
        arguments: [
            ("m/a", "m/b"), ("m/a", "m/a-b"), ("m/a/z", "m/a-b"), ("m/a/z", "m/a.yaml"),
            ("m/a/b/c", "m/a/c"), ("m/Z", "m/a"), ("/a.yaml", "/b/a.yaml"),
        ]
    )
    func ordersPathsAsAWalkDoes(first: String, second: String) {
        #expect(ManifestFiles.precedes(first, second))
        #expect(!ManifestFiles.precedes(second, first))
        #expect(!ManifestFiles.precedes(first, first))
    }

    @Test("Files are put in, exchanged and taken out", arguments: [1, 63, 64, 65, 127, 128, 1_000])
    func holdsEachFileOnceAndInOrder(count: Int) {
        var dice = Dice(state: UInt64(count))
        var files = ManifestFiles()
        let paths = (0..<count).map { "m/\($0 % 7)/\(1_000 + $0)" }

        for path in paths.shuffled(using: &dice) {
            files.put(file(path))
            files.put(file(path))
        }
        #expect(files.map(\.path) == paths.sorted { ManifestFiles.precedes($0, $1) })
        #expect(files.count == count)
        for path in paths { #expect(files[path]?.path == path) }
        #expect(files["m/0/none"] == nil)
        files.remove("m/0/none")
        for path in paths.shuffled(using: &dice).dropFirst(count / 2) { files.remove(path) }
        #expect(files.count == count / 2)
    }

    @Test func tellsWhatIsWrongInFilesThatWereExchanged() {
        let broken = ManifestFile(
            path: "m/1050",
            version: nil,
            bytes: Array("kind: [".utf8),
            previous: nil
        )
        let unread = ManifestFile(
            path: "m/1060",
            keeping: nil,
            because: FileError(path: "m/1060", reason: .beingWritten)
        )
        var files = ManifestFiles((0..<100).map { file("m/\(1_000 + $0)") })

        #expect(Array(files.flawed).isEmpty)
        files.put(broken)
        files.put(unread)
        #expect(files.flawed.contains { $0 === broken })
        #expect(files.unread == ["m/1060"])
        #expect(files.unsettled == ["m/1060"])
        files.remove("m/1000")
        #expect(files.unread == ["m/1060"])
        files.put(file("m/1050"))
        files.put(file("m/1060"))
        #expect(Array(files.flawed).isEmpty)
        #expect(files.unread.isEmpty)
    }

    @Test func comparesOnlyPagesThatAreNotShared() {
        let first = ManifestFiles((0..<1_000).map { file("m/\(1_000 + $0)") })
        var second = first
        second.put(file("m/1100"))
        second.put(file("m/1700x"))
        second.remove("m/1900")

        let (old, new) = ManifestFiles.differing(first, second)

        #expect(old.count <= 3 * 64)
        #expect(new.count == old.count)
        #expect(ManifestFiles.differing(first, first).old.isEmpty)
        #expect(
            ManifestChange.all(from: first, to: second).map(\.path).sorted() == [
                "m/1100", "m/1700x", "m/1900",
            ]
        )
    }

    @Test func sharesThePagesOfAListWithTheSameFiles() {
        let first = (0..<1_000).map { file("m/\(1_000 + $0)") }
        var second = first
        second.remove(at: 700)
        second.insert(file("m/1000a"), at: 1)
        let before = ManifestFiles(first)

        let list = ManifestFiles(second, sharing: before)
        let (old, new) = ManifestFiles.differing(before, list)

        #expect(list.map(\.path) == second.map(\.path))
        #expect(old.count <= 2 * 64)
        #expect(new.count == old.count)
    }
}

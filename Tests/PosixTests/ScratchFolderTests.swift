// SPDX-License-Identifier: Apache-2.0

import Posix
import Testing

@Suite struct ScratchFolderTests {
    @Test func holdsWhatIsWrittenAndGoesWithIt() throws {
        let folder = try ScratchFolder(named: "posix-tests")
        try folder.makeFolder("inner")
        try folder.write("one", to: "inner/file")
        try folder.write("two", to: "inner/file")
        let outside = TemporaryFolder()
        outside.write("kept", to: "file")
        outside.link("link", to: outside("file"))
        outside.move("link", to: "../\(folder.path.split(separator: "/").last ?? "")/link")

        #expect(try DiskFiles().list(folder.path) == ["inner", "link"])
        #expect(try DiskFiles().read(folder("inner/file")) == Array("two".utf8))
        folder.remove()

        #expect((try? DiskFiles().list(folder.path)) == nil)
        #expect(try DiskFiles().read(outside("file")) == Array("kept".utf8))
    }

    @Test func turnsALinkInOneStep() throws {
        let folder = try ScratchFolder(named: "posix-tests")
        defer { folder.remove() }
        for name in ["old", "new"] {
            try folder.makeFolder(name)
            try folder.write(name, to: "\(name)/file")
        }
        try folder.link("current", to: folder("old"))
        try folder.link("current", to: folder("new"))

        #expect(try DiskFiles().read(folder("current/file")) == Array("new".utf8))
        #expect(try DiskFiles().read(folder("old/file")) == Array("old".utf8))
        #expect(try DiskFiles().list(folder.path) == ["current", "new", "old"])
    }

    @Test func refusesAFolderThatIsThere() throws {
        let folder = try ScratchFolder(named: "posix-tests")
        defer { folder.remove() }
        try folder.makeFolder("inner")

        #expect(throws: SystemError(call: "mkdir \(folder("inner"))", code: 17)) {
            try folder.makeFolder("inner")
        }
    }
}

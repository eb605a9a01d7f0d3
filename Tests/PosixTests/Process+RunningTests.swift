// SPDX-License-Identifier: Apache-2.0

import Posix
import Testing

@Suite struct ProcessRunningTests {
    private let folder = TemporaryFolder()

    @Test(arguments: [("exit 0", 0), ("exit 7", 7), ("kill -TERM $$", 143)] as [(String, Int32)])
    func tellsHowAProgramEnded(script: String, code: Int32) throws {
        #expect(try Process.run(["/bin/sh", "-c", script]) == code)
    }

    @Test func waitsForWhatTheProgramDoes() throws {
        let path = folder("said")

        let code = try Process.run(["/bin/sh", "-c", "echo \"$1\" > \"$2\"", "sh", "a b", path])

        #expect(code == 0)
        #expect(try DiskFiles().read(path) == Array("a b\n".utf8))
    }

    @Test func thereMayBeNoSuchProgram() throws {
        #expect(try Process.run([folder("missing")]) == 127)
    }
}

// SPDX-License-Identifier: Apache-2.0

import Files
import Glibc
import Testing

@testable import Posix

@Suite struct ProcessTests {
    @Test func knowsItsSurroundings() throws {
        #expect(Process.identifier == Int(getpid()))
        #expect(Process.environment["PATH"]?.isEmpty == false)
        #expect(!Process.hostName.isEmpty)
        let folder = try #require(Process.workingFolder)
        #expect(
            try DiskFiles().identity(of: folder).inode == DiskFiles().identity(of: ".").inode
        )
    }

    @Test func knowsWhatItUses() throws {
        let resident = try #require(Process.residentByteCount)
        let before = try #require(Process.openDescriptorCount)

        #expect(resident > 1 << 20)
        #expect(before >= 3)
    }

    @Test func readsTheEnvironmentWhole() async {
        await #expect(processExitsWith: .success) {
            unsafe setenv("APUS_EMPTY", "", 1)
            unsafe setenv("APUS_EQUALS", "a=b=c", 1)

            #expect(Process.environment["APUS_EMPTY"] == "")
            #expect(Process.environment["APUS_EQUALS"] == "a=b=c")
            #expect(Process.environment["APUS_NONE"] == nil)
        }
    }

    @Test func raisesItsLimitOfDescriptors() async {
        await #expect(processExitsWith: .success) {
            let kind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
            var limit = rlimit()
            unsafe getrlimit(kind, &limit)
            let allowed = limit.rlim_max
            limit.rlim_cur = 64
            unsafe setrlimit(kind, &limit)

            Process.raiseDescriptorLimit()

            unsafe getrlimit(kind, &limit)
            #expect(limit.rlim_cur == allowed)
        }
    }

    @Test func writesItsNumberAndRemovesIt() throws {
        let folder = TemporaryFolder()
        let path = folder("pid")
        folder.write("a longer text that was there before", to: "pid")

        try Process.writeIdentifier(to: path)
        let text = String(decoding: try DiskFiles().read(path), as: UTF8.self)
        Process.remove(path)
        Process.remove(path)

        #expect(text == "\(getpid())\n")
        #expect(try DiskFiles().list(folder.path) == [])
    }

    @Test func saysWhyItsNumberCannotBeWritten() {
        let folder = TemporaryFolder()
        let path = folder("none/pid")

        #expect(throws: SystemError(call: "open \(path)", code: ENOENT)) {
            try Process.writeIdentifier(to: path)
        }
    }
}

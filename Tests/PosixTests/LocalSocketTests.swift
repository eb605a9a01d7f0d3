// SPDX-License-Identifier: Apache-2.0

import Foundation
import Posix
import Testing

@Suite struct LocalSocketTests {
    /// A path in a folder of its own that nothing lies at.
    private static func path() throws -> (folder: URL, path: String) {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "apus-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return (folder, folder.appending(path: "s").path())
    }

    @Test func carriesBytesBothWays() throws {
        let (folder, path) = try Self.path()
        defer { try? FileManager.default.removeItem(at: folder) }
        let listener = try LocalListener(at: path)
        let client = try LocalSocket(connectingTo: path, patienceSeconds: 5)
        let server = try listener.accept(patienceSeconds: 5)
        let large = [UInt8](repeating: 7, count: 100_000)
        let reader = try Thread(name: "reader") {
            // More than the system holds: it must be read meanwhile.
            try? client.write(Array("ping".utf8))
            #expect((try? client.read(large.count)) == large)
            #expect((try? client.read(1)) == .some(nil))
        }

        #expect(try server.read(4) == Array("ping".utf8))
        try server.write(large)
        end(server)
        reader.join()
    }

    /// Closes a socket.
    private func end(_ socket: consuming LocalSocket) {}

    @Test func isForItsOwnerOnly() throws {
        let (folder, path) = try Self.path()
        defer { try? FileManager.default.removeItem(at: folder) }
        let listener = try LocalListener(at: path)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]

        #expect(mode as? Int == 0o600)
        #expect(listener.path == path)
    }

    @Test("A place in use is left alone, one that was left behind is taken")
    func takesOnlyAbandonedPlaces() throws {
        let (folder, path) = try Self.path()
        defer { try? FileManager.default.removeItem(at: folder) }
        do {
            let first = try LocalListener(at: path)
            let error = #expect(throws: SystemError.self) { _ = try LocalListener(at: path) }
            #expect(error?.isAddressInUse == true)
            #expect(first.path == path)
            // As a server that is killed leaves it behind.
            try FileManager.default.moveItem(atPath: path, toPath: path + "2")
        }
        try FileManager.default.moveItem(atPath: path + "2", toPath: path)
        let second = try LocalListener(at: path)

        #expect(second.path == path)
    }

    @Test func leavesOtherFilesAlone() throws {
        let (folder, path) = try Self.path()
        defer { try? FileManager.default.removeItem(at: folder) }
        try "precious".write(toFile: path, atomically: true, encoding: .utf8)
        let error = #expect(throws: SystemError.self) { _ = try LocalListener(at: path) }

        #expect(error?.isAddressInUse == true)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "precious")
    }

    @Test(arguments: [0, 107, 108])
    func pathsHaveALimit(count: Int) {
        let path = String(repeating: "x", count: count)
        let error = #expect(throws: SystemError.self) {
            _ = try LocalSocket(connectingTo: path, patienceSeconds: 1)
        }

        #expect(error?.description.contains("1 to 107 bytes") == (count != 107))
    }
}

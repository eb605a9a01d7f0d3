// SPDX-License-Identifier: Apache-2.0

import Foundation
import Posix
import Testing
import Wire

/// The program that ends and starts again, with `snapshot`.
@Suite struct SnapshotServerTests {
    private static let corefile = ManifestServerTests.corefile.replacing(
        "manifests manifests",
        with: "manifests manifests\n        snapshot kept"
    )

    /// A server that was ended after its cluster had changed.
    private static func ended() throws -> RunningServer {
        let server = try RunningServer(
            corefile: corefile,
            files: ["manifests/one.yaml": ManifestServerTests.service("one", "10.96.1.1")]
        )
        _ = try ManifestServerTests.wait(for: "10.96.1.1", of: "one", from: server)
        try server.write(ManifestServerTests.service("one", "10.96.1.2"), to: "manifests/one.yaml")
        #expect(try ManifestServerTests.wait(for: "10.96.1.2", of: "one", from: server) != nil)
        server.send(SIGTERM)
        #expect(server.waitForEnd() == 0)
        return server
    }

    private static func address(of name: String, from server: RunningServer) throws -> [UInt8]? {
        try server.ask("\(name).default.svc.cluster.local.", .a).answers.first?.data
    }

    private static func code(of name: String, from server: RunningServer) throws -> ResponseCode {
        try server.ask("\(name).default.svc.cluster.local.", .a).code
    }

    /// Without the manifests nothing but the file can answer, however long one waits.
    @Test func answersFromTheFileUntilTheManifestsAreRead() throws {
        let server = try Self.ended()
        let manager = FileManager.default
        let folder = server.folder.appending(path: "manifests")
        let away = server.folder.appending(path: "away")
        try server.write(ManifestServerTests.service("one", "10.96.1.3"), to: "manifests/one.yaml")
        try manager.moveItem(at: folder, to: away)

        try server.startAgain()

        #expect(try Self.address(of: "one", from: server) == [10, 96, 1, 2])
        #expect(try Self.code(of: "other", from: server) == .serverFailure)
        try manager.moveItem(at: away, to: folder)
        #expect(try ManifestServerTests.wait(for: "10.96.1.3", of: "one", from: server) != nil)
        #expect(try Self.code(of: "other", from: server) == .nameError)
    }

    @Test func startsWithTheFileAndGoesOnWithTheManifests() throws {
        let server = try Self.ended()
        try server.write(ManifestServerTests.service("one", "10.96.1.3"), to: "manifests/one.yaml")

        try server.startAgain()

        let first = try #require(try Self.address(of: "one", from: server))
        #expect([[10, 96, 1, 2], [10, 96, 1, 3]].contains(first))
        #expect(try ManifestServerTests.wait(for: "10.96.1.3", of: "one", from: server) != nil)
        #expect(try Self.code(of: "other", from: server) == .nameError)
    }

    @Test func saysThatAFileIsDamagedAndReadsTheManifestsAtOnce() throws {
        let server = try Self.ended()
        let kept = server.folder.appending(path: "kept")
        var bytes = [UInt8](try Data(contentsOf: kept))
        bytes[bytes.count / 2] ^= 1
        try Data(bytes).write(to: kept)
        try server.write(ManifestServerTests.service("one", "10.96.1.3"), to: "manifests/one.yaml")

        try server.startAgain()

        #expect(try Self.address(of: "one", from: server) == [10, 96, 1, 3])
        #expect(try Self.code(of: "other", from: server) == .nameError)
        let said = server.output(containing: "and is not used")
        #expect(said.contains("kept: is damaged, and is not used; it is written anew"), "\(said)")
    }
}

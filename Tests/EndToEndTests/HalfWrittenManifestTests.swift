// SPDX-License-Identifier: Apache-2.0

import Foundation
import Posix
import Testing
import Wire

/// The program with manifests that are written in place, or lie behind links.
@Suite struct HalfWrittenManifestTests {
    @Test func keepsWhatAStalledWriterHasEmptied() throws {
        let server = try ManifestServerTests.start()
        _ = try ManifestServerTests.wait(for: "10.96.1.1", of: "one", from: server)
        let one = server.folder.appending(path: "manifests/one.yaml")
        let writer = try FileHandle(forWritingTo: one)
        try writer.truncate(atOffset: 0)

        // Another file of the folder makes the server read everything again.
        try server.write(ManifestServerTests.service("two", "10.96.2.2"), to: "manifests/two.yaml")
        _ = try ManifestServerTests.wait(for: "10.96.2.2", of: "two", from: server)
        let meanwhile = try server.ask("one.default.svc.cluster.local.", .a)
        try writer.write(contentsOf: Data(ManifestServerTests.service("one", "10.96.1.2").utf8))
        try writer.close()

        #expect(meanwhile.answers.first?.data == [10, 96, 1, 1])
        #expect(
            try ManifestServerTests.wait(for: "10.96.1.2", of: "one", from: server) != nil
        )
    }

    @Test func seesAnEditBehindALink() throws {
        let server = try ManifestServerTests.start()
        try server.write(ManifestServerTests.service("far", "10.96.3.1"), to: "away/far.txt")
        try FileManager.default.createSymbolicLink(
            atPath: server.folder.appending(path: "manifests/far.yaml").path(),
            withDestinationPath: "../away/far.txt"
        )
        _ = try ManifestServerTests.wait(for: "10.96.3.1", of: "far", from: server)

        try server.write(ManifestServerTests.service("far", "10.96.3.2"), to: "away/far.txt")
        let saved = try ManifestServerTests.wait(for: "10.96.3.2", of: "far", from: server)
        try FileManager.default.removeItem(at: server.folder.appending(path: "away/far.txt"))
        let said = server.output(containing: "far.yaml: is a link")

        #expect(saved != nil)
        #expect(
            said.contains(
                "manifests/far.yaml: is a link that leads nowhere; "
                    + "what it held before stays in use"
            )
        )
        let kept = try server.ask("far.default.svc.cluster.local.", .a)
        #expect(kept.answers.first?.data == [10, 96, 3, 2])
    }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Wire

/// The program that ends and starts again, with `file` in `cache`, behind an upstream that is gone.
@Suite struct KeptAnswersServerTests {
    private static let zone = """
        $ORIGIN test.
        $TTL 3600
        @   IN SOA ns hostmaster 1 7200 1800 86400 60
            IN NS  ns
        ns  IN A   127.0.0.1
        dns IN A   127.0.0.1
        www IN A   192.0.2.80
        """

    /// An upstream that knows its own name, and tells who asks it.
    private static func upstream() throws -> RunningServer {
        try RunningServer(
            corefile: "test {\n    file db.test\n}\n. {\n    whoami\n}\n",
            files: ["db.test": zone + "\n"]
        )
    }

    /// A server that finds its upstream by name, and asks it from an address of its own.
    private static func corefile(_ port: UInt16) -> String {
        """
        . {
            families ipv4
            cache {
                file kept
            }
            forward . dns.test:\(port) {
                resolver 127.0.0.1:\(port)
                source_address 127.0.0.2
            }
        }

        """
    }

    @Test func answersAfterARestartWithoutItsUpstream() throws {
        let upstream = try Self.upstream()
        let server = try RunningServer(corefile: Self.corefile(upstream.port))
        let first = try server.ask("www.test.", .a)
        let asker = try server.ask("who.example.", .a)
        upstream.send(SIGTERM)
        #expect(upstream.waitForEnd() == 0)
        server.send(SIGTERM)
        #expect(server.waitForEnd() == 0)

        try server.startAgain()
        let said = server.output(containing: "plugin/cache: kept: took ")
        let second = try server.ask("www.test.", .a)
        let hidden = try server.ask("www.test.", .aaaa)
        let other = try server.ask("other.test.", .a)

        #expect(said.contains("plugin/cache: kept: took "), "\(said)")
        #expect(first.answers.map(\.data) == [[192, 0, 2, 80]])
        #expect(asker.additionals.first?.data == [127, 0, 0, 2])
        #expect(second.answers.map(\.data) == [[192, 0, 2, 80]])
        #expect(second.answers.allSatisfy { $0.ttl < 3_600 })
        #expect(hidden.code == .noError && hidden.answers.isEmpty)
        #expect(other.code == .serverFailure)
    }
}

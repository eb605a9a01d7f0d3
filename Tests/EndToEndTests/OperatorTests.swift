// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Wire

/// What somebody sees who looks after a server.
@Suite struct OperatorTests {
    private static let whoami = """
        . {
            bind 127.0.0.1
            whoami
            log
        }

        """

    @Test func saysWhatIsDoubtfulInTheCorefile() throws {
        let corefile = "env{$APUS_IS_NOT_SET}.test {\n    bind 127.0.0.1\n    whoami\n}\n"

        let server = try RunningServer(corefile: corefile)

        #expect(server.output(containing: "APUS_IS_NOT_SET").contains("[WARNING] Corefile:1:1:"))
    }

    @Test func saysThatTheCorefileHasGone() throws {
        let corefile = ". {\n    bind 127.0.0.1\n    whoami\n    reload 2s 1s\n}\n"
        let server = try RunningServer(corefile: corefile)

        try FileManager.default.removeItem(at: server.folder.appending(path: "Corefile"))

        #expect(server.output(containing: "Restart failed").contains("loading the Corefile"))
        #expect(try server.ask("still.here.", .a).header.flags.contains(.response))
    }

    @Test(.timeLimit(.minutes(1))) func endsThoughNobodyReadsTheLog() throws {
        let server = try RunningServer(corefile: Self.whoami)
        // More than a pipe holds.
        for number in 0..<2_000 { _ = try server.ask("n\(number).example.", .a) }

        server.send(SIGTERM)

        #expect(server.waitForEnd() == 0)
    }

    /// Whether this machine lets us make a namespace of our own, with limits of its own.
    private static let hasNamespaces =
        (try? RunningServer.run(["unshare", "-Ur", "echo", "yes"]).hasPrefix("yes")) == true

    @Test(.enabled(if: hasNamespaces)) func saysThatFilesCannotBeWatched() throws {
        let setup = "echo 0 > /proc/sys/user/max_inotify_watches && exec \"$0\" \"$@\""

        let server = try RunningServer(
            corefile: ManifestServerTests.corefile,
            files: ["manifests/one.yaml": ManifestServerTests.service("one", "10.96.1.1")],
            behind: ["unshare", "-Ur", "sh", "-c", setup]
        )

        #expect(server.output(containing: "max_user_watches").contains("cannot be watched"))
        #expect(try !server.ask("one.default.svc.cluster.local.", .a).answers.isEmpty)
    }
}

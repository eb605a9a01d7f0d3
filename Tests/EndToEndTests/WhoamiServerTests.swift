// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Wire

/// The whole program with the smallest Corefile.
@Suite struct WhoamiServerTests {
    static let corefile = ". {\n    bind 127.0.0.1\n    whoami\n}\n"

    @Test func answersOverBothTransports() throws {
        let server = try RunningServer(corefile: Self.corefile)

        let udp = try server.dig("who.example", "+noall", "+additional")
        let tcp = try server.dig("who.example", "+noall", "+additional", "+tcp")

        #expect(udp.contains("_udp.who.example."))
        #expect(tcp.contains("_tcp.who.example."))
    }

    @Test("A stop signal ends it with success", arguments: [SIGTERM, SIGINT])
    func endsOnASignal(signal: Int32) throws {
        let server = try RunningServer(corefile: Self.corefile)

        server.send(signal)

        #expect(server.waitForEnd() == 0)
    }

    @Test func refusesABrokenReloadAndKeepsAnswering() throws {
        let server = try RunningServer(corefile: Self.corefile)

        try server.write(". {\n    bind 127.0.0.1\n    whoamy\n}\n", to: "Corefile")
        server.send(SIGHUP)
        let said = server.output(containing: "Restart failed")

        #expect(said.contains("Corefile:3:5: unknown directive 'whoamy'; try 'whoami'"))
        #expect(try server.ask("who.example.", .a).code == .noError)
    }

    @Test func movesToANewCorefileOnASignal() throws {
        let server = try RunningServer(corefile: Self.corefile)
        #expect(try server.ask("who.other.", .a).code == .noError)

        try server.write(
            Self.corefile.replacing(". {", with: "example. {"),
            to: "Corefile"
        )
        server.send(SIGUSR1)
        _ = server.output(containing: "Reloading complete")

        #expect(try server.ask("who.other.", .a).code == .refused)
        #expect(try server.ask("who.example.", .a).code == .noError)
    }

    @Test func letsItsWorkersGoBeforeAllOtherThreads() throws {
        let server = try RunningServer(corefile: Self.corefile)

        // It says that it serves a little before its first thread gives way.
        for _ in 0..<1_000 where try !server.policies().contains("apus 3") {
            PlainAsker.pause(milliseconds: 10)
        }

        // 0 is what threads have from the start, 3 is SCHED_BATCH. A sanitizer has one of its own.
        let policies = try server.policies()
        #expect(["apus 3", "commands 3", "log 3", "worker-0 0"].allSatisfy(policies.contains))
    }

    @Test func noticesASecondStart() throws {
        let server = try RunningServer(corefile: Self.corefile)

        #expect(throws: RunningServer.NotServing.self) {
            try RunningServer(
                corefile: Self.corefile,
                arguments: ["-dns.port", "\(server.port)"]
            )
        }
        #expect(try server.ask("who.example.", .a).code == .noError)
    }
}

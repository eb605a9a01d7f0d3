// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Wire

/// Commands, to a server that runs and without one.
@Suite struct CommandTests {
    private static let corefile = """
        cluster.local {
            bind 127.0.0.1
            kubernetes cluster.local 10.96.0.0/12 {
                manifests zones/cluster.local
            }
        }

        """

    @Test("A server tells what it serves now")
    func asksTheServerThatRuns() throws {
        let server = try RunningServer(corefile: Self.corefile, copying: "zones/cluster.local")
        let before = try server.give("get", "svc", "web-svc")

        #expect(
            before == """
                NAME      TYPE        CLUSTER-IP      EXTERNAL-IP   PORT(S)   AGE
                web-svc   ClusterIP   10.96.100.100   <none>        80/TCP    <unknown>

                """
        )
        try server.write(
            """
            apiVersion: v1
            kind: Service
            metadata: {name: late}
            spec: {clusterIP: 10.96.200.1, ports: [{name: http, port: 80}]}

            """,
            to: "zones/cluster.local/late.yaml"
        )
        // The file is noticed in its own time: a query that finds the name comes after.
        while try server.ask("late.default.svc.cluster.local", .a).answers.isEmpty {}

        #expect(
            try server.give("names", "-ndefault", "late") == """
                late.default.svc.cluster.local. 5 IN A 10.96.200.1
                _http._tcp.late.default.svc.cluster.local. 5 IN SRV 0 100 80 late.default.svc.cluster.local.
                late.default.svc.cluster.local. 5 IN SRV 0 100 80 late.default.svc.cluster.local.
                1.200.96.10.in-addr.arpa. 5 IN PTR late.default.svc.cluster.local.

                """
        )
        let program = RunningServer.program.path()
        let completed = try RunningServer.run([
            "bash", "-c",
            """
            source <(\(program) completion bash)
            COMP_WORDS=(\(program) get svc -control '\(server.control)' web)
            COMP_CWORD=5
            _apus
            echo "${COMPREPLY[@]}"
            """,
        ])
        #expect(completed == "web-svc\n")
        let made = try server.give("expose", "svc", "web-svc", "--name=again", "--port=8080")
        #expect(made.contains("service/again exposed\n"), "\(made)")
        #expect(made.contains("/zones/cluster.local/again-service.yaml\n"), "\(made)")
        while try server.ask("again.default.svc.cluster.local", .srv).answers.isEmpty {}
        #expect(try server.give("cache") == "error: nothing that is served knows 'cache'\n")
        server.send(SIGTERM)
        #expect(server.waitForEnd() == 0)
        #expect(try server.give("get", "ns").hasPrefix("error: no server takes commands: connect "))
    }

    @Test("Who watches sees what comes, until the server ends")
    func showsWhatComes() throws {
        let server = try RunningServer(corefile: Self.corefile, copying: "zones/cluster.local")
        let watching = Foundation.Process()
        let pipe = Pipe()
        watching.executableURL = URL(filePath: "/usr/bin/env")
        // The longest that the test may take.
        let limit = ["timeout", "\(Int(RunningServer.patienceSeconds))"]
        let command = ["get", "svc", "-w", "-control", server.control]
        watching.arguments = limit + [RunningServer.program.path()] + command
        watching.standardOutput = pipe
        watching.standardError = FileHandle.nullDevice
        try watching.run()
        var said = ""
        func read(until text: String) {
            while !said.contains(text) {
                let more = pipe.fileHandleForReading.availableData
                guard !more.isEmpty else { return }
                said += String(decoding: more, as: UTF8.self)
            }
        }
        read(until: "\nweb-svc ")
        try server.write(
            """
            apiVersion: v1
            kind: Service
            metadata: {name: late}
            spec: {clusterIP: 10.96.200.1, ports: [{name: http, port: 80}]}

            """,
            to: "zones/cluster.local/late.yaml"
        )
        read(until: "\nlate ")
        server.send(SIGTERM)
        #expect(server.waitForEnd() == 0)
        read(until: "the end")
        watching.waitUntilExit()

        #expect(watching.terminationStatus == 1)
        let lines = said.split(separator: "\n")
        #expect(lines.first?.hasPrefix("NAME ") == true)
        #expect(lines.count { $0.hasPrefix("web-svc ") } == 1, "\(said)")
        let last = lines.last?.split(separator: " ").joined(separator: " ")
        #expect(last == "late ClusterIP 10.96.200.1 <none> 80/TCP <unknown>")
    }
}

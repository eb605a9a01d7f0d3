// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing

@testable import Commands

@Suite struct WatchingTests {
    /// Some Pods, of which one may be ready or not, made so long ago.
    private func cluster(isReady: Bool, created: String = "2022-05-14T06:07:39Z") -> SampleCluster {
        SampleCluster(
            text: """
                apiVersion: v1
                kind: Pod
                metadata: {name: a, creationTimestamp: "\(created)"}
                spec: {containers: [{name: c, image: i}]}
                status:
                  phase: Running
                  podIP: 10.0.0.1
                  conditions: [{type: Ready, status: "\(isReady ? "True" : "False")"}]
                ---
                apiVersion: v1
                kind: Pod
                metadata: {name: b}
                spec: {containers: [{name: c, image: i}]}
                status: {phase: Running, podIP: 10.0.0.2}

                """
        )
    }

    @Test(
        "A table, then the rows that change; time alone changes none",
        arguments: ["-w", "--watch"]
    )
    func showsWhatChanges(flag: String) throws {
        var lines = WatchedLines()
        let outputs = [
            cluster(isReady: false), cluster(isReady: false, created: "2022-05-15T06:07:39Z"),
            cluster(isReady: true),
        ].map { try? $0.run("get pods \(flag)") }
        let news = outputs.map { lines.news(in: $0?.text ?? "") }

        #expect(outputs.allSatisfy { $0?.errand == .watch && $0?.code == 0 })
        #expect(
            news == [
                """
                NAME   READY   STATUS    RESTARTS   AGE
                a      0/1     Running   0          10d
                b      1/1     Running   0          <unknown>

                """, "", "a      1/1     Running   0          10d\n",
            ]
        )
    }

    @Test(arguments: [
        ("pod b -w --no-headers", "b   1/1   Running   0     <unknown>\n"),
        ("pods -w -o name", "pod/a\npod/b\n"),
        ("svc -w", ""),
        ("pods -A -w -l a=b", ""),
    ])
    func watchesWhatIsMeant(words: String, text: String) throws {
        var lines = WatchedLines()
        let output = try cluster(isReady: true).run("get " + words)

        #expect(
            lines.news(in: output.text).split(separator: "\n").map { $0.split(separator: " ") }
                == text.split(separator: "\n").map { $0.split(separator: " ") }
        )
        #expect(output.errand == .watch && output.errors.isEmpty)
    }

    @Test(arguments: [
        ("pods,svc -w", "error: you may only specify a single resource type\n"),
        ("all -w", "error: you may only specify a single resource type\n"),
        ("pods -w -o yaml", "error: only tables and names are watched; leave out -o, or -w\n"),
        ("pods c -w", "Error from server (NotFound): pods \"c\" not found\n"),
    ])
    func refusesTheRest(words: String, errors: String) throws {
        let output = try cluster(isReady: true).run("get " + words)

        #expect(output == CommandOutput(errors: errors, code: 1))
    }
}

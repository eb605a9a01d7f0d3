// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing

@testable import Commands

@Suite struct EditCommandTests {
    private static let cluster = SampleCluster(
        text: """
            # A comment first.
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec: {clusterIP: 10.96.0.9, ports: [{port: 80}]}
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: web, namespace: infra}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: other}
            spec: {clusterIP: 10.96.0.10, ports: [{port: 0}]}

            """
    )

    @Test(arguments: [
        ("edit service web", 2, "service"), ("edit svc/web", 2, "service"),
        ("edit cm web -n infra", 7, "configmap"),
    ])
    func tellsWhereTheObjectIs(command: String, line: Int, prefix: String) throws {
        let output = try Self.cluster.author(command)

        #expect(
            output
                == CommandOutput(
                    errand: .edit(
                        Errand.WrittenPlace(
                            path: SampleCluster.path,
                            line: line,
                            command: [
                                "edit", prefix, "web", "--edited-file", SampleCluster.path,
                            ]
                        )
                    )
                )
        )
    }

    @Test func checksTheFileAfterwards() throws {
        let output = try Self.cluster.author("edit svc web --edited-file \(SampleCluster.path)")

        #expect(output.code == 1 && output.text == "")
        #expect(
            output.errors.hasPrefix("\(SampleCluster.path):14:") && output.errors.contains("port"),
            "\(output.errors)"
        )
        let sound = SampleCluster(text: "kind: ConfigMap\napiVersion: v1\nmetadata: {name: a}\n")
        #expect(
            try sound.author("edit cm a --edited-file=\(SampleCluster.path)")
                == CommandOutput(text: "configmap/a edited\n")
        )
    }

    @Test(arguments: [
        ("edit", "error: one object is wanted, as in 'edit service web'"),
        ("edit svc", "error: one object is wanted, as in 'edit service web'"),
        ("edit svc none", "Error from server (NotFound): services \"none\" not found"),
        ("edit svc web -n infra", "Error from server (NotFound): services \"web\" not found"),
        (
            "edit svc web --edited-file /etc/passwd",
            "error: /etc/passwd is none of the manifests that are served"
        ),
    ])
    func refusesWhatIsNotThere(command: String, expected: String) throws {
        #expect(try Self.cluster.author(command) == .failure(expected))
    }
}

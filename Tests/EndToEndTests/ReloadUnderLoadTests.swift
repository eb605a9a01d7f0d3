// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Reloads while questions never stop: none lost, none answered with neither the old nor the new.
@Suite struct ReloadUnderLoadTests {
    static let corefile = """
        cluster.local {
            bind 127.0.0.1
            kubernetes {
                manifests manifests
            }
        }

        """

    static let first = """
        apiVersion: v1
        kind: Service
        metadata:
          name: changing
        spec:
          clusterIP: 10.96.128.0
          ports:
            - port: 80

        """

    @Test func losesNothingOverAThousandReloads() throws {
        let server = try RunningServer(
            corefile: Self.corefile,
            files: ["manifests/changing.yaml": Self.first]
        )
        let bench = RunningServer.program.deletingLastPathComponent().appending(path: "bench")
        let file = server.folder.appending(path: "manifests/changing.yaml")

        let output = try RunningServer.run([
            bench.path(), "reload", "\(server.port)", "\(server.identifier)", "1000",
            file.path(),
        ])
        let numbers = output.split(separator: " ").compactMap { Int($0) }

        #expect(numbers.prefix(1) == [1_000], "\(output)")
        #expect(numbers.dropFirst(2).prefix(2) == [0, 0], "lost and wrong: \(output)")
    }
}

// SPDX-License-Identifier: Apache-2.0

import Files
import Plugin
import Testing

@testable import Commands

@Suite struct RowsTests {
    /// Files that are gone since they were loaded.
    private struct NoFiles: FileSource {
        func read(_ path: String) throws(FileError) -> [UInt8] {
            throw FileError(path: path, reason: .missing)
        }

        func identity(of path: String) throws(FileError) -> FileIdentity {
            throw FileError(path: path, reason: .missing)
        }

        func list(_ path: String) throws(FileError) -> [String] {
            throw FileError(path: path, reason: .missing)
        }
    }

    @Test(
        "Tables of what is kept in memory read no file",
        arguments: [
            "svc", "ep", "endpointslices", "ns", "deploy", "rs", "sts", "ds",
            "svc -o wide --show-labels", "po", "po -o wide",
            "all -o name",
        ]
    )
    func readsNoFile(words: String) throws {
        let sample = SampleCluster(
            text: SampleCluster.notes.text + "---\n" + WorkloadTablesTests.cluster.text
        )
        let contents = try sample.contents()
        let request = CommandRequest(
            ["get", "-A"] + words.split(separator: " ").map(String.init),
            wallSeconds: SampleCluster.wallSeconds
        )
        let outputs = [sample as any FileSource, NoFiles()].map {
            ClusterConsole(contents, files: $0).run(request)
        }

        #expect(outputs[0] == outputs[1])
        #expect(outputs[0].text.split(separator: "\n").count > 1 && outputs[0].code == 0)
    }

    @Test("What is not there any more is left out, not made up")
    func livesWithoutFiles() throws {
        let contents = try SampleCluster.notes.contents()
        let console = ClusterConsole(contents, files: NoFiles())
        let pods = console.run(
            CommandRequest(["get", "po", "web-1", "--no-headers"], wallSeconds: 0)
        )
        let whole = console.run(
            CommandRequest(["get", "po", "web-1", "-o", "json"], wallSeconds: 0)
        )

        #expect(pods.text == "web-1   1/1   Running   0   <unknown>\n")
        #expect(whole.text.contains("\"podIP\": \"10.244.1.5\"") && whole.code == 0)
    }
}

// SPDX-License-Identifier: Apache-2.0

import Posix
import Testing

@testable import bench

@Suite struct RegistryFilesTests {
    private static func text(_ path: String) throws -> String {
        String(decoding: try DiskFiles().read(path), as: UTF8.self)
    }

    @Test func turnsEveryFileAtOnce() throws {
        let folder = try ScratchFolder(named: "bench-tests")
        defer { folder.remove() }
        let cluster = Cluster(serviceCount: 101, podCount: 202)
        let files = try RegistryFiles(folder, named: "files", cluster)

        for (edition, version) in [(Cluster.Edition.allChanged, 2), (.fewChanged, 1), (.first, 0)] {
            try files.show(edition)
            #expect(RegistryFiles.version(in: edition) == version)
            for namespace in 0..<2 {
                #expect(
                    try Self.text("\(files.path)/ns-\(namespace).yaml")
                        == cluster.manifest(ofNamespace: namespace, edition)
                )
            }
            let last = ChangingEndpoint(number: ChangingEndpoint.count - 1)
            #expect(
                try Self.text("\(files.path)/\(last.file)") == last.manifest(version: version)
            )
        }
        #expect(try files.parsingNanoseconds() > 0)
    }

    @Test func changesWhatTheLinkLeadsToUntilItIsReset() throws {
        let folder = try ScratchFolder(named: "bench-tests")
        defer { folder.remove() }
        let cluster = Cluster(serviceCount: 1)
        let files = try RegistryFiles(folder, named: "files", cluster)
        let one = ChangingEndpoint(number: 5)
        try files.write(one, version: 9)
        try files.writeFirstFile(changed: true)

        #expect(try Self.text("\(files.path)/\(one.file)") == one.manifest(version: 9))
        #expect(
            try Self.text("\(files.path)/ns-0.yaml")
                == cluster.manifest(ofNamespace: 0, .fewChanged)
        )
        try files.reset()

        #expect(try Self.text("\(files.path)/\(one.file)") == one.manifest(version: 0))
    }
}

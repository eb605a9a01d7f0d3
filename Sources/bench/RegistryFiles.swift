// SPDX-License-Identifier: Apache-2.0

import Posix
import YAML

/// The manifests of a large cluster: each edition is a folder, and one link leads to one of them.
///
/// So a server sees every file change in the same moment, and what it does then is one reload.
struct RegistryFiles {
    /// A file that libyaml cannot read, so that there is no floor.
    struct NotRead: Error, CustomStringConvertible {
        let path: String

        var description: String { "libyaml does not read \(path)" }
    }

    private static let editions: [Cluster.Edition] = [.first, .fewChanged, .allChanged]

    private let folder: ScratchFolder
    private let name: String
    private let cluster: Cluster

    /// What a server is told to read.
    var path: String { folder(name) }

    /// Writes all editions, which takes a while, in folders whose names begin with `name`.
    init(_ folder: ScratchFolder, named name: String, _ cluster: Cluster) throws(SystemError) {
        self.folder = folder
        self.name = name
        self.cluster = cluster
        for edition in Self.editions {
            try folder.makeFolder(folderName(edition))
            if let nodes = cluster.nodes {
                try folder.write(nodes, to: "\(folderName(edition))/nodes.yaml")
            }
            for namespace in 0..<cluster.namespaceCount {
                try folder.write(
                    cluster.manifest(ofNamespace: namespace, edition),
                    to: "\(folderName(edition))/ns-\(namespace).yaml"
                )
            }
        }
        try reset()
    }

    private func folderName(_ edition: Cluster.Edition) -> String { "\(name)-\(edition)" }

    /// The version that the changing endpoints have in an edition before they change.
    static func version(in edition: Cluster.Edition) -> Int {
        editions.firstIndex(of: edition) ?? 0
    }

    /// The highest version of an edition; versions of changes are above it.
    static var lastEditionVersion: Int { editions.count - 1 }

    /// Has the endpoints that change say in which edition they stand; gives that version.
    func prepare(_ edition: Cluster.Edition) throws(SystemError) -> Int {
        let version = Self.version(in: edition)
        for number in 0..<ChangingEndpoint.count {
            let one = ChangingEndpoint(number: number)
            let text = one.manifest(version: version, cluster.backing)
            try folder.write(text, to: "\(folderName(edition))/\(one.file)")
        }
        return version
    }

    /// Prepares all editions and turns to the first.
    func reset() throws(SystemError) {
        for edition in Self.editions { _ = try prepare(edition) }
        try show(.first)
    }

    /// Has the link lead to an edition.
    func show(_ edition: Cluster.Edition) throws(SystemError) {
        try folder.link(name, to: folder(folderName(edition)))
    }

    /// Writes one version of a changing endpoint where the link leads, and a comment below it.
    func write(
        _ one: ChangingEndpoint,
        version: Int,
        remark: String = ""
    ) throws(SystemError) {
        let text = one.manifest(version: version, cluster.backing) + remark
        try folder.write(text, to: "\(name)/\(one.file)")
    }

    /// Writes the first namespace's file where the link leads, its first Service changed or not.
    func writeFirstFile(changed: Bool) throws(SystemError) {
        let text = cluster.manifest(ofNamespace: 0, changed ? .fewChanged : .first)
        try folder.write(text, to: "\(name)/ns-0.yaml")
    }

    /// The processor time that libyaml alone takes for all files of the first edition, in
    /// nanoseconds; reading them from the disk does not count.
    func parsingNanoseconds() throws -> UInt64 {
        let files = DiskFiles()
        let path = folder(folderName(.first))
        var sum: UInt64 = 0
        for name in try files.list(path) {
            let bytes = try files.read("\(path)/\(name)")
            let start = Clock.processorNanoseconds()
            guard EventPass.eventCount(bytes) != nil else {
                throw NotRead(path: "\(path)/\(name)")
            }
            sum += Clock.processorNanoseconds() - start
        }
        return sum
    }
}

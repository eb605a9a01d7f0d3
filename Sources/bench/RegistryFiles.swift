// SPDX-License-Identifier: Apache-2.0

import Posix
import YAML

/// The manifests of a large cluster: each edition is a folder, and one link leads to one of them.
///
/// So a server sees every file change in the same moment, and what it does then is one reload.
struct RegistryFiles {
    /// Everything that libyaml reads nothing from.
    struct NotRead: Error, CustomStringConvertible {
        let path: String

        var description: String { "libyaml does not read \(path)" }
    }

    private static let editions: [(edition: Cluster.Edition, folder: String)] = [
        (.first, "registry-first"), (.fewChanged, "registry-few"), (.allChanged, "registry-all"),
    ]
    private static let link = "registry"

    private let folder: ScratchFolder
    private let cluster: Cluster

    /// What a server is told to read.
    var path: String { folder(Self.link) }

    /// Writes all editions, which takes a while.
    init(_ folder: ScratchFolder, _ cluster: Cluster) throws {
        self.folder = folder
        self.cluster = cluster
        for (edition, name) in Self.editions {
            try folder.makeFolder(name)
            for namespace in 0..<cluster.namespaceCount {
                try folder.write(
                    cluster.manifest(ofNamespace: namespace, edition),
                    to: "\(name)/ns-\(namespace).yaml"
                )
            }
        }
        try reset()
    }

    /// Turns to the first edition, and has the endpoints that change say in which one they stand.
    func reset() throws(SystemError) {
        for (place, (_, name)) in Self.editions.enumerated() {
            for number in 0..<ChangingEndpoint.count {
                let one = ChangingEndpoint(number: number)
                try folder.write(one.manifest(version: place), to: "\(name)/\(one.file)")
            }
        }
        _ = try show(.first)
    }

    /// Has the link lead to an edition; gives the version of the changing endpoints in it.
    func show(_ edition: Cluster.Edition) throws(SystemError) -> Int {
        let place = Self.editions.firstIndex { $0.edition == edition } ?? 0
        try folder.link(Self.link, to: folder(Self.editions[place].folder))
        return place
    }

    /// Writes one version of a changing endpoint where the link leads.
    func write(_ one: ChangingEndpoint, version: Int) throws(SystemError) {
        try folder.write(one.manifest(version: version), to: "\(Self.link)/\(one.file)")
    }

    /// Writes the first namespace's file where the link leads, its first Service changed or not.
    func writeFirstFile(changed: Bool) throws(SystemError) {
        let text = cluster.manifest(ofNamespace: 0, changed ? .fewChanged : .first)
        try folder.write(text, to: "\(Self.link)/ns-0.yaml")
    }

    /// The processor time that libyaml alone takes for all files of the first edition, in
    /// nanoseconds; reading them from the disk does not count.
    func parsingNanoseconds() throws -> UInt64 {
        let files = DiskFiles()
        let path = folder(Self.editions[0].folder)
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

// SPDX-License-Identifier: Apache-2.0

import Files
import Posix
import Wire

/// Another DNS server, which takes part when it is installed.
struct Peer: Sendable {
    /// Where the files of a run are.
    struct Files {
        let folder: ScratchFolder
        let zone: String
        let reverseZone: String
        let hosts: String

        init(folder: ScratchFolder, zone: String, reverseZone: String, hosts: String) {
            self.folder = folder
            self.zone = zone
            self.reverseZone = reverseZone
            self.hosts = hosts
        }

        /// Writes the files of a cluster.
        init(writing cluster: Cluster, to folder: ScratchFolder) throws(SystemError) {
            self.folder = folder
            (zone, reverseZone, hosts) = (folder("zone"), folder("reverse"), folder("hosts"))
            try folder.write(cluster.zoneText, to: "zone")
            try folder.write(cluster.reverseZoneText, to: "reverse")
            try folder.write(cluster.hostsText, to: "hosts")
        }

        /// The zones and their files.
        var zones: [(name: String, path: String)] {
            [(Cluster.zone, zone), (Cluster.reverseZone, reverseZone)]
        }
    }

    /// The folders that programs are looked for in.
    static let programFolders = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin"]

    let name: String
    /// The program's name; of CoreDNS the path is told.
    let program: String
    /// The arguments; CONFIGURATION stands for the path of its configuration, FOLDER for that of the
    /// run's files.
    let arguments: [String]
    var exclusions: [WorkloadName: String] = [:]
    /// The text of its configuration for an address and the files of a run.
    let configuration: @Sendable (Endpoint, Files, Cluster) -> String

    /// Where the program is; nil when it is not installed.
    var path: String? {
        let candidates =
            program.hasPrefix("/") ? [program] : Self.programFolders.map { "\($0)/\(program)" }
        return candidates.first { (try? DiskFiles().identity(of: $0)) != nil }
    }

    /// Writes its configuration; nil when it is not installed.
    func contestant(_ files: Files, _ cluster: Cluster) throws -> Contestant? {
        guard let path else { return nil }
        let endpoint = try FreePort.endpoint()
        let file = "\(name).conf"
        try files.folder.write(configuration(endpoint, files, cluster), to: file)
        let words = arguments.map { word in
            word.replacing("CONFIGURATION", with: files.folder(file))
                .replacing("FOLDER", with: files.folder.path)
        }
        return Contestant(
            name: name,
            command: [path] + words,
            place: .chosen(endpoint),
            exclusions: exclusions
        )
    }
}

// SPDX-License-Identifier: Apache-2.0

import Files
import Posix

/// A server under callgrind, which is asked what it has counted since it was last asked.
struct ProfiledServer {
    /// The worker's thread is missing in what callgrind wrote.
    struct NoWorker: Error, CustomStringConvertible {
        let said: String

        var description: String { "callgrind tells nothing of a worker: \(said)" }
    }

    /// What the functions of a worker's thread begin with, as Swift mangles `Server.Worker`.
    private static let workerFunctions = "$s6Server6WorkerV"
    private static let profileName = "profile"

    let server: Server
    private let folder: ScratchFolder
    private let control: String
    private var profileCount = 0

    /// Starts the server; it counts from when it serves.
    init(_ kubeadm: KubeadmStage) throws {
        folder = kubeadm.stage.folder
        control = try Tool.path("vgdb")
        let profile = folder("\(KubeadmStage.notesFolder)/\(Self.profileName)")
        server = try kubeadm.start(behind: [
            try Tool.path("valgrind"), "--tool=callgrind", "--instr-atstart=no",
            "--separate-threads=yes", "--callgrind-out-file=\(profile)",
        ])
        try tell(["instrumentation", "on"])
    }

    /// What the worker did since the last call.
    mutating func profile() throws -> CallgrindProfile {
        try tell(["dump"])
        profileCount += 1
        let notes = folder(KubeadmStage.notesFolder)
        let names = try DiskFiles().list(notes).filter {
            $0.hasPrefix("\(Self.profileName).\(profileCount)-")
        }
        for name in names {
            let profile = try CallgrindProfile(parsing: try Tool.text("\(notes)/\(name)"))
            if profile.functions.contains(where: { $0.hasPrefix(Self.workerFunctions) }) {
                return profile
            }
        }
        throw NoWorker(said: try Tool.text(said))
    }

    private var said: String { folder("\(KubeadmStage.notesFolder)/said") }

    private func tell(_ words: [String]) throws(SystemError) {
        let command = [control, "--pid=\(server.child.identifier)"] + words
        try Tool.run(command, output: said)
    }
}

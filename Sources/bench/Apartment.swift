// SPDX-License-Identifier: Apache-2.0

import Posix

/// Who runs on which processor while a server answers and its manifests change.
///
/// The worker has the last processor for itself, the load the first. The server's other threads,
/// which read manifests, and whoever writes these get those between; where there are two only, they
/// get the first, and the load, which is asleep between its questions, comes before them there.
struct Apartment {
    /// What the threads of workers are called.
    private static let workerName = "worker-"
    /// Any priority is before everybody who has none.
    private static let priority = 10

    let load: Int
    let worker: Int
    /// For reading and writing manifests.
    let rest: [Int]

    /// Divides the processors, of which there must be one.
    init(_ processors: [Int]) {
        load = processors.first ?? 0
        worker = processors.last ?? 0
        rest = processors.count > 2 ? Array(processors[1..<processors.count - 1]) : [load]
    }

    /// Moves the server's threads, which all are on the worker's processor; those that they start
    /// later follow them.
    func move(_ server: Server, notes: String) throws {
        let files = DiskFiles()
        let folder = "/proc/\(server.child.identifier)/task"
        let list = rest.map { "\($0)" }.joined(separator: ",")
        for thread in try files.list(folder) {
            let name = String(decoding: try files.read("\(folder)/\(thread)/comm"), as: UTF8.self)
            guard !name.hasPrefix(Self.workerName) else { continue }
            try Tool.run([try Tool.path("taskset"), "-cp", list, thread], output: notes)
        }
    }

    /// Lets this process's first thread, the load, come before all others of its processor; false
    /// where the system does not allow it.
    ///
    /// What it starts later is like everybody else.
    static func preferLoad(notes: String) throws -> Bool {
        let command = [
            try Tool.path("chrt"), "-R", "-f", "-p", "\(priority)", "\(Process.identifier)",
        ]
        try Tool.run(command, output: notes)
        return try !Tool.text(notes).contains("failed")
    }
}

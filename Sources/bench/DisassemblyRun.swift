// SPDX-License-Identifier: Apache-2.0

import Posix

/// Shows that no instruction between a datagram and its answer locks memory.
///
/// From the function that serves a socket's datagrams, and from those of the plugins, which are
/// called through tables, every function of the program is followed whose name an instruction
/// holds. The runtime is outside; calls into it are counted by `CountRun`.
struct DisassemblyRun {
    /// What was found.
    struct Locking: Error, CustomStringConvertible {
        let places: [String]

        var description: String {
            "these lock memory on the path of an answer:\n" + places.joined(separator: "\n")
        }
    }

    /// A root that is not in the program, so that nothing would be looked at.
    struct NoRoot: Error, CustomStringConvertible {
        let beginning: String

        var description: String {
            "no function is \(beginning): it was renamed, or became part of its caller, which must "
                + "then be named in DisassemblyRun"
        }
    }

    /// `Server.Worker.serveDatagrams`.
    private static let start = "$s6Server6WorkerV14serveDatagrams"
    /// What plugins and listeners are asked while a query is answered, as Swift mangles it.
    ///
    /// They stand behind protocols. Of each of these there must be one.
    private static let requirements = ["P6answer_", "P6finish", "P4sent_"]
    /// What a listener may be asked besides.
    private static let moreRequirements = ["P5route", "P6limits", "P15takesEveryClass"]
    /// The modules that fulfil them.
    private static let modules = ["$s7Plugins", "$s6Server"]
    /// What may lock, because an answer from memory does not come there.
    ///
    /// - `CoreDesk`: a query that must wait becomes a task, whose queue has a lock.
    /// - `Errors.finish`, `Errors.report`: an answer that failed is noted for the log. The locks of
    ///   `finish` stand behind the question whether it did, and `LineRun` would see them.
    private static let allowed = [
        "$s6Server8CoreDeskC", "$s7Plugins6ErrorsV6finish", "$s7Plugins6ErrorsV6report",
    ]

    /// Reads the release program beside this one, and throws when something locks.
    static func run() throws {
        let folder = try ScratchFolder(named: "apus-bench")
        defer { folder.remove() }
        let command = [
            try Tool.path("objdump"), "-d", "--no-show-raw-insn", "--section=.text",
            try BenchRun.program("apus"),
        ]
        try Tool.run(command, output: folder("text"))
        let program = Disassembly(parsing: try Tool.bytes(folder("text")))
        let roots = try roots(of: program)
        let reached = program.reached(from: roots)
        let lockings = lockings(in: program, reached)
        Process.write(
            "\(reached.count) functions from \(roots.count) roots, of "
                + "\(program.functions.count): \(lockings.count) lock that must not\n"
        )
        guard lockings.isEmpty else { throw Locking(places: lockings) }
    }

    private static func roots(of program: Disassembly) throws(NoRoot) -> [String] {
        let names = program.functions.keys
        let first = names.filter { $0.hasPrefix(start) }
        guard !first.isEmpty else { throw NoRoot(beginning: start) }
        let witnesses = names.filter { isWitness($0) }
        for name in requirements where !witnesses.contains(where: { $0.contains(name) }) {
            throw NoRoot(beginning: "a requirement \(name)")
        }
        return (first + witnesses).sorted()
    }

    /// Whether a function is called through a table because it fulfils one of those requirements.
    static func isWitness(_ name: String) -> Bool {
        name.hasSuffix("TW") && modules.contains { name.hasPrefix($0) }
            && (requirements + moreRequirements).contains { name.contains($0) }
    }

    /// Each function that locks and must not, and the way there.
    static func lockings(in program: Disassembly, _ reached: [String: String]) -> [String] {
        reached.keys.sorted().compactMap { name in
            guard let function = program.functions[name], !function.lockings.isEmpty,
                !allowed.contains(where: { name.hasPrefix($0) })
            else { return nil }
            var (way, place) = (name, name)
            while let caller = reached[place], caller != place {
                way += "\n    from \(caller)"
                place = caller
            }
            return "\(function.lockings.joined(separator: "; ")) in \(way)"
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Posix

/// Shows that no instruction between a query and its answer locks memory.
///
/// From the functions that serve datagrams and connections, and from those of the plugins, which are
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
                + "then be named in ServingPath"
        }
    }

    /// What plugins, listeners and caches are asked while a query is answered, as Swift mangles it.
    ///
    /// They stand behind protocols. Of each of these there must be one.
    private static let requirements = ["P6answer_", "P6finish", "P4sent_", "P4find_2at"]
    /// What a listener may be asked besides.
    private static let moreRequirements = [
        "P5route", "P6limits", "P9goesFirst", "P15takesEveryClass",
    ]
    /// The modules that fulfil them.
    private static let modules = ["$s7Plugins", "$s6Server"]
    /// Reads a release program, and throws when something locks.
    static func run(program path: String) throws {
        let folder = try ScratchFolder(named: "apus-bench")
        defer { folder.remove() }
        let command = [
            try Tool.path("objdump"), "-d", "--no-show-raw-insn", "--section=.text", path,
        ]
        try Tool.run(command, output: folder("text"))
        let program = try Disassembly(parsing: try Tool.bytes(folder("text")))
        var lockings: [String] = []
        for path in ServingPath.all {
            let roots = try roots(of: program, path)
            let reached = program.reached(from: roots, endingAt: path.excuses)
            let found = Self.lockings(in: program, reached, path)
            Process.write(
                "\(path.name): \(reached.count) functions from \(roots.count) roots, of "
                    + "\(program.functions.count): \(found.count) lock that must not\n"
            )
            for exception in path.exceptions {
                let names = reached.keys.filter { $0.hasPrefix(exception.beginning) }.sorted()
                for name in names where program.locksSomewhere(from: name) {
                    Process.write("\(path.name): may lock: \(name): \(exception.reason)\n")
                }
            }
            lockings += found
        }
        guard lockings.isEmpty else { throw Locking(places: lockings) }
    }

    private static func roots(
        of program: Disassembly,
        _ path: ServingPath
    ) throws(NoRoot) -> [String] {
        let names = program.functions.keys
        let first = names.filter { $0.hasPrefix(path.start) }
        guard !first.isEmpty else { throw NoRoot(beginning: path.start) }
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
    static func lockings(
        in program: Disassembly,
        _ reached: [String: String],
        _ path: ServingPath
    ) -> [String] {
        reached.keys.sorted().compactMap { name in
            guard let function = program.functions[name], !function.lockings.isEmpty,
                !path.excuses(name)
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

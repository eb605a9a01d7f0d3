// SPDX-License-Identifier: Apache-2.0

/// What one thread did between two moments, as callgrind wrote it down.
///
/// Of callgrind's format this reads the sum of instructions and who called whom how often: lines
/// `fn=`, `cfn=` and `calls=`, whose names are written once and then told by their number.
struct CallgrindProfile: Equatable {
    /// A function that calls another.
    struct Call: Hashable {
        let caller: String
        let callee: String
    }

    /// A line that cannot be understood.
    struct Mistake: Error, Equatable, CustomStringConvertible {
        let line: String

        var description: String { "no line of a callgrind profile: '\(line)'" }
    }

    /// All instructions of the thread outside the system.
    private(set) var instructionCount = 0
    private(set) var calls: [Call: Int] = [:]
    /// Every function in which an instruction was run.
    private(set) var functions: Set<String> = []

    init(parsing text: some StringProtocol) throws(Mistake) {
        var names: [Substring: String] = [:]
        var (caller, callee) = ("", "")
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = parts.count > 1 ? parts[1][...] : ""
            switch parts[0] {
            case "fn":
                caller = try Self.name(Substring(value), in: &names)
                functions.insert(caller)
            case "cfn": callee = try Self.name(Substring(value), in: &names)
            case "calls":
                guard let count = value.split(separator: " ").first.flatMap({ Int($0) }) else {
                    throw Mistake(line: String(line))
                }
                calls[Call(caller: caller, callee: callee), default: 0] += count
            default:
                guard line.hasPrefix("summary:") else { continue }
                guard let count = line.split(separator: " ").last.flatMap({ Int($0) }) else {
                    throw Mistake(line: String(line))
                }
                instructionCount += count
            }
        }
    }

    /// The name behind `(7) name`, or behind `(7)` alone when it was told before.
    private static func name(
        _ value: Substring,
        in names: inout [Substring: String]
    ) throws(Mistake) -> String {
        guard value.hasPrefix("("), let end = value.firstIndex(of: ")") else {
            return String(value)
        }
        let number = value[...end]
        let rest = value[value.index(after: end)...].drop { $0 == " " }
        if !rest.isEmpty { names[number] = String(rest) }
        guard let name = names[number] else { throw Mistake(line: String(value)) }
        return name
    }
}

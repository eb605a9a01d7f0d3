// SPDX-License-Identifier: Apache-2.0

/// What a query may cost at most, from a file that everybody can read.
///
/// A line is a workload, the instructions of a query outside the system, and the calls into the
/// runtime for 1,000 queries. Lines that begin with `#` say something about the file and stay.
struct Ceilings: Equatable {
    /// What one workload may cost.
    struct Ceiling: Equatable {
        var instructions: Int
        var callsPerThousand: Int
    }

    /// A line that is wrong, and what would be right.
    struct Mistake: Error, Equatable, CustomStringConvertible {
        let description: String
    }

    /// By how much the calls for 1,000 queries may differ because batches are not equally large.
    private static let batchCalls = 40

    private var remarks: [String] = []
    /// In the order of the file.
    private(set) var names: [String] = []
    private var ceilings: [String: Ceiling] = [:]

    init(parsing text: String) throws(Mistake) {
        for (number, line) in text.split(separator: "\n").enumerated() {
            if line.hasPrefix("#") {
                remarks.append(String(line))
                continue
            }
            let words = line.split(separator: " ")
            guard words.count == 3, let instructions = Int(words[1]), instructions > 0,
                let calls = Int(words[2]), calls >= 0, ceilings[String(words[0])] == nil
            else {
                throw Mistake(
                    description: "ceilings:\(number + 1): '\(line)' is not a workload, its "
                        + "instructions a query and its calls for 1,000 queries, named once"
                )
            }
            names.append(String(words[0]))
            ceilings[String(words[0])] = Ceiling(
                instructions: instructions,
                callsPerThousand: calls
            )
        }
    }

    subscript(name: String) -> Ceiling? { ceilings[name] }

    /// What is wrong with a measured workload; empty when it is below its ceiling.
    func mistakes(of name: String, _ growth: Growth) -> [String] {
        guard let ceiling = self[name] else { return ["\(name): has no ceiling"] }
        var mistakes: [String] = []
        if growth.instructionsPerQuery > ceiling.instructions {
            mistakes.append(
                "\(name): \(growth.instructionsPerQuery) instructions a query; at most "
                    + "\(ceiling.instructions) are allowed"
            )
        }
        if growth.callsPerThousand > ceiling.callsPerThousand {
            mistakes.append(
                "\(name): \(growth.callsPerThousand) calls into the runtime for 1,000 queries; at "
                    + "most \(ceiling.callsPerThousand) are allowed"
            )
        }
        return mistakes
    }

    /// Lowers a ceiling to 1.1 times what was measured; one that is lower already stays.
    mutating func lower(_ name: String, to growth: Growth) {
        guard var ceiling = ceilings[name] else { return }
        let instructions = Self.withMargin(growth.instructionsPerQuery)
        ceiling.instructions = min(ceiling.instructions, instructions)
        // What is done once a batch differs from run to run, as the batches do; one without any
        // has had luck.
        let calls = Self.withMargin(growth.callsPerThousand) + Self.batchCalls
        ceiling.callsPerThousand = min(ceiling.callsPerThousand, calls)
        ceilings[name] = ceiling
    }

    private static func withMargin(_ count: Int) -> Int { (count * 11 + 9) / 10 }

    var text: String {
        let lines = names.compactMap { name in
            ceilings[name].map { "\(name) \($0.instructions) \($0.callsPerThousand)" }
        }
        return (remarks + lines).map { $0 + "\n" }.joined()
    }
}

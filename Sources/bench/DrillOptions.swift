// SPDX-License-Identifier: Apache-2.0

/// What goes wrong on purpose, as it is called on the command line.
enum DrillName: String, CaseIterable {
    /// Upstreams take questions and answer nothing.
    case blackhole
    /// One client asks more than the upstream can bear.
    case flood
    /// Everybody asks for names that are asked for once.
    case randomNames = "randomnames"
}

/// How much of it there is to be.
struct DrillOptions: Equatable {
    static let maximumRate = 200_000
    static let maximumSecondCount = 86_400

    let name: DrillName
    /// The questions with two of three upstreams silent.
    var questionCount = 1_000_000
    /// Questions a second.
    var rate = 20_000
    /// How long a phase takes.
    var seconds: Int

    /// Reads what stands behind the name.
    init(_ name: DrillName, parsing arguments: some Collection<String>) throws(RunOptions.Mistake) {
        self.name = name
        let isShort = arguments.contains("--short")
        seconds =
            switch name {
            case .blackhole: isShort ? 2 : 5
            case .flood: isShort ? 3 : 20
            case .randomNames: isShort ? 5 : 600
            }
        if isShort { questionCount = 20_000 }
        var rest = Array(arguments)[...]
        while let word = rest.popFirst() {
            switch word {
            case "--short": break
            case "--questions":
                questionCount = try RunOptions.number(word, &rest, RunOptions.maximumQueryCount)
            case "--rate": rate = try RunOptions.number(word, &rest, Self.maximumRate)
            case "--seconds":
                seconds = try RunOptions.number(word, &rest, Self.maximumSecondCount)
            default:
                throw RunOptions.Mistake(
                    description: "\(name.rawValue) has no option '\(word)'; there are --questions, "
                        + "--rate, --seconds and --short"
                )
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

/// What goes wrong on purpose, as it is called on the command line.
enum DrillName: String, CaseIterable {
    /// Upstreams take questions and answer nothing.
    case blackhole
    /// One client asks more than the upstream can bear.
    case flood
    /// Others answer in the place of the upstream.
    case forgeries
    /// Everybody asks for names that are asked for once.
    case randomNames = "randomnames"
}

/// How much of it there is to be.
struct DrillOptions: Equatable {
    static let maximumRate = 200_000
    static let maximumSecondCount = 86_400

    let name: DrillName
    /// The questions with two of three upstreams silent, or the replies that are forged.
    var questionCount = 1_000_000
    /// Questions a second.
    var rate = 20_000
    /// How long a phase takes.
    var seconds: Int
    /// Lines with options of `forward` and of `cache`, besides those that the drill needs.
    var forward: [String] = []
    var cache: [String] = []

    /// Reads what stands behind the name.
    init(_ name: DrillName, parsing arguments: some Collection<String>) throws(RunOptions.Mistake) {
        self.name = name
        let isShort = arguments.contains("--short")
        seconds =
            switch name {
            case .blackhole: isShort ? 2 : 5
            // It lasts until enough is forged.
            case .forgeries: 1
            case .flood: isShort ? 3 : 20
            case .randomNames: isShort ? 5 : 600
            }
        if name == .forgeries { questionCount = 3_000_000 }
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
            case "--forward": forward.append(try Self.text(word, &rest))
            case "--cache": cache.append(try Self.text(word, &rest))
            default:
                throw RunOptions.Mistake(
                    description: "\(name.rawValue) has no option '\(word)'; there are --questions, "
                        + "--rate, --seconds, --forward, --cache and --short"
                )
            }
        }
    }

    /// The line behind an option.
    private static func text(
        _ option: String,
        _ rest: inout ArraySlice<String>
    ) throws(RunOptions.Mistake) -> String {
        guard let text = rest.popFirst(), !text.isEmpty else {
            throw RunOptions.Mistake(
                description: "\(option) wants an option as it stands in a Corefile, in quotes"
            )
        }
        return text
    }
}

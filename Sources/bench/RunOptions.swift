// SPDX-License-Identifier: Apache-2.0

/// The kinds of load, as they are called on the command line.
enum WorkloadName: String, CaseIterable {
    case auth
    case mix
    case headless
    case tcp
    case tcpConnect = "tcp-connect"
    case idle
    case registry
    case reload
    case workers
    case forwardHitsFew = "forward-hits-1k"
    case forwardHitsMany = "forward-hits-100k"
    case forwardMisses = "forward-misses"

    /// Those that servers ask an upstream for.
    static let forwards: [WorkloadName] = [.forwardHitsFew, .forwardHitsMany, .forwardMisses]
    /// What they are called together.
    static let forwardsName = "forward"

    /// The workloads that a word stands for; none for an unknown one.
    static func named(_ word: String) -> [WorkloadName] {
        if word == forwardsName { return forwards }
        return WorkloadName(rawValue: word).map { [$0] } ?? []
    }

    /// Every word.
    static var words: [String] { allCases.map(\.rawValue) + [forwardsName] }
}

/// What a run is asked to do.
struct RunOptions: Equatable {
    /// A command line that cannot be understood, and what would be right.
    struct Mistake: Error, Equatable, CustomStringConvertible {
        let description: String
    }

    static let maximumQueryCount = 100_000_000
    static let maximumRoundCount = 1_000
    static let maximumWorkerCount = 1_024

    var workloads = WorkloadName.allCases
    var serviceCount = 10_000
    /// The endpoints of `registry` and `reload`, half of them in headless Services.
    var endpointCount = 0
    /// How the manifests of `registry` describe them.
    var backing = Cluster.Backing.slices
    /// The questions of one server in one round; connections get fewer.
    var queryCount = 300_000
    var roundCount = 7
    /// The numbers of workers that `workers` compares; nil: one, and as many as there can be.
    var workerCounts: [Int]?

    init(parsing arguments: some Collection<String>) throws(Mistake) {
        var named: [WorkloadName] = []
        var rest = Array(arguments)[...]
        // Sizes that are told outrank those of --short, wherever it stands.
        if rest.contains("--short") { (serviceCount, queryCount, roundCount) = (1_000, 20_000, 3) }
        while let word = rest.popFirst() {
            switch word {
            case "--short": break
            case "--services":
                serviceCount = try Self.number(word, &rest, Cluster.maximumServiceCount)
            case "--endpoints":
                endpointCount = try Self.number(word, &rest, Cluster.maximumPodCount)
            case "--behind":
                let word = rest.popFirst() ?? ""
                guard let named = Cluster.Backing(rawValue: word) else {
                    let known = Cluster.Backing.allCases.map(\.rawValue).joined(separator: ", ")
                    throw Mistake(description: "--behind wants one of \(known), not '\(word)'")
                }
                backing = named
            case "--queries":
                queryCount = try Self.number(word, &rest, Self.maximumQueryCount)
            case "--workers":
                workerCounts = try Self.numbers(word, &rest, Self.maximumWorkerCount)
            case "--rounds":
                roundCount = try Self.number(word, &rest, Self.maximumRoundCount)
            default:
                let workloads = WorkloadName.named(word)
                guard !workloads.isEmpty else {
                    let known = WorkloadName.words.joined(separator: ", ")
                    throw Mistake(description: "there is no workload '\(word)'; try \(known)")
                }
                named += workloads
            }
        }
        if !named.isEmpty { workloads = named }
    }

    /// Numbers with commas between them.
    private static func numbers(
        _ option: String,
        _ rest: inout ArraySlice<String>,
        _ maximum: Int
    ) throws(Mistake) -> [Int] {
        let word = rest.popFirst() ?? ""
        var numbers: [Int] = []
        for part in word.split(separator: ",", omittingEmptySubsequences: false) {
            guard let number = Int(part), (1...maximum).contains(number) else {
                throw Mistake(
                    description: "\(option) wants numbers from 1 to \(maximum) with commas between "
                        + "them, not '\(word)'"
                )
            }
            numbers.append(number)
        }
        return numbers
    }

    /// The number behind an option.
    static func number(
        _ option: String,
        _ rest: inout ArraySlice<String>,
        _ maximum: Int
    ) throws(Mistake) -> Int {
        let word = rest.popFirst() ?? ""
        guard let number = Int(word), (1...maximum).contains(number) else {
            throw Mistake(
                description: "\(option) wants a number from 1 to \(maximum), not '\(word)'"
            )
        }
        return number
    }
}

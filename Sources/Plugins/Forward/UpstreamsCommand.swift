// SPDX-License-Identifier: Apache-2.0

import Commands
import Plugin

/// `upstreams`: who is asked, and how each fares, as a table or for machines.
enum UpstreamsCommand {
    private static let none = "<none>"
    private static let unknown = "<unknown>"
    /// The cell of a number that another row has.
    private static let elsewhere = "-"

    static func run(_ request: CommandRequest, in book: UpstreamBook) -> CommandOutput {
        do throws(CommandMistake) {
            let words = try CommandWords(
                Array(request.words.dropFirst()),
                knowing: [CommandWords.Flag("output", "o")]
            )
            if let word = words.plain.first {
                throw CommandMistake("error: 'upstreams' takes no arguments, but has '\(word)'")
            }
            let reports = UpstreamReport.all(in: book, at: request.now)
            switch words.text("output") {
            case nil: return try CommandOutput(text: table(reports, isWide: false).text())
            case "wide": return try CommandOutput(text: table(reports, isWide: true).text())
            case "json":
                let trees = Tree.list(reports.map(\.tree))
                let pair = Tree.Pair(key: "upstreams", value: trees)
                return CommandOutput(text: Tree.map([pair]).json)
            case let form?:
                throw CommandMistake(
                    "error: unable to match a printer suitable for the output format \"\(form)\", "
                        + "allowed formats are: json, wide"
                )
            }
        } catch {
            return .failure(error.text)
        }
    }

    private static func table(_ reports: [UpstreamReport], isWide: Bool) -> TextTable {
        var headings = [
            "ZONE", "UPSTREAM", "STATE", "REPLIED", "LATENCY", "TIMEOUT", "RATE", "LIMIT",
            "REPLIES", "FAILURES",
        ]
        if isWide { headings += ["SERVER", "OVER", "FROM", "CASE"] }
        var table = TextTable(headings)
        for report in reports {
            var cells = [
                report.zone, report.isOfName ? "  \(report.name)" : report.name, state(of: report),
            ]
            if let health = report.health {
                cells.append(health.silentNanoseconds.map { "\(ShortTime($0)) ago" } ?? "never")
                cells.append(health.latencyNanoseconds.map { "\(ShortTime($0))" } ?? unknown)
                cells.append("\(ShortTime(health.timeoutNanoseconds))")
            } else {
                cells += [elsewhere, elsewhere, elsewhere]
            }
            let isCounted = report.tally != nil
            cells.append(isCounted ? report.rate.map(rateText) ?? unknown : elsewhere)
            cells.append(report.lookup == nil ? limit(of: report) : elsewhere)
            cells.append(report.tally.map { "\($0.replyCount)" } ?? elsewhere)
            cells.append(report.tally.map { text(of: $0.failures) } ?? elsewhere)
            if isWide {
                let mixes = report.health.map { $0.mixesCase ? "mixed" : "kept" }
                cells += [
                    report.server, report.transport, report.source ?? none, mixes ?? elsewhere,
                ]
            }
            table.add(cells)
        }
        return table
    }

    /// What is thought of an upstream, and since when; of a name, how its look-up went.
    private static func state(of report: UpstreamReport) -> String {
        if let lookup = report.lookup { return state(of: lookup) }
        guard let health = report.health else { return unknown }
        let time = ShortTime(health.failingNanoseconds)
        return switch health.standing {
        case .well: health.latencyNanoseconds == nil ? "no reply yet" : "well"
        case .doubtful: "doubtful: silent for \(time)"
        case .down: "down: silent for \(time)"
        case .looping: "looping: sends questions back"
        }
    }

    private static func state(of lookup: UpstreamReport.Lookup) -> String {
        guard let seconds = lookup.secondsLeft else { return "not looked up yet" }
        let rest = "next look-up in \(Ages.text(Int64(clamping: seconds)))"
        let addresses = lookup.addressCount == 1 ? "1 address" : "\(lookup.addressCount) addresses"
        guard let complaint = lookup.complaint else { return "\(addresses), \(rest)" }
        return "\(addresses), look-up failed: \(complaint); \(rest)"
    }

    private static func limit(of report: UpstreamReport) -> String {
        var parts = report.maximumRate == 0 ? [] : ["\(report.maximumRate)/s"]
        if let learnt = report.health?.learntRate { parts.append("\(rateText(learnt)) learnt") }
        return parts.isEmpty ? none : parts.joined(separator: ", ")
    }

    private static func text(of parts: [UpstreamTally.Part]) -> String {
        guard !parts.isEmpty else { return "0" }
        return parts.map { "\($0.count) \($0.name)" }.joined(separator: ", ")
    }

    /// A rate with one digit behind the point where it is small.
    private static func rateText(_ rate: Double) -> String {
        let tenths = UInt64(min(max(rate * 10, 0), 1e15).rounded())
        if tenths >= 100 || tenths % 10 == 0 { return "\((tenths + 5) / 10)/s" }
        return "\(tenths / 10).\(tenths % 10)/s"
    }
}

extension UpstreamReport {
    /// The report for machines: seconds, and numbers as they were counted.
    fileprivate var tree: Tree {
        var tree = Tree.map([])
        tree["zone"] = .string(zone)
        tree["server"] = .string(server)
        tree["upstream"] = .string(name)
        tree["transport"] = .string(transport)
        if let source { tree["source"] = .string(source) }
        if maximumRate > 0 { tree["maximumRate"] = .integer(maximumRate) }
        if isOfName { tree["isAddressOfNameBefore"] = .boolean(true) }
        if let health {
            tree["state"] = .string("\(health.standing)")
            tree["failuresInARow"] = .integer(health.failureCount)
            tree["silentSeconds"] = Self.seconds(health.failingNanoseconds)
            tree["mixesCase"] = .boolean(health.mixesCase)
            tree["timeoutSeconds"] = Self.seconds(health.timeoutNanoseconds)
            tree["lastReplySecondsAgo"] = health.silentNanoseconds.map(Self.seconds) ?? .null
            tree["latencySeconds"] = health.latencyNanoseconds.map(Self.seconds) ?? .null
            tree["learntRate"] = health.learntRate.map { .number("\($0)") } ?? .null
        }
        if let lookup {
            tree["addresses"] = .integer(lookup.addressCount)
            tree["lookupFailure"] = lookup.complaint.map { .string($0) } ?? .null
            tree["lookupSecondsLeft"] =
                lookup.secondsLeft.map { .integer(Int(clamping: $0)) } ?? .null
        }
        if let tally {
            tree["ratePerSecond"] = rate.map { .number("\($0)") } ?? .null
            tree["replies"] = Self.tree(tally.replies)
            tree["failures"] = Self.tree(tally.failures)
        }
        return tree
    }

    private static func seconds(_ nanoseconds: UInt64) -> Tree {
        .number("\(Double(nanoseconds) / 1e9)")
    }

    private static func tree(_ parts: [UpstreamTally.Part]) -> Tree {
        .map(parts.map { Tree.Pair(key: $0.name, value: .integer(Int(clamping: $0.count))) })
    }
}

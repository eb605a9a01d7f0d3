// SPDX-License-Identifier: Apache-2.0

import Commands
import Metrics
import Plugin
import Wire

/// `cache`: how much is kept; `cache get`: what is kept for a name; `cache flush`: that it goes.
enum CacheCommand {
    /// The most entries of one cache that are shown.
    static let maximumEntryCount = 1_000

    private static let flags = [
        CommandWords.Flag("output", "o"), CommandWords.Flag("zone"),
        CommandWords.Flag("all", nil, .truth),
    ]

    static func run(_ request: CommandRequest, in book: CacheBook) -> CommandOutput {
        guard !book.isCheck else {
            return .failure("error: only a server that runs keeps answers; leave -conf out")
        }
        do throws(CommandMistake) {
            let words = try CommandWords(Array(request.words.dropFirst()), knowing: flags)
            switch words.plain.first {
            case nil: return try show(words, book)
            case "get": return try get(words, book, at: request.now)
            case "flush": return try flush(words, book)
            case let word?:
                throw CommandMistake(
                    "error: unknown command '\(word)' for 'cache'; known are get, flush"
                )
            }
        } catch {
            return .failure(error.text)
        }
    }

    // MARK: How much is kept

    private static func show(
        _ words: CommandWords,
        _ book: CacheBook
    ) throws(CommandMistake) -> CommandOutput {
        guard words.text("zone") == nil, words.text("all") == nil else {
            throw CommandMistake("error: '--zone' and '--all' mean something to 'cache flush' only")
        }
        let reports = book.pages.map { CacheReport($0, book.metrics) }
        switch words.text("output") {
        case nil, "wide":
            let isWide = words.text("output") != nil
            var table = TextTable(
                [
                    "SERVER", "ZONES", "ANSWERS", "DENIALS", "BYTES", "CAPACITY", "HITS", "MISSES",
                    "STALE", "EVICTED",
                ] + (isWide ? ["GIVEN BY KIND"] : [])
            )
            for report in reports { table.add(report.cells + (isWide ? [report.shares] : [])) }
            return CommandOutput(text: try table.text())
        case "json":
            let pair = Tree.Pair(key: "caches", value: .list(reports.map(\.tree)))
            return CommandOutput(text: Tree.map([pair]).json)
        case let form?:
            throw CommandMistake(
                "error: unable to match a printer suitable for the output format \"\(form)\", "
                    + "allowed formats are: json, wide"
            )
        }
    }

    // MARK: What is kept for a name

    private static func get(
        _ words: CommandWords,
        _ book: CacheBook,
        at now: Moment
    ) throws(CommandMistake) -> CommandOutput {
        guard words.text("zone") == nil, words.text("all") == nil, words.text("output") == nil
        else { throw CommandMistake("error: 'cache get' takes a name, at most a type, no flags") }
        guard let selection = try named(words) else {
            throw CommandMistake(
                "error: a name is wanted, as in 'apus cache get www.example.org AAAA'"
            )
        }
        var output = CommandOutput()
        for page in book.pages {
            let found = page.kept.cache.entries(selection, atMost: maximumEntryCount + 1)
            let sorted = found.prefix(maximumEntryCount).sorted { left, right in
                (left.type.rawValue, left.keyBits) < (right.type.rawValue, right.keyBits)
            }
            for entry in sorted {
                output.text += KeptEntryText(entry, page, at: now).text
            }
            if found.count > maximumEntryCount {
                output.errors += "only the first \(maximumEntryCount) of \(page.place) are shown\n"
            }
        }
        guard output.text.isEmpty, let name = words.plain.dropFirst().first else { return output }
        return .failure(
            "error: nothing is kept of '\(words.plain.dropFirst().joined(separator: " "))'"
                + (name.hasSuffix(".") || name.contains(".") ? "" : "; is that the whole name?")
        )
    }

    /// What `NAME [TYPE]` behind the first word mean; nil when there is no name.
    private static func named(_ words: CommandWords) throws(CommandMistake) -> CacheSelection? {
        let rest = words.plain.dropFirst()
        guard let first = rest.first else { return nil }
        var selection = CacheSelection(names: .name(try name(first)))
        if let word = rest.dropFirst().first {
            guard let type = RecordType(word) else {
                throw CommandMistake(
                    "error: '\(word)' is no record type; one like 'A', 'AAAA' or 'TYPE65' is wanted"
                )
            }
            selection.type = type
        }
        guard rest.count <= 2 else {
            throw CommandMistake(
                "error: '\(rest.dropFirst(2).first ?? "")' is one word too many; a name and at most a "
                    + "type are wanted"
            )
        }
        return selection
    }

    private static func name(_ text: String) throws(CommandMistake) -> Name {
        guard let name = try? Name(text) else {
            throw CommandMistake(
                "error: '\(text)' is no domain name; one like 'www.example.org' is wanted"
            )
        }
        return name.lowercased
    }

    // MARK: That it goes

    private static func flush(
        _ words: CommandWords,
        _ book: CacheBook
    ) throws(CommandMistake) -> CommandOutput {
        guard words.text("output") == nil else {
            throw CommandMistake("error: 'cache flush' takes no '-o'")
        }
        var selections: [CacheSelection] = []
        if let selection = try named(words) { selections.append(selection) }
        if let zone = words.text("zone") {
            selections.append(CacheSelection(names: .zone(try name(zone))))
        }
        if words.isOn("all") { selections.append(.all) }
        guard let selection = selections.first, selections.count == 1 else {
            throw CommandMistake(
                "error: what is to go? One of NAME [TYPE], --zone ZONE and --all is wanted"
            )
        }
        let count = book.pages.reduce(0) { $0 + $1.kept.cache.flush(selection) }
        return CommandOutput(text: "\(count) \(count == 1 ? "answer" : "answers") flushed\n")
    }
}

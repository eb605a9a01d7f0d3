// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Plugin

/// `get`: objects as tables, or whole for machines.
struct GetCommand {
    private let request: ResourceRequest
    private let wallSeconds: Int64
    private let maximumByteCount: Int
    private var rows: Rows
    /// Counts what all paths of the command lead to.
    private var writer: JSONPathWriter
    private var output = CommandOutput()

    init(
        _ words: [String],
        _ contents: ClusterContents,
        _ sources: ObjectSources,
        wallSeconds: Int64,
        maximumByteCount: Int = CommandOutput.maximumByteCount,
        maximumCount: Int = JSONPathWriter.maximumCount
    ) throws(CommandMistake) {
        request = try ResourceRequest(words)
        self.wallSeconds = wallSeconds
        self.maximumByteCount = maximumByteCount
        writer = JSONPathWriter(maximumCount: maximumCount, maximumByteCount: maximumByteCount)
        rows = Rows(contents, in: request.scope, sources)
    }

    mutating func run() throws(CommandMistake) -> CommandOutput {
        let groups = try gather()
        switch request.form {
        case _ where request.isWatching: try watch(groups)
        case .table, .wide: try writeTables(groups)
        case .name:
            var names = ""
            for group in groups {
                visit(group) { _, row in names += "\(row.kind.names.prefix)/\(row.name)\n" }
            }
            try write(names)
        case .yaml: try write(whole(groups, isBounded: true)?.yaml ?? "")
        case .json: try write(whole(groups, isBounded: true)?.json ?? "")
        case .template(let template, let isJSON):
            if let tree = try whole(groups, isBounded: false) {
                write(template, tree, isJSON: isJSON)
            }
        case .columns(let columns): try write(columns, groups)
        }
        return output
    }

    // MARK: What is asked for

    /// The rows of one kind.
    private struct Group {
        let kind: ResourceKind
        /// Nil for all that are selected: they are made when they are shown, one after the other.
        var rows: [Row]?
    }

    /// What is asked for; names that are not there are said to be so.
    private mutating func gather() throws(CommandMistake) -> [Group] {
        // Where labels are neither asked for nor shown, none is read.
        rows.readsLabels =
            request.form != .table && request.form != .name || request.selector != nil
            || request.fieldSelector != nil || request.order != nil || request.showsLabels
            || !request.labelColumns.isEmpty
        var groups = request.kinds.map { Group(kind: $0) }
        addNamed(to: &groups)
        guard let order = request.order else { return groups }
        guard !request.isWatching else {
            output.errors += "warning: --watch requested, --sort-by will be ignored\n"
            return groups
        }
        for index in groups.indices {
            groups[index].rows = try order.sorted(
                collected(groups[index]),
                &rows,
                &writer
            )
        }
        return groups
    }

    /// Adds the objects that are asked for by their names.
    private mutating func addNamed(to groups: inout [Group]) {
        var byName: [ResourceKind: [String: Row]] = [:]
        for reference in request.references {
            let kind = reference.kind
            let known = byName[kind] ?? Self.byName(rows.rows(of: kind))
            byName[kind] = known
            guard let found = known[reference.name] else {
                if !request.passesMissing { output.missing(kind.names.qualified, reference.name) }
                continue
            }
            if groups.last?.kind == kind {
                groups[groups.count - 1].rows?.append(found)
            } else {
                groups.append(Group(kind: kind, rows: [found]))
            }
        }
    }

    private static func byName(_ rows: [Row]) -> [String: Row] {
        Dictionary(rows.map { ($0.name, $0) }) { first, _ in first }
    }

    /// Shows the rows of a group, one after the other.
    private mutating func visit(_ group: Group, _ body: (inout GetCommand, Row) -> Void) {
        if let rows = group.rows {
            for row in rows { body(&self, row) }
            return
        }
        // What is found on the way to workloads is needed again to show them.
        guard group.kind.workload == nil else {
            for row in rows.rows(of: group.kind) where isSelected(row) { body(&self, row) }
            return
        }
        var all = rows
        all.visit(group.kind) { row in
            if isSelected(row) { body(&self, row) }
        }
    }

    private mutating func isSelected(_ row: Row) -> Bool {
        guard request.selector?.selects(row.metadata.labels) ?? true else { return false }
        return request.fieldSelector.map { rows.selects(row, $0) } ?? true
    }

    /// The rows of a group, all at once.
    private mutating func collected(_ group: Group) -> [Row] {
        var rows: [Row] = []
        visit(group) { _, row in rows.append(row) }
        return rows
    }

    // MARK: Tables

    private mutating func writeTables(_ groups: [Group]) throws(CommandMistake) {
        let hasPrefix = request.showsKind || Set(groups.map(\.kind)).count > 1
        var hasAny = false
        for group in groups {
            var table = table(of: group.kind)
            visit(group) { command, row in
                table.add(command.cells(of: row, hasPrefix: hasPrefix))
            }
            guard table.rowCount > 0 else { continue }
            if hasAny, request.hasHeaders { output.text += "\n" }
            try write(table)
            hasAny = true
        }
        guard !hasAny, output.code == 0, request.references.isEmpty, !request.passesMissing else {
            return
        }
        let isNamespaced = request.kinds.contains(where: \.isNamespaced)
        output.nothingFound(in: isNamespaced ? request.scope : nil)
    }

    /// Writes a table behind what is written, if there is room for it.
    private mutating func write(_ table: TextTable) throws(CommandMistake) {
        output.text += try table.text(
            hasHeaders: request.hasHeaders,
            maximumByteCount: maximumByteCount - output.text.utf8.count
        )
    }

    private func showsNamespace(_ kind: ResourceKind) -> Bool {
        request.meansAllNamespaces && kind.isNamespaced
    }

    /// An empty table for rows of a kind.
    private func table(of kind: ResourceKind) -> TextTable {
        var headings = showsNamespace(kind) ? ["NAMESPACE"] : []
        headings += ["NAME"] + kind.headings
        if request.form == .wide { headings += kind.wideHeadings }
        headings += request.labelColumns.map(Self.heading)
        if request.showsLabels { headings.append("LABELS") }
        return TextTable(headings)
    }

    /// What a row has under these headings.
    private mutating func cells(of row: Row, hasPrefix: Bool) -> [String] {
        var cells = showsNamespace(row.kind) ? [row.metadata.namespace] : []
        cells.append(hasPrefix ? "\(row.kind.names.prefix)/\(row.name)" : row.name)
        cells += rows.cells(of: row, isWide: request.form == .wide, wallSeconds: wallSeconds)
        cells += request.labelColumns.map { row.metadata.labels[$0] ?? "" }
        if request.showsLabels { cells.append(row.metadata.labels.labelText) }
        return cells
    }

    /// The heading of a column for a label: what stands behind its last slash.
    private static func heading(_ label: String) -> String {
        (label.split(separator: "/").last ?? "").uppercased()
    }

    // MARK: Watching

    /// Writes the lines of the table so that whoever asks sees which of them change.
    private mutating func watch(_ groups: [Group]) throws(CommandMistake) {
        guard output.code == 0, let group = groups.first else { return }
        let found = collected(group)
        var lines: [WatchedLines.Line] = []
        if request.form == .name {
            for row in found {
                let name = "\(row.kind.names.prefix)/\(row.name)"
                lines.append(WatchedLines.Line(subject: row.subject, content: name, text: name))
            }
        } else {
            var table = table(of: group.kind)
            for row in found { table.add(cells(of: row, hasPrefix: request.showsKind)) }
            var texts = try table.lines(
                hasHeaders: request.hasHeaders,
                maximumByteCount: maximumByteCount
            )[...]
            if request.hasHeaders, !found.isEmpty, let headings = texts.popFirst() {
                lines.append(WatchedLines.Line(subject: "", content: "", text: headings))
            }
            for (number, (row, text)) in zip(found, texts).enumerated() {
                let lasting = zip(table.headings, table.cells(ofRow: number)).filter {
                    !ResourceKind.passingHeadings.contains($0.0)
                }
                let content = lasting.map(\.1).joined(separator: " ")
                lines.append(WatchedLines.Line(subject: row.subject, content: content, text: text))
            }
        }
        output.text = WatchedLines.text(of: lines)
        output.errand = .watch
    }

    // MARK: For machines

    /// The object that is asked for by its name, else a list; nil when nothing with such a name is
    /// there.
    ///
    /// `isBounded`: all of it is to be written. The Pods of a workload share their template here,
    /// but not as a text: what is too much is seen before that is made.
    private mutating func whole(
        _ groups: [Group],
        isBounded: Bool
    ) throws(CommandMistake) -> Tree? {
        var trees: [Tree] = []
        var byteCount = 0
        for group in groups {
            visit(group) { command, row in
                guard byteCount <= command.maximumByteCount else { return }
                let tree = command.rows.whole(row)
                if isBounded { byteCount += tree.leastByteCount }
                trees.append(tree)
            }
        }
        guard byteCount <= maximumByteCount else { throw .long }
        guard !trees.isEmpty || request.references.isEmpty else { return nil }
        guard request.references.count != 1 else { return trees.first }
        return [
            "apiVersion": "v1",
            "items": .list(trees),
            "kind": "List",
            "metadata": ["resourceVersion": ""],
        ]
    }

    /// Writes a text, if there is room for it.
    private mutating func write(_ text: String) throws(CommandMistake) {
        guard text.utf8.count <= maximumByteCount else { throw .long }
        output.text += text
    }

    /// A table of columns that whoever asks has made up.
    private mutating func write(
        _ columns: [CustomColumn],
        _ groups: [Group]
    ) throws(CommandMistake) {
        var table = TextTable(columns.map(\.heading))
        var mistake: JSONPathError?
        for group in groups {
            visit(group) { command, row in
                guard mistake == nil else { return }
                let tree = command.rows.whole(row)
                do throws(JSONPathError) {
                    var cells: [String] = []
                    for column in columns {
                        cells.append(try column.cell(of: tree, &command.writer))
                    }
                    table.add(cells)
                } catch {
                    mistake = error
                }
            }
        }
        if let mistake { throw CommandMistake("error: error executing jsonpath: \(mistake)") }
        guard table.rowCount > 0 || request.references.isEmpty else { return }
        try write(table)
    }

    private mutating func write(_ template: JSONPath, _ tree: Tree, isJSON: Bool) {
        do throws(JSONPathError) {
            try writer.write(template.parts, of: tree, isJSON: isJSON)
        } catch {
            output.errors += "error: error executing jsonpath: \(error)\n"
            output.code = 1
        }
        output.text += writer.text
    }
}

// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Plugin

/// `get`: objects as tables, or whole for machines.
struct GetCommand {
    private let request: ResourceRequest
    private let wallSeconds: Int64
    private var rows: Rows
    private var output = CommandOutput()

    init(
        _ words: [String],
        _ contents: ClusterContents,
        _ sources: ObjectSources,
        wallSeconds: Int64
    ) throws(CommandMistake) {
        request = try ResourceRequest(words)
        self.wallSeconds = wallSeconds
        rows = Rows(contents, in: request.scope, sources)
    }

    mutating func run() throws(CommandMistake) -> CommandOutput {
        let groups = try gather()
        let found = groups.flatMap(\.rows)
        switch request.form {
        case _ where request.isWatching: watch(groups)
        case .table, .wide: writeTables(groups)
        case .name:
            for row in found { output.text += "\(row.kind.names.prefix)/\(row.name)\n" }
        case .yaml: output.text += whole(found)?.yaml ?? ""
        case .json: output.text += whole(found)?.json ?? ""
        case .template(let template, let isJSON):
            if let tree = whole(found) { write(template, tree, isJSON) }
        case .columns(let columns): try write(columns, found)
        }
        return output
    }

    /// The rows of one kind.
    private struct Group {
        let kind: ResourceKind
        var rows: [Row]
    }

    /// What is asked for; names that are not there are said to be so.
    private mutating func gather() throws(CommandMistake) -> [Group] {
        var groups: [Group] = []
        for kind in request.kinds {
            groups.append(Group(kind: kind, rows: rows.rows(of: kind).filter(isSelected)))
        }
        if let selector = request.fieldSelector {
            for index in groups.indices {
                groups[index].rows = groups[index].rows.filter { rows.selects($0, selector) }
            }
        }
        addNamed(to: &groups)
        guard let order = request.order else { return groups }
        guard !request.isWatching else {
            output.errors += "warning: --watch requested, --sort-by will be ignored\n"
            return groups
        }
        for index in groups.indices {
            groups[index].rows = try order.sorted(groups[index].rows, &rows)
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
                groups[groups.count - 1].rows.append(found)
            } else {
                groups.append(Group(kind: kind, rows: [found]))
            }
        }
    }

    private static func byName(_ rows: [Row]) -> [String: Row] {
        Dictionary(rows.map { ($0.name, $0) }) { first, _ in first }
    }

    private func isSelected(_ row: Row) -> Bool {
        request.selector?.selects(row.metadata.labels) ?? true
    }

    // MARK: Tables

    private mutating func writeTables(_ groups: [Group]) {
        let full = groups.filter { !$0.rows.isEmpty }
        guard !full.isEmpty else {
            guard output.code == 0, request.references.isEmpty, !request.passesMissing else {
                return
            }
            let isNamespaced = request.kinds.contains(where: \.isNamespaced)
            output.nothingFound(in: isNamespaced ? request.scope : nil)
            return
        }
        let hasPrefix = request.showsKind || Set(groups.map(\.kind)).count > 1
        for (index, group) in full.enumerated() {
            if index > 0, request.hasHeaders { output.text += "\n" }
            let table = table(group, hasPrefix: hasPrefix)
            output.text += table.text(hasHeaders: request.hasHeaders)
        }
    }

    private mutating func table(_ group: Group, hasPrefix: Bool) -> TextTable {
        let kind = group.kind
        let showsNamespace = request.meansAllNamespaces && kind.isNamespaced
        let isWide = request.form == .wide
        var headings = showsNamespace ? ["NAMESPACE"] : []
        headings += ["NAME"] + kind.headings + (isWide ? kind.wideHeadings : [])
        headings += request.labelColumns.map(Self.heading)
        if request.showsLabels { headings.append("LABELS") }
        var table = TextTable(headings)
        for row in group.rows {
            var cells = showsNamespace ? [row.metadata.namespace] : []
            cells.append(hasPrefix ? "\(kind.names.prefix)/\(row.name)" : row.name)
            cells += rows.cells(of: row, isWide: isWide, wallSeconds: wallSeconds)
            cells += request.labelColumns.map { row.metadata.labels[$0] ?? Service.none }
            if request.showsLabels { cells.append(row.metadata.labels.labelText) }
            table.add(cells)
        }
        return table
    }

    /// The heading of a column for a label: what stands behind its last slash.
    private static func heading(_ label: String) -> String {
        (label.split(separator: "/").last ?? "").uppercased()
    }

    // MARK: Watching

    /// Writes the lines of the table so that whoever asks sees which of them change.
    private mutating func watch(_ groups: [Group]) {
        guard output.code == 0, let group = groups.first else { return }
        var lines: [WatchedLines.Line] = []
        if request.form == .name {
            for row in group.rows {
                let name = "\(row.kind.names.prefix)/\(row.name)"
                lines.append(WatchedLines.Line(subject: row.subject, content: name, text: name))
            }
        } else {
            let table = table(group, hasPrefix: request.showsKind)
            var texts = table.lines(hasHeaders: request.hasHeaders)[...]
            if request.hasHeaders, !group.rows.isEmpty, let headings = texts.popFirst() {
                lines.append(WatchedLines.Line(subject: "", content: "", text: headings))
            }
            for ((row, cells), text) in zip(zip(group.rows, table.rows), texts) {
                let lasting = zip(table.headings, cells).filter {
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
    private mutating func whole(_ found: [Row]) -> Tree? {
        guard !found.isEmpty || request.references.isEmpty else { return nil }
        var trees: [Tree] = []
        for row in found { trees.append(rows.whole(row)) }
        guard request.references.count != 1 else { return trees.first }
        return [
            "apiVersion": "v1",
            "items": .list(trees),
            "kind": "List",
            "metadata": ["resourceVersion": ""],
        ]
    }

    /// A table of columns that whoever asks has made up.
    private mutating func write(
        _ columns: [CustomColumn],
        _ found: [Row]
    ) throws(CommandMistake) {
        guard !found.isEmpty || request.references.isEmpty else { return }
        var table = TextTable(columns.map(\.heading))
        for row in found {
            let tree = rows.whole(row)
            var cells: [String] = []
            do throws(JSONPathError) {
                for column in columns { cells.append(try column.cell(of: tree)) }
            } catch {
                throw CommandMistake("error: error executing jsonpath: \(error)")
            }
            table.add(cells)
        }
        output.text += table.text(hasHeaders: request.hasHeaders)
    }

    private mutating func write(_ template: JSONPath, _ tree: Tree, _ isJSON: Bool) {
        var writer = JSONPathWriter(isJSON: isJSON)
        do throws(JSONPathError) {
            try writer.write(template.parts, of: tree)
        } catch {
            output.errors += "error: error executing jsonpath: \(error)\n"
            output.code = 1
        }
        output.text += writer.text
    }
}

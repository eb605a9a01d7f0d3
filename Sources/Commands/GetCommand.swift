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

    mutating func run() -> CommandOutput {
        let groups = gather()
        switch request.form {
        case .table, .wide: writeTables(groups)
        case .name:
            for row in groups.flatMap(\.rows) {
                output.text += "\(row.reference.kind.prefix)/\(row.reference.name)\n"
            }
        case .yaml: output.text += whole(groups.flatMap(\.rows))?.yaml ?? ""
        case .json: output.text += whole(groups.flatMap(\.rows))?.json ?? ""
        case .template(let template, let isJSON):
            if let tree = whole(groups.flatMap(\.rows)) { write(template, tree, isJSON) }
        }
        return output
    }

    /// The rows of one kind.
    private struct Group {
        let kind: ResourceKind
        var rows: [Row]
    }

    /// What is asked for; names that are not there are said to be so.
    private mutating func gather() -> [Group] {
        var groups: [Group] = []
        for kind in request.kinds {
            let found = rows.rows(of: kind).filter(isSelected)
            groups.append(Group(kind: kind, rows: found))
        }
        var byName: [ResourceKind: [String: Row]] = [:]
        for reference in request.references {
            let kind = reference.kind
            let known = byName[kind] ?? Self.byName(rows.rows(of: kind))
            byName[kind] = known
            guard let found = known[reference.name] else {
                output.missing(kind.qualified, reference.name)
                continue
            }
            if groups.last?.kind == kind {
                groups[groups.count - 1].rows.append(found)
            } else {
                groups.append(Group(kind: kind, rows: [found]))
            }
        }
        return groups
    }

    private static func byName(_ rows: [Row]) -> [String: Row] {
        Dictionary(rows.map { ($0.reference.name, $0) }) { first, _ in first }
    }

    private func isSelected(_ row: Row) -> Bool { request.selector?.selects(row.labels) ?? true }

    // MARK: Tables

    private mutating func writeTables(_ groups: [Group]) {
        let full = groups.filter { !$0.rows.isEmpty }
        guard !full.isEmpty else {
            guard output.code == 0, request.references.isEmpty else { return }
            let isNamespaced = request.kinds.contains(where: \.isNamespaced)
            output.nothingFound(in: isNamespaced ? request.scope : nil)
            return
        }
        for (index, group) in full.enumerated() {
            if index > 0 { output.text += "\n" }
            output.text += table(group, hasPrefix: full.count > 1).text(
                hasHeaders: request.hasHeaders
            )
        }
    }

    private mutating func table(_ group: Group, hasPrefix: Bool) -> TextTable {
        let kind = group.kind
        let showsNamespace = request.meansAllNamespaces && kind.isNamespaced
        let isWide = request.form == .wide
        var headings = showsNamespace ? ["NAMESPACE"] : []
        headings += ["NAME"] + kind.headings + ["AGE"] + (isWide ? kind.wideHeadings : [])
        if request.showsLabels { headings.append("LABELS") }
        var table = TextTable(headings)
        for row in group.rows {
            let name = row.reference.name
            var cells = showsNamespace ? [row.namespace] : []
            cells.append(hasPrefix ? "\(kind.prefix)/\(name)" : name)
            cells += row.cells + [age(of: row)] + (isWide ? row.wideCells : [])
            if request.showsLabels { cells.append(row.labels.labelText) }
            table.add(cells)
        }
        return table
    }

    private func age(of row: Row) -> String {
        let seconds = Int64(row.createdSeconds)
        return seconds > 0 ? Ages.text(wallSeconds - seconds) : Ages.unknown
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

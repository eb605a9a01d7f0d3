// SPDX-License-Identifier: Apache-2.0

/// Rows of words under their headings, each column as wide as it must be.
struct Table {
    /// The columns that hold names; they are lined up on the left, all others on the right.
    static let nameColumnCount = 2

    let headings: [String]
    private(set) var rows: [[String]] = []

    init(_ headings: [String]) { self.headings = headings }

    /// Adds a row; what is missing at its end is left out.
    mutating func add(_ row: [String]) { rows.append(row) }

    var text: String {
        let lines = [headings] + rows
        let widths = headings.indices.map { column in
            lines.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        return lines.map { Self.line($0, widths) + "\n" }.joined()
    }

    private static func line(_ cells: [String], _ widths: [Int]) -> String {
        var line = ""
        for (column, (cell, width)) in zip(cells, widths).enumerated() {
            let blanks = String(repeating: " ", count: width - cell.count)
            if column > 0 { line += "  " }
            line += column < nameColumnCount ? cell + blanks : blanks + cell
        }
        while line.last == " " { line.removeLast() }
        return line
    }
}

// SPDX-License-Identifier: Apache-2.0

/// Rows under headings, each column as wide as its widest cell and three spaces.
package struct TextTable {
    private static let gap = 3

    package let headings: [String]
    package private(set) var rows: [[String]] = []

    package init(_ headings: [String]) { self.headings = headings }

    package mutating func add(_ row: [String]) { rows.append(row) }

    /// The lines, with the headings or without, each with its end.
    package func text(hasHeaders: Bool = true) -> String {
        lines(hasHeaders: hasHeaders).map { $0 + "\n" }.joined()
    }

    /// The lines, with the headings or without.
    func lines(hasHeaders: Bool = true) -> [String] {
        let lines = hasHeaders ? [headings] + rows : rows
        var widths = [Int](repeating: 0, count: headings.count)
        for line in lines {
            for (column, cell) in line.enumerated() {
                widths[column] = max(widths[column], cell.columnCount)
            }
        }
        return lines.map { line in
            var written = ""
            for (column, cell) in line.enumerated() {
                written += cell
                guard column < line.count - 1 else { break }
                let space = widths[column] - cell.columnCount + Self.gap
                written += String(repeating: " ", count: space)
            }
            return written
        }
    }
}

extension String {
    /// How many columns of a terminal it takes; counting bytes is enough where all are ASCII.
    fileprivate var columnCount: Int {
        utf8.allSatisfy { $0 < 0x80 } ? utf8.count : count
    }
}

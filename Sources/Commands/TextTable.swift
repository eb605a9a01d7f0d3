// SPDX-License-Identifier: Apache-2.0

/// Rows under headings, each column as wide as its widest cell and three spaces.
///
/// The cells stand one behind the other in one array of bytes: of a hundred thousand rows none is a
/// value of its own.
package struct TextTable {
    private static let gap = 3

    /// One cell.
    private struct Cell {
        /// Where its bytes end.
        let end: Int
        /// How many columns of a terminal it takes.
        let width: Int
    }

    package let headings: [String]
    private var bytes: [UInt8] = []
    private var cells: [Cell] = []
    /// How many cells there are up to the end of each row.
    private var rowEnds: [Int] = []
    /// The widest cell of each column, without the headings.
    private var widths: [Int]

    package init(_ headings: [String]) {
        self.headings = headings
        widths = [Int](repeating: 0, count: headings.count)
    }

    /// How many rows there are under the headings.
    package var rowCount: Int { rowEnds.count }

    /// Adds a row of as many cells as there are headings, or fewer.
    package mutating func add(_ row: [String]) {
        for (column, cell) in row.enumerated() {
            bytes += cell.utf8
            let width = cell.columnCount
            cells.append(Cell(end: bytes.count, width: width))
            if width > widths[column] { widths[column] = width }
        }
        rowEnds.append(cells.count)
    }

    /// The lines, with the headings or without, each with its end.
    package func text(hasHeaders: Bool = true) -> String {
        let widths = widths(hasHeaders: hasHeaders)
        var text: [UInt8] = []
        let lineByteCount = widths.reduce(1) { $0 + $1 + Self.gap }
        text.reserveCapacity(lineByteCount * (rowCount + 1))
        if hasHeaders {
            var heads = TextTable(headings)
            heads.add(headings)
            heads.write(0, to: &text, widths)
        }
        for row in rowEnds.indices { write(row, to: &text, widths) }
        return String(decoding: text, as: UTF8.self)
    }

    /// The lines of the rows, and that of the headings in front where they are wanted, without
    /// their ends.
    func lines(hasHeaders: Bool = true) -> [String] {
        let widths = widths(hasHeaders: hasHeaders)
        var lines: [String] = []
        if hasHeaders {
            var heads = TextTable(headings)
            heads.add(headings)
            lines.append(heads.line(0, widths))
        }
        return lines + rowEnds.indices.map { line($0, widths) }
    }

    /// The cells of a row.
    func cells(ofRow row: Int) -> [String] {
        places(ofRow: row).map { String(decoding: bytes(of: $0), as: UTF8.self) }
    }

    private func widths(hasHeaders: Bool) -> [Int] {
        guard hasHeaders else { return widths }
        return zip(widths, headings).map { max($0, $1.columnCount) }
    }

    private func places(ofRow row: Int) -> Range<Int> {
        (row > 0 ? rowEnds[row - 1] : 0)..<rowEnds[row]
    }

    private func bytes(of place: Int) -> ArraySlice<UInt8> {
        bytes[(place > 0 ? cells[place - 1].end : 0)..<cells[place].end]
    }

    private func line(_ row: Int, _ widths: [Int]) -> String {
        var text: [UInt8] = []
        write(row, to: &text, widths)
        return String(decoding: text.dropLast(), as: UTF8.self)
    }

    private func write(_ row: Int, to text: inout [UInt8], _ widths: [Int]) {
        let places = places(ofRow: row)
        for place in places {
            text += bytes(of: place)
            guard place < places.upperBound - 1 else { break }
            let space = widths[place - places.lowerBound] - cells[place].width + Self.gap
            text += repeatElement(UInt8(ascii: " "), count: space)
        }
        text.append(UInt8(ascii: "\n"))
    }
}

extension String {
    /// How many columns of a terminal it takes; counting bytes is enough where all are ASCII.
    fileprivate var columnCount: Int {
        utf8.allSatisfy { $0 < 0x80 } ? utf8.count : count
    }
}

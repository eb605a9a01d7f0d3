// SPDX-License-Identifier: Apache-2.0

import Plugin

/// Rows under headings, each column as wide as its widest cell and three spaces.
///
/// The last column is never filled up, and no other beyond a width: one wide cell among a hundred
/// thousand rows must not make all of them wide. What stands behind a wider cell is moved along.
///
/// The cells stand one behind the other in one array of bytes: of a hundred thousand rows none is a
/// value of its own.
package struct TextTable {
    private static let gap = 3

    /// The most columns of a terminal that a cell is filled up to.
    static let maximumPaddedWidth = 1_024

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
    ///
    /// Throws when they have more than `maximumByteCount` bytes, before any of them is made.
    package func text(
        hasHeaders: Bool = true,
        maximumByteCount: Int = CommandOutput.maximumByteCount
    ) throws(CommandMistake) -> String {
        var text: [UInt8] = []
        let widths = widths(hasHeaders: hasHeaders)
        let heads = hasHeaders ? heads : nil
        let byteCount = byteCount(widths) + (heads?.byteCount(widths) ?? 0)
        guard byteCount <= maximumByteCount else { throw .long }
        text.reserveCapacity(byteCount)
        heads?.write(0, to: &text, widths)
        for row in rowEnds.indices { write(row, to: &text, widths) }
        return String(decoding: text, as: UTF8.self)
    }

    /// The lines of the rows, and that of the headings in front where they are wanted, without
    /// their ends; throws like `text`.
    func lines(
        hasHeaders: Bool = true,
        maximumByteCount: Int = CommandOutput.maximumByteCount
    ) throws(CommandMistake) -> [String] {
        let widths = widths(hasHeaders: hasHeaders)
        let heads = hasHeaders ? heads : nil
        let byteCount = byteCount(widths) + (heads?.byteCount(widths) ?? 0)
        guard byteCount <= maximumByteCount else { throw .long }
        let lines = heads.map { [$0.line(0, widths)] } ?? []
        return lines + rowEnds.indices.map { line($0, widths) }
    }

    /// The headings as the only row of a table.
    private var heads: TextTable {
        var heads = TextTable(headings)
        heads.add(headings)
        return heads
    }

    /// The cells of a row.
    func cells(ofRow row: Int) -> [String] {
        places(ofRow: row).map { String(decoding: bytes(of: $0), as: UTF8.self) }
    }

    private func widths(hasHeaders: Bool) -> [Int] {
        let shown = hasHeaders ? zip(widths, headings).map { max($0, $1.columnCount) } : widths
        return shown.map { min($0, Self.maximumPaddedWidth) }
    }

    /// How many bytes the lines of the rows take with their ends.
    private func byteCount(_ widths: [Int]) -> Int {
        var count = bytes.count + rowCount
        for row in rowEnds.indices {
            let places = places(ofRow: row)
            for place in places.dropLast() {
                count += space(behind: place, widths[place - places.lowerBound])
            }
        }
        return count
    }

    /// How many spaces stand between a cell and the next one.
    private func space(behind place: Int, _ width: Int) -> Int {
        max(0, width - cells[place].width) + Self.gap
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
            let space = space(behind: place, widths[place - places.lowerBound])
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

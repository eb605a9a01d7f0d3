// SPDX-License-Identifier: Apache-2.0

import Wire

/// Memory for pieces of any length, in cells of one size: nothing in it is ever moved or searched.
///
/// A piece is a chain of cells; each begins with the number of the next. The row of cells grows up
/// to its limit, which is reserved and so takes memory only as far as it is used.
struct CellStore: Sendable {
    /// The size of a cell, in bytes: two cache lines, which are fetched together.
    static let byteCount = 128
    /// The bytes of a cell behind the number of the next; even, so that 16 bits are never torn.
    static let room = byteCount - 4
    /// No cell: the end of a chain.
    static let none = UInt32.max
    /// How many cells the row grows by at a time.
    static let growthCount = 16

    /// The most cells.
    let maximumCount: Int
    private var bytes: [UInt8] = []
    /// How many cells were ever in use.
    private var touchedCount = 0
    /// The first of the cells that were given back.
    private var firstFree = CellStore.none
    /// The number of cells that are not in use but could be.
    private(set) var freeCount: Int

    init(maximumCount: Int) {
        self.maximumCount = min(max(maximumCount, 1), Int(Self.none) - 1)
        freeCount = self.maximumCount
    }

    /// The number of cells that a piece takes.
    static func cellCount(_ byteCount: Int) -> Int { max(1, (byteCount + room - 1) / room) }

    /// The bytes that were ever in use.
    var touchedByteCount: Int { touchedCount * Self.byteCount }

    /// A chain for so many bytes; nil when there are not enough cells.
    mutating func take(byteCount: Int) -> UInt32? {
        var left = Self.cellCount(byteCount)
        guard left <= freeCount else { return nil }
        // LIMIT: as many steps as the piece has cells.
        var next = Self.none
        while left > 0 {
            let cell = takeCell()
            setNext(next, of: cell)
            next = cell
            left -= 1
        }
        return next
    }

    private mutating func takeCell() -> UInt32 {
        freeCount -= 1
        guard firstFree == Self.none else {
            let cell = firstFree
            firstFree = next(of: cell)
            return cell
        }
        if touchedCount * Self.byteCount == bytes.count { grow() }
        defer { touchedCount += 1 }
        return UInt32(truncatingIfNeeded: touchedCount)
    }

    private mutating func grow() {
        if bytes.isEmpty { bytes.reserveCapacity(maximumCount * Self.byteCount) }
        let count = min(Self.growthCount, maximumCount - touchedCount)
        bytes += [UInt8](repeating: 0, count: count * Self.byteCount)
    }

    /// Gives a whole chain back.
    mutating func release(_ first: UInt32) {
        var cell = first
        // LIMIT: a chain has no circle.
        while cell != Self.none {
            let next = next(of: cell)
            setNext(firstFree, of: cell)
            firstFree = cell
            freeCount += 1
            cell = next
        }
    }

    private func next(of cell: UInt32) -> UInt32 {
        bytes.span.uint32(at: Int(cell) &* Self.byteCount)
    }

    private mutating func setNext(_ next: UInt32, of cell: UInt32) {
        var target = bytes.mutableSpan
        target.set32(next, at: Int(cell) &* Self.byteCount)
    }

    // MARK: Numbers in the first cell of a chain

    /// Where a field of the first cell stands in the row; `offset`: behind the next cell's number.
    private static func place(_ cell: UInt32, _ offset: Int) -> Int {
        Int(cell) &* byteCount &+ 4 &+ offset
    }

    func byte(_ cell: UInt32, _ offset: Int) -> UInt8 { bytes.span[Self.place(cell, offset)] }

    func uint16(_ cell: UInt32, _ offset: Int) -> UInt16 {
        bytes.span.uint16(at: Self.place(cell, offset))
    }

    func uint32(_ cell: UInt32, _ offset: Int) -> UInt32 {
        bytes.span.uint32(at: Self.place(cell, offset))
    }

    func uint64(_ cell: UInt32, _ offset: Int) -> UInt64 {
        bytes.span.uint64(at: Self.place(cell, offset))
    }

    mutating func set(_ value: UInt8, _ cell: UInt32, _ offset: Int) {
        bytes[Self.place(cell, offset)] = value
    }

    mutating func set(_ value: UInt16, _ cell: UInt32, _ offset: Int) {
        var target = bytes.mutableSpan
        target.set16(value, at: Self.place(cell, offset))
    }

    mutating func set(_ value: UInt32, _ cell: UInt32, _ offset: Int) {
        var target = bytes.mutableSpan
        target.set32(value, at: Self.place(cell, offset))
    }

    mutating func set(_ value: UInt64, _ cell: UInt32, _ offset: Int) {
        var target = bytes.mutableSpan
        target.set64(value, at: Self.place(cell, offset))
    }

    /// Lets `body` write the fields of the first cell, in one piece that begins behind the next
    /// cell's number.
    @inline(__always)
    mutating func write(_ cell: UInt32, _ body: (inout MutableSpan<UInt8>) -> Void) {
        let start = Self.place(cell, 0)
        var row = bytes.mutableSpan
        var fields = row._mutatingExtracting(start..<(start &+ Self.room))
        body(&fields)
    }

    // MARK: Bytes of a chain

    /// A place in a chain.
    struct Cursor {
        fileprivate var cell: UInt32
        /// Where it stands in the cell, behind the next cell's number.
        fileprivate var offset: Int
    }

    /// The place `offset` bytes from the start of a chain.
    func cursor(_ first: UInt32, at offset: Int) -> Cursor {
        var cursor = Cursor(cell: first, offset: offset)
        settle(&cursor)
        return cursor
    }

    /// Goes to the cell that the place is in; behind the last byte it stays where it is.
    private func settle(_ cursor: inout Cursor) {
        while cursor.offset >= Self.room {
            let next = next(of: cursor.cell)
            guard next != Self.none else { return }
            cursor.cell = next
            cursor.offset &-= Self.room
        }
    }

    /// Writes bytes and goes on behind them; they must fit into the chain.
    mutating func write(_ source: Span<UInt8>, _ cursor: inout Cursor) {
        var done = 0
        while done < source.count {
            let count = min(source.count &- done, Self.room &- cursor.offset)
            let place = Self.place(cursor.cell, cursor.offset)
            var target = bytes.mutableSpan
            target.copy(source.extracting(done..<(done &+ count)), to: place)
            done &+= count
            cursor.offset &+= count
            settle(&cursor)
        }
    }

    /// Copies `count` bytes to the start of `target`, and goes on behind them.
    func read(_ count: Int, to target: inout MutableSpan<UInt8>, _ cursor: inout Cursor) {
        let bytes = bytes.span
        var done = 0
        while done < count {
            let part = min(count &- done, Self.room &- cursor.offset)
            let place = Self.place(cursor.cell, cursor.offset)
            target.copy(bytes.extracting(place..<(place &+ part)), to: done)
            done &+= part
            cursor.offset &+= part
            settle(&cursor)
        }
    }

    /// Writes 16 bits at an even place, and goes on behind them.
    mutating func write16(_ value: UInt16, _ cursor: inout Cursor) {
        var row = bytes.mutableSpan
        row.set16(value, at: Self.place(cursor.cell, cursor.offset))
        cursor.offset &+= 2
        settle(&cursor)
    }

    /// Reads 16 bits that stand at an even place, and goes on behind them.
    func read16(_ cursor: inout Cursor) -> UInt16 {
        let value = bytes.span.uint16(at: Self.place(cursor.cell, cursor.offset))
        cursor.offset &+= 2
        settle(&cursor)
        return value
    }

    /// Whether the bytes from a place on are `other`; goes on behind them when they are.
    func matches(_ other: Span<UInt8>, _ cursor: inout Cursor) -> Bool {
        let bytes = bytes.span
        var done = 0
        while done < other.count {
            let count = min(other.count &- done, Self.room &- cursor.offset)
            let place = Self.place(cursor.cell, cursor.offset)
            guard
                bytes.extracting(place..<(place &+ count))
                    .hasSameBytes(as: other.extracting(done..<(done &+ count)))
            else { return false }
            done &+= count
            cursor.offset &+= count
            settle(&cursor)
        }
        return true
    }
}

// SPDX-License-Identifier: Apache-2.0

/// The questions that are open on one socket: which exchange each id belongs to.
///
/// A table with open addressing. Ids are random, and nobody but us chooses them, so that they are
/// their own hash.
struct QuestionTable: Sendable {
    /// One place: 0 for none, else an id and one.
    private var ids: [UInt32]
    private var exchanges: [UInt64]
    private(set) var count = 0

    /// Room for so many places at first, a power of two; it grows when half of them are taken.
    init(placeCount: Int = 16) {
        precondition(placeCount.nonzeroBitCount == 1, "a table has a power of two of places")
        ids = [UInt32](repeating: 0, count: placeCount)
        exchanges = [UInt64](repeating: 0, count: placeCount)
    }

    var isEmpty: Bool { count == 0 }

    /// The exchanges of all open questions, in no order.
    var all: [UInt64] { ids.indices.filter { ids[$0] != 0 }.map { exchanges[$0] } }

    /// The exchange of the question with this id.
    func find(_ id: UInt16) -> UInt64? {
        let place = place(of: id)
        return ids[place] == 0 ? nil : exchanges[place]
    }

    /// Adds a question; false when another one has the id.
    mutating func insert(_ id: UInt16, _ exchange: UInt64) -> Bool {
        var place = place(of: id)
        guard ids[place] == 0 else { return false }
        if count * 2 >= ids.count {
            grow()
            place = self.place(of: id)
        }
        ids[place] = UInt32(id) + 1
        exchanges[place] = exchange
        count += 1
        return true
    }

    /// Takes out the question with this id, when it belongs to `exchange`.
    mutating func remove(_ id: UInt16, of exchange: UInt64) {
        var hole = place(of: id)
        guard ids[hole] != 0, exchanges[hole] == exchange else { return }
        count -= 1
        let mask = ids.count - 1
        var next = (hole + 1) & mask
        // What follows moves up where it was kept from its own place by what has gone.
        // LIMIT: half of all places are free.
        while ids[next] != 0 {
            let home = Int(ids[next] - 1) & mask
            if (next &- home) & mask >= (next &- hole) & mask {
                ids[hole] = ids[next]
                exchanges[hole] = exchanges[next]
                hole = next
            }
            next = (next + 1) & mask
        }
        ids[hole] = 0
    }

    /// Where the id is, or the free place where it would be.
    private func place(of id: UInt16) -> Int {
        let mask = ids.count - 1
        var place = Int(id) & mask
        // LIMIT: half of all places are free.
        while ids[place] != 0, ids[place] != UInt32(id) + 1 { place = (place + 1) & mask }
        return place
    }

    private mutating func grow() {
        var larger = QuestionTable(placeCount: ids.count * 2)
        for place in ids.indices where ids[place] != 0 {
            _ = larger.insert(UInt16(truncatingIfNeeded: ids[place] - 1), exchanges[place])
        }
        self = larger
    }
}

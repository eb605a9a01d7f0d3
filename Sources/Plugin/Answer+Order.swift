// SPDX-License-Identifier: Apache-2.0

import Wire

/// What puts the records of an answer into another order: run by run, and inside a run.
extension Answer {
    /// The type of the records of a run.
    package func type(ofRun run: Int) -> RecordType { runs[run].type }

    /// The number of records of a run.
    package func recordCount(ofRun run: Int) -> Int { runs[run].recordCount }

    /// The data of one record of a run.
    @_lifetime(borrow self)
    package borrowing func data(ofRun run: Int, at index: Int) -> Span<UInt8> {
        memory.span.extracting(runs[run].data(at: index))
    }

    /// Whether both runs have the same section, owner, class and type.
    package func isSameSet(_ first: Int, _ second: Int) -> Bool {
        let (first, second) = (runs[first], runs[second])
        return first.section == second.section && first.type == second.type
            && first.recordClass == second.recordClass && hasSameOwner(first, second)
    }

    /// Whether two runs have the same owner, byte for byte.
    private func hasSameOwner(_ first: Run, _ second: Run) -> Bool {
        if first.owner == second.owner { return true }
        guard case .placed(let left) = first.owner, case .placed(let right) = second.owner
        else { return false }
        let bytes = memory.span
        return bytes.extracting(left.range).hasSameBytes(as: bytes.extracting(right.range))
    }

    /// Exchanges the places of two runs.
    package mutating func swapRuns(_ first: Int, _ second: Int) { runs.swapAt(first, second) }

    /// Exchanges two records of one run.
    package mutating func swapRecords(_ first: Int, _ second: Int, ofRun run: Int) {
        let (left, right) = (runs[run].data(at: first), runs[run].data(at: second))
        var bytes = memory.mutableSpan
        bytes.swapPieces(of: left.count, left.lowerBound, right.lowerBound)
    }

    /// Brings the records of a run into an order by chance.
    package mutating func shuffle(run: Int, _ random: inout SplitMix) {
        let (start, size) = (runs[run].dataOffset, runs[run].dataByteCount)
        let count = runs[run].recordCount
        var bytes = memory.mutableSpan
        bytes.shufflePieces(of: size, count: count, at: start, &random)
    }

    /// Makes the record at `index` of a run the first; those in front of it come last.
    package mutating func begin(run: Int, at index: Int) {
        runs[run].first = (runs[run].first &+ index) % max(runs[run].recordCount, 1)
    }
}

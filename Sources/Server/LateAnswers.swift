// SPDX-License-Identifier: Apache-2.0

import Plugin
import Wire

/// An answer to a query that had to wait.
package struct LateAnswer: Sendable {
    package var arrival: Arrival
    /// The message, without a length in front.
    package var bytes: [UInt8]
}

/// The answers of one step to queries that had to wait.
///
/// Their messages lie one behind the other in memory that is used again for the next step.
package struct LateAnswers: RandomAccessCollection, Sendable {
    /// How many bytes of it may have been used for it to be kept.
    static let keptByteCount = 1 << 20

    /// One of them: where it goes, and where its message lies.
    private struct Place: Sendable {
        let arrival: Arrival
        let range: Range<Int>
    }

    private var places: [Place] = []
    private var bytes: [UInt8] = []

    init() {}

    package var startIndex: Int { 0 }
    package var endIndex: Int { places.count }

    /// A copy of the answer at `index`.
    package subscript(index: Int) -> LateAnswer {
        LateAnswer(arrival: arrival(at: index), bytes: message(at: index).copied)
    }

    /// Where the answer at `index` goes.
    func arrival(at index: Int) -> Arrival { places[index].arrival }

    /// The message at `index`; empty where the client is owed none.
    @_lifetime(borrow self)
    func message(at index: Int) -> Span<UInt8> { bytes.span.extracting(places[index].range) }

    /// Adds a copy of `message`.
    mutating func append(_ message: Span<UInt8>, to arrival: Arrival) {
        let start = bytes.count
        bytes.append(copying: message)
        places.append(Place(arrival: arrival, range: start..<bytes.count))
    }

    /// Makes room for those of the next step.
    mutating func removeAll() {
        places.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: bytes.count <= Self.keptByteCount)
    }

    /// The bytes that it has memory for.
    var capacity: Int { bytes.capacity }
}

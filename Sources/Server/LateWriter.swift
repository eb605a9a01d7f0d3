// SPDX-License-Identifier: Apache-2.0

import Plugin
import Synchronization
import Wire

/// Writes the answers of queries that waited, in memory that is used again for the next one.
final class LateWriter: Sendable {
    /// What the lock guards; it is never contended.
    private struct Memory: ~Copyable {
        var bytes: [UInt8] = []
        var table = NameTable()
    }

    private let memory = Mutex(Memory())

    init() {}

    /// Writes the message of an answer, lends it to `body`, and tells its length.
    func write(
        _ answer: inout Answer,
        _ query: borrowing Query,
        _ limits: AnswerLimits,
        _ body: (Span<UInt8>) -> Void
    ) -> Int {
        let limit = limits.byteCount(for: query)
        return memory.withLock { memory in
            // Taken out for the time of writing, since the table is written too.
            var bytes: [UInt8] = []
            swap(&bytes, &memory.bytes)
            if bytes.count < limit { bytes = [UInt8](repeating: 0, count: limit) }
            let count: Int
            do {
                var writer = Writer(bytes.mutableSpan, limit: limit)
                answer.write(query, limits: limits, table: &memory.table, into: &writer)
                count = writer.count
            }
            body(bytes.span.extracting(first: count))
            swap(&bytes, &memory.bytes)
            return count
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

internal import CMicrohttpd

/// Who is connected, and since when: what the library's functions are given to work with.
///
/// Used on one thread, inside the calls of its server. It grows to `maximumConnections`.
final class Visitors {
    /// One open connection.
    private struct Visit {
        /// When it began, or was answered.
        var sinceNanoseconds: UInt64
        var isAnswered = false
        var isCut = false
    }

    /// Makes the pages.
    let answer: @Sendable (HTTPRequest) -> HTTPResponse
    /// The time that `run` was given last, in nanoseconds.
    var now: UInt64 = 0
    /// Whether the library may have stopped to listen, so that no descriptor would wake anybody.
    var mustRunAgain = false
    /// By the number of the socket.
    private var visits: [CInt: Visit] = [:]

    init(answer: @escaping @Sendable (HTTPRequest) -> HTTPResponse) { self.answer = answer }

    var count: Int { visits.count }

    /// Whether all places are taken.
    var isFull: Bool { visits.count >= HTTPServer.maximumConnections }

    func began(_ socket: CInt) { visits[socket] = Visit(sinceNanoseconds: now) }

    func answered(_ socket: CInt) {
        visits[socket]?.isAnswered = true
        visits[socket]?.sinceNanoseconds = now
    }

    func ended(_ socket: CInt) { visits[socket] = nil }

    /// Cuts every connection that is past its time, and one more when all places are taken.
    ///
    /// Silent connections must never keep a health check out. So the last place is always given
    /// back: by the oldest that has not asked yet, else by the oldest.
    ///
    /// - Returns: whether any was cut.
    func cutOverdue() -> Bool {
        var overdue = visits.filter { !$0.value.isCut && age($0.value, now) >= Self.patience }
        if overdue.isEmpty, isFull {
            let oldest = visits.filter { !$0.value.isCut }.min { left, right in
                if left.value.isAnswered != right.value.isAnswered { return right.value.isAnswered }
                let since = (left.value.sinceNanoseconds, right.value.sinceNanoseconds)
                return since.0 == since.1 ? left.key < right.key : since.0 < since.1
            }
            if let oldest { overdue[oldest.key] = oldest.value }
        }
        for socket in overdue.keys {
            visits[socket]?.isCut = true
            apus_http_cut(socket)
        }
        return !overdue.isEmpty
    }

    /// When the next connection will be past its time; nil without connections.
    func timeoutMilliseconds(nowNanoseconds: UInt64) -> Int? {
        if mustRunAgain { return 0 }
        let left = visits.values.map { Self.patience - min(Self.patience, age($0, nowNanoseconds)) }
        // Rounded up, so that it is past when the caller comes back.
        return left.min().map { Int(($0 + 999_999) / 1_000_000) }
    }

    private static var patience: UInt64 { HTTPServer.maximumPatienceNanoseconds }

    private func age(_ visit: Visit, _ now: UInt64) -> UInt64 {
        now > visit.sinceNanoseconds ? now - visit.sinceNanoseconds : 0
    }
}

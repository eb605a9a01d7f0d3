// SPDX-License-Identifier: Apache-2.0

import Posix

/// Bytes that wait to be sent on a connection, in their order.
struct UpstreamOutput {
    /// How much memory is kept once everything has been sent, in bytes.
    private static let keptByteCount = 65_536

    private var bytes: [UInt8] = []
    private var sentByteCount = 0

    /// How many bytes wait.
    var count: Int { bytes.count - sentByteCount }

    var isEmpty: Bool { count == 0 }

    /// Lets `body` add bytes at the end.
    mutating func add(_ body: (inout [UInt8]) -> Void) { body(&bytes) }

    /// Sends what fits now.
    mutating func send(to socket: borrowing TCPSocket) throws(SystemError) {
        guard !isEmpty else { return }
        remove(try socket.write(bytes[sentByteCount...]))
    }

    /// Hands the first bytes, at most so many, to `body`, and forgets them.
    mutating func take<Failure: Error>(
        _ maximumByteCount: Int,
        _ body: (Span<UInt8>) throws(Failure) -> Void
    ) throws(Failure) {
        let piece = bytes[sentByteCount...].prefix(maximumByteCount)
        try body(piece.span)
        remove(piece.count)
    }

    private mutating func remove(_ count: Int) {
        sentByteCount += count
        if sentByteCount == bytes.count {
            bytes.removeAll(keepingCapacity: bytes.count <= Self.keptByteCount)
            sentByteCount = 0
        } else if sentByteCount * 2 > bytes.count {
            // Moved when half is gone, so that each byte moves a bounded number of times.
            bytes.removeSubrange(..<sentByteCount)
            sentByteCount = 0
        }
    }
}

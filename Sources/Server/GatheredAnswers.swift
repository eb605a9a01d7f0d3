// SPDX-License-Identifier: Apache-2.0

/// The answers of one turn of a TCP connection, each with its length in front (RFC 1035 §4.2.2).
///
/// A worker has this memory once. What is answered in one turn leaves with one system call from here,
/// and a connection needs memory for its answers only when its client does not take them.
struct GatheredAnswers: ~Copyable {
    /// The longest answer, in bytes.
    static let maximumAnswerByteCount = 65_535
    /// How many bytes there is room for: two of the longest answers.
    static let maximumByteCount = 2 * (2 + maximumAnswerByteCount)

    private var memory = [UInt8](repeating: 0, count: maximumByteCount)
    /// How many bytes there are.
    private(set) var count = 0

    /// Whether there is no room for the longest answer.
    var isFull: Bool { count > memory.count - 2 - Self.maximumAnswerByteCount }

    /// The bytes as they are sent.
    var bytes: ArraySlice<UInt8> { memory[..<count] }

    mutating func removeAll() { count = 0 }

    /// Lets `write` answer a message; must not be called when it is full.
    ///
    /// The result: false when the answer comes later.
    mutating func append(_ write: (inout MutableSpan<UInt8>) -> Core.Receipt) -> Bool {
        precondition(!isFull, "there is room for the longest answer")
        let start = count + 2
        var all = memory.mutableSpan
        var place = all._mutatingExtracting(start..<(start + Self.maximumAnswerByteCount))
        guard case .answered(let length) = write(&place) else { return false }
        guard length > 0 else { return true }
        memory[count] = UInt8(truncatingIfNeeded: length >> 8)
        memory[count + 1] = UInt8(truncatingIfNeeded: length)
        count = start + length
        return true
    }
}

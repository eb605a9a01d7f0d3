// SPDX-License-Identifier: Apache-2.0

/// Which threads wrote to which cache lines, from what lackey writes with `--trace-mem=yes` and
/// `--trace-sched=yes`.
///
/// Only one thread runs at a time there, and the trace says which: between `SCHED[3]:  acquired
/// lock` and `SCHED[3]: releasing lock` all stores (`S`) and changes in place (`M`) are thread 3's.
struct StoreTrace {
    /// The bytes of a cache line.
    static let lineByteCount: UInt64 = 64
    /// The threads that are told apart.
    static let maximumThreadCount = 64

    /// The threads that wrote to each line, a bit each.
    private var writers: [UInt64: UInt64] = [:]
    /// How many stores each thread made.
    private(set) var storeCounts = [Int](repeating: 0, count: maximumThreadCount)
    private var thread: Int?

    /// What stands before the first change of threads belongs to nobody.
    init(parsing bytes: some Collection<UInt8>) {
        for line in bytes.split(separator: UInt8(ascii: "\n")) { read(line) }
    }

    /// The lines that several threads wrote to, by their addresses, and those threads.
    var sharedLines: [(address: UInt64, threads: [Int])] {
        writers.filter { $0.value.nonzeroBitCount > 1 }
            .map { line, threads in
                let numbers = (0..<Self.maximumThreadCount).filter { threads >> $0 & 1 == 1 }
                return (line * Self.lineByteCount, numbers)
            }
            .sorted { $0.address < $1.address }
    }

    private mutating func read<Line: Collection<UInt8>>(_ line: Line) {
        let kind = line.dropFirst().first
        if line.first == UInt8(ascii: " "),
            kind == UInt8(ascii: "S") || kind == UInt8(ascii: "M")
        {
            note(line.dropFirst(3))
        } else if line.first == UInt8(ascii: "-") {
            take(String(decoding: line, as: UTF8.self))
        }
    }

    /// Notes a store; `place` is its address in hexadecimal digits, a comma, and its bytes.
    private mutating func note(_ place: some Collection<UInt8>) {
        guard let thread else { return }
        var (address, byteCount): (UInt64, UInt64) = (0, 0)
        var isSize = false
        for byte in place {
            if byte == UInt8(ascii: ",") {
                isSize = true
            } else if isSize {
                guard let digit = Self.digit(byte), digit < 10, byteCount < 1 << 16 else { return }
                byteCount = byteCount * 10 + digit
            } else {
                guard let digit = Self.digit(byte), address < 1 << 60 else { return }
                address = address << 4 | digit
            }
        }
        guard byteCount > 0 else { return }
        storeCounts[thread] += 1
        let last = (address &+ byteCount &- 1) / Self.lineByteCount
        for line in min(address / Self.lineByteCount, last)...last {
            writers[line, default: 0] |= 1 << UInt64(thread)
        }
    }

    private static func digit(_ byte: UInt8) -> UInt64? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(byte - UInt8(ascii: "a")) + 10
        default: nil
        }
    }

    /// Takes news of the scheduler.
    private mutating func take(_ line: String) {
        let parts = line.split(separator: "SCHED[")
        guard parts.count == 2, let end = parts[1].firstIndex(of: "]"),
            let number = Int(parts[1][..<end]), (0..<Self.maximumThreadCount).contains(number)
        else { return }
        let news = parts[1][end...]
        if news.contains("acquired lock") { thread = number }
        if news.contains("releasing lock") { thread = nil }
    }
}

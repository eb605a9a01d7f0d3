// SPDX-License-Identifier: Apache-2.0

import Files
import Posix

/// The processor time that the processes of one group have used.
struct ProcessorTime: Equatable {
    /// All of it, in nanoseconds.
    var nanoseconds: UInt64 = 0
    var userTicks: UInt64 = 0
    var systemTicks: UInt64 = 0

    /// Microseconds a query in the program and in the system.
    ///
    /// The system counts the whole to the nanosecond, and how it is divided in ticks of 10 ms: a
    /// span of less than some hundred ticks is divided roughly.
    func microseconds(
        since start: ProcessorTime,
        queries: Int
    ) -> (user: Double, system: Double) {
        guard queries > 0, nanoseconds > start.nanoseconds else { return (0, 0) }
        let whole = Double(nanoseconds - start.nanoseconds) / 1_000 / Double(queries)
        let user = Double(userTicks) - Double(start.userTicks)
        let system = Double(systemTicks) - Double(start.systemTicks)
        guard user >= 0, system >= 0, user + system > 0 else { return (0, whole) }
        return (whole * user / (user + system), whole * system / (user + system))
    }
}

/// The processes of one group, as `/proc` shows them.
struct ProcessGroup {
    private static let files = DiskFiles(maximumByteCount: 1 << 20)

    let members: [Int]

    /// The group of a process that began one.
    init(of leader: Int) {
        let names = (try? Self.files.list("/proc")) ?? []
        members = names.compactMap { Int($0) }.filter { number in
            Self.text("/proc/\(number)/stat").flatMap(ProcessStat.init)?.group == leader
        }
    }

    /// What all their threads have used so far, those that have ended included.
    var processorTime: ProcessorTime {
        var time = ProcessorTime()
        for member in members {
            guard let stat = Self.text("/proc/\(member)/stat").flatMap(ProcessStat.init) else {
                continue
            }
            time.userTicks += stat.userTicks
            time.systemTicks += stat.systemTicks
            time.nanoseconds += Process.processorNanoseconds(of: member) ?? 0
        }
        return time
    }

    /// Their resident memory in bytes; pages that several processes share count once.
    var residentByteCount: Int {
        members.map { member in
            let field = members.count == 1 ? "Rss:" : "Pss:"
            let text = Self.text("/proc/\(member)/smaps_rollup") ?? ""
            return Self.kilobytes(of: field, in: text) * 1_024
        }.reduce(0, +)
    }

    /// The most resident memory that they have had, each for itself, since `resetPeak`.
    var peakByteCount: Int {
        members.map { member in
            Self.kilobytes(of: "VmHWM:", in: Self.text("/proc/\(member)/status") ?? "") * 1_024
        }.reduce(0, +)
    }

    /// Begins a new span of time for `peakByteCount`.
    func resetPeak() throws(SystemError) {
        for member in members { try Process.resetPeakMemory(of: member) }
    }

    /// The number behind the name of a field, as in `Rss:    1234 kB`; 0 when there is none.
    static func kilobytes(of field: String, in text: String) -> Int {
        for line in text.split(separator: "\n") where line.hasPrefix(field) {
            let words = line.dropFirst(field.count).split { $0 == " " || $0 == "\t" }
            return words.first.flatMap { Int($0) } ?? 0
        }
        return 0
    }

    private static func text(_ path: String) -> String? {
        (try? files.read(path)).map { String(decoding: $0, as: UTF8.self) }
    }
}

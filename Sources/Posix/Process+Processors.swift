// SPDX-License-Identifier: Apache-2.0

internal import CSystem
import Glibc

extension Process {
    /// The most processors that are told apart.
    package static let maximumProcessorCount = Int(CPU_SETSIZE)

    /// The number of processors that this process may keep busy.
    ///
    /// A container is often given less time than its machine has processors: more workers than
    /// that would only take it from each other, and be stopped in turn.
    package static var processorCount: Int {
        let files = DiskFiles(maximumByteCount: 4_096)
        let quota = (try? files.read("/sys/fs/cgroup/cpu.max")).flatMap(processorQuota)
        return max(1, min(processors.count, quota ?? .max))
    }

    /// The processors that the calling thread may run on, by the system's numbers.
    package static var processors: [Int] {
        var numbers = [CInt](repeating: 0, count: maximumProcessorCount)
        // SAFETY: the shim writes at most as many numbers as it is told.
        let count = unsafe numbers.withUnsafeMutableBufferPointer {
            unsafe csystem_processors($0.baseAddress, CInt($0.count))
        }
        return numbers.prefix(Int(count)).map(Int.init)
    }

    /// Processor time a container may use, in whole processors rounded up; nil for no limit.
    ///
    /// `text` is the file `cpu.max` of a control group: microseconds to use, or `max`, and the
    /// microseconds of the period in which they may be used.
    static func processorQuota(_ text: [UInt8]) -> Int? {
        let words = String(decoding: text, as: UTF8.self).split { $0 == " " || $0 == "\n" }
        guard words.count == 2, let quota = UInt32(words[0]), let period = UInt32(words[1]),
            quota > 0, period > 0
        else { return nil }
        return Int((UInt64(quota) + UInt64(period) - 1) / UInt64(period))
    }

    /// How many processors this machine can ever have, those counted too that are not there.
    ///
    /// The kernel writes so many copies of what it keeps for each processor.
    static func possibleProcessorCount() throws(SystemError) -> Int {
        let path = "/sys/devices/system/cpu/possible"
        let bytes = try? DiskFiles(maximumByteCount: 4_096).read(path)
        guard let count = bytes.flatMap(endOfProcessors) else {
            throw SystemError(
                call: "\(path) does not tell how many processors there may be",
                code: 0
            )
        }
        return count
    }

    /// One more than the last number of a list like `0-3,8-11`; nil for what is no such list.
    static func endOfProcessors(_ list: [UInt8]) -> Int? {
        var end = 0
        let text = String(decoding: list.filter { $0 != 0x0A }, as: UTF8.self)
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let last = part.split(separator: "-", omittingEmptySubsequences: false).last,
                let number = UInt16(last)
            else { return nil }
            end = max(end, Int(number) + 1)
        }
        return end
    }
}

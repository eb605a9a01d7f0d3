// SPDX-License-Identifier: Apache-2.0

internal import CSystem
import Glibc

extension Process {
    /// Writes all bytes to standard output or standard error.
    ///
    /// When nobody reads there any more, or whoever reads has stopped for long, the rest is lost.
    package static func write(_ text: String, toError: Bool = false) {
        try? writeAll(Array(text.utf8), to: toError ? 2 : 1, name: "standard output")
    }

    /// Whether standard input is a person's terminal.
    package static var isInputTerminal: Bool { isatty(0) != 0 }

    /// All of standard input; nil when it is a terminal.
    ///
    /// What is longer than `maximumByteCount` comes cut one byte later, so that it can be told.
    package static func readInput(maximumByteCount: Int) -> [UInt8]? {
        guard !isInputTerminal else { return nil }
        return try? readAll(from: 0, maximumByteCount: maximumByteCount, name: "standard input")
    }
}

/// How long a stream that must not block may make us wait, in milliseconds.
private let patienceMilliseconds: CInt = 1_000
/// How many bytes are read at once.
private let chunkByteCount = 1 << 16

/// Reads to the end, or one byte further than `maximumByteCount`.
func readAll(
    from descriptor: CInt,
    maximumByteCount: Int,
    expecting expectedByteCount: Int = 0,
    name: String
) throws(SystemError) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(max(0, min(expectedByteCount, maximumByteCount)))
    // Most files are small; one byte more than there should be shows whether there is more.
    let isKnown = 0 < expectedByteCount && expectedByteCount < chunkByteCount
    var chunk = [UInt8](repeating: 0, count: isKnown ? expectedByteCount + 1 : chunkByteCount)
    while bytes.count <= maximumByteCount {
        let wanted = min(chunk.count, maximumByteCount + 1 - bytes.count)
        // SAFETY: the system writes at most as many bytes as it is told.
        let count = try retrying("read \(name)", descriptor, POLLIN) {
            unsafe chunk.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, wanted) }
        }
        if count == 0 { break }
        bytes += chunk[..<count]
        if chunk.count < chunkByteCount, bytes.count > expectedByteCount {
            chunk = [UInt8](repeating: 0, count: chunkByteCount)
        }
    }
    return bytes
}

/// Writes all of `bytes`.
func writeAll(_ bytes: [UInt8], to descriptor: CInt, name: String) throws(SystemError) {
    var rest = bytes[...]
    while !rest.isEmpty {
        let count = try retrying("write \(name)", descriptor, POLLOUT) {
            // SAFETY: the bytes stay in place during the call.
            unsafe rest.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
        }
        rest = rest.dropFirst(count)
    }
}

extension Descriptor {
    /// Writes all of `bytes`; `name` is for the error.
    borrowing func writeAll(_ bytes: [UInt8], name: String) throws(SystemError) {
        try Posix.writeAll(bytes, to: number, name: name)
    }
}

/// Does a call that may find nothing to do yet: then it waits a while for `event` and goes on.
///
/// A descriptor that we inherit can be set not to block, by whoever else has it.
private func retrying(
    _ call: String,
    _ descriptor: CInt,
    _ event: CInt,
    _ body: () -> Int
) throws(SystemError) -> Int {
    while true {
        do throws(SystemError) {
            return try check(call, body)
        } catch {
            guard error.wouldBlock else { throw error }
            var wanted = pollfd(fd: descriptor, events: Int16(event), revents: 0)
            let ready = try check("poll") { unsafe Int(poll(&wanted, 1, patienceMilliseconds)) }
            if ready == 0 { throw SystemError(call: call, code: ETIMEDOUT) }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

internal import CSystem
import Glibc

/// One record of what the system saw happen to a watched file or folder (inotify).
///
///     offset  size  field
///          0     4  watch
///          4     4  mask
///          8     4  cookie
///         12     4  byte count of the name, its padding included
///         16     …  name of what it happened to, in a folder; ends with zeros
struct FileEvent: Equatable {
    /// The bytes before the name.
    static let headByteCount = 16

    let watch: CInt
    let mask: UInt32
    /// The name inside the watched folder; empty when it happened to the watched thing itself.
    let name: String

    /// Too much happened: some records are lost.
    var isOverflow: Bool { mask & UInt32(IN_Q_OVERFLOW) != 0 }
    /// The watched thing is gone, and its watch with it.
    var isEnd: Bool { mask & UInt32(IN_IGNORED) != 0 }

    /// The records in what was read at once, in their order; a cut one at the end is left out.
    static func parse(_ bytes: Span<UInt8>) -> [FileEvent] {
        var events: [FileEvent] = []
        var offset = 0
        while offset <= bytes.count - headByteCount {
            let nameByteCount = Int(number(bytes, offset + 12))
            let nameStart = offset + headByteCount
            guard nameByteCount <= bytes.count - nameStart else { break }
            var name: [UInt8] = []
            for index in nameStart..<(nameStart + nameByteCount) {
                if bytes[index] == 0 { break }
                name.append(bytes[index])
            }
            events.append(
                FileEvent(
                    watch: CInt(bitPattern: number(bytes, offset)),
                    mask: number(bytes, offset + 4),
                    name: String(decoding: name, as: UTF8.self)
                )
            )
            offset = nameStart + nameByteCount
        }
        return events
    }

    /// The 32 bits at `offset`, in the order of this machine.
    private static func number(_ bytes: Span<UInt8>, _ offset: Int) -> UInt32 {
        var number: UInt32 = 0
        for index in 0..<4 { number |= UInt32(bytes[offset + index]) << UInt32(index * 8) }
        return UInt32(littleEndian: number)
    }
}

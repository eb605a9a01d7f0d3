// SPDX-License-Identifier: Apache-2.0

import Plugin
import Wire

/// A query put together byte by byte, so that each of them can be wrong.
struct Packet {
    var id: UInt16 = 0x2A2A
    var flags: UInt16 = 0x0100
    var counts: [UInt16] = [1, 0, 0, 0]
    /// `www.Example. A IN`.
    var question: [UInt8] =
        [3, 0x77, 0x77, 0x77, 7, 0x45, 0x78, 0x61, 0x6D, 0x70, 0x6C, 0x65, 0] + [0, 1, 0, 1]
    var rest: [UInt8] = []

    var bytes: [UInt8] {
        ([id, flags] + counts).flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] } + question + rest
    }

    /// A record with an owner and data in wire form.
    static func record(
        owner: [UInt8] = [0],
        type: UInt16,
        recordClass: UInt16 = 1,
        ttl: UInt32 = 0,
        length: Int? = nil,
        _ data: [UInt8] = []
    ) -> [UInt8] {
        let length = UInt16(length ?? data.count)
        let words = [
            type, recordClass, UInt16(ttl >> 16), UInt16(truncatingIfNeeded: ttl), length,
        ]
        return owner + words.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] } + data
    }

    /// OPT with `data`.
    static func opt(
        owner: [UInt8] = [0],
        size: UInt16 = 1_232,
        ttl: UInt32 = 0,
        _ data: [UInt8] = []
    ) -> [UInt8] {
        record(owner: owner, type: 41, recordClass: size, ttl: ttl, data)
    }

    /// TSIG with a MAC of `macCount` bytes; `otherCount` is what it says about other data.
    static func tsig(macCount: Int = 16, otherCount: UInt16 = 0) -> [UInt8] {
        let algorithm: [UInt8] = [11] + Array("hmac-sha256".utf8) + [0]
        var data = algorithm + [0, 0, 1, 2, 3, 4, 1, 44]
        data += [UInt8(macCount >> 8), UInt8(macCount & 0xFF)]
        data += [UInt8](repeating: 9, count: macCount)
        data += [0x2A, 0x2A, 0, 0, UInt8(otherCount >> 8), UInt8(otherCount & 0xFF)]
        return record(owner: [3, 0x6B, 0x65, 0x79, 0], type: 250, recordClass: 255, data)
    }

    /// What the gate makes of it.
    func judged(_ refusal: inout Refusal?) -> Query {
        Query(judging: bytes.span, refused: &refusal)
    }

    /// Why the gate refuses it; nil when it does not.
    var refusal: Refusal? {
        var refusal: Refusal?
        _ = judged(&refusal)
        return refusal
    }
}

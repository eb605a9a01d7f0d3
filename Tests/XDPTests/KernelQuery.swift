// SPDX-License-Identifier: Apache-2.0

import Posix
import Wire
import XDP

/// A query of the kind that the program answers, and the answer that it is to give.
struct KernelQuery {
    var name: [UInt8]
    var type: RecordType = .a
    var flags: UInt16 = 0x0100
    /// The upper half of OPT's flags; nil for no OPT.
    var options: UInt16?
    var id: UInt16 = 0xBEEF

    /// A name of so many bytes, in capitals here and there.
    static func name(ofByteCount count: Int) -> [UInt8] {
        var name: [UInt8] = []
        var left = count - 1
        while left > 0 {
            // A label of 0 bytes would end the name.
            let length = left - 1 <= 63 ? left - 1 : min(63, left - 3)
            name.append(UInt8(length))
            name += (0..<length).map { $0.isMultiple(of: 3) ? 0x41 + UInt8($0 % 26) : 0x61 }
            left -= length + 1
        }
        return name + [0]
    }

    /// The record that belongs to the name.
    var record: [UInt8] {
        let head: [UInt8] = [0xC0, 0x0C] + Frame.field(Int(type.rawValue)) + [0, 1, 0, 0, 0, 5]
        let count = type == .a ? 4 : 16
        return head + Frame.field(count) + (0..<count).map { UInt8($0 + 10) }
    }

    /// The query as a message.
    var message: [UInt8] { message(flags, answers: 0, [], udpByteCount: 4_096) }

    /// The answer as a message; of the flags RD and CD come back.
    var answer: [UInt8] {
        message(0x8400 | flags & 0x0110, answers: 1, record, udpByteCount: 1_232)
    }

    private func message(
        _ flags: UInt16,
        answers: Int,
        _ record: [UInt8],
        udpByteCount: Int
    ) -> [UInt8] {
        var message = Frame.field(Int(id)) + Frame.field(Int(flags)) + [0, 1]
        message += Frame.field(answers) + [0, 0, 0, options == nil ? 0 : 1]
        message += name + Frame.field(Int(type.rawValue)) + [0, 1] + record
        if let options {
            message += [0, 0, 41] + Frame.field(udpByteCount) + [0, 0]
            message += Frame.field(Int(options)) + [0, 0]
        }
        return message
    }
}

extension LoadedProgram {
    /// Lets the program answer these queries, to either address of the server.
    borrowing func add(_ queries: [KernelQuery], table: UInt32 = 7, tally: UInt32 = 2) throws {
        for address in [Frame.server4, Frame.server6] {
            let place = KernelPlace(
                Endpoint(address, port: 53),
                table: table,
                firstTally: tally
            )
            try places.set(place.key, place.bytes)
        }
        for query in queries {
            guard let key = KernelQuestion(query.name.span, query.type, table: table),
                let value = KernelAnswer(record: query.record, udpByteCount: 1_232, zone: 1)
            else { continue }
            try answers.set(key.key, value.bytes)
        }
    }

    /// Whether the program answers a query so over IP of this version, and otherwise as it must.
    borrowing func answers(_ query: KernelQuery, _ family: IPAddress.Family) throws -> Bool {
        let (verdict, frame) = try program.run(on: Frame.query(query.message, family))
        let (client, server) =
            family == .v4
            ? (Frame.client4, Frame.server4) : (Frame.client6, Frame.server6)
        let expected = Frame.bytes(
            query.answer,
            from: Endpoint(server, port: 53),
            to: Endpoint(client, port: 40_001),
            isReply: true
        )
        return verdict == AnswerProgram.Verdict.send.rawValue && frame == expected
    }

    /// Whether the program passes a frame on as it is.
    borrowing func passes(_ frame: [UInt8]) throws -> Bool {
        let (verdict, after) = try program.run(on: frame)
        return verdict == AnswerProgram.Verdict.pass.rawValue && after == frame
    }
}

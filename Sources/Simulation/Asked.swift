// SPDX-License-Identifier: Apache-2.0

import Plugin
import Wire

/// One message that a client sends, and what it means.
struct Asked: Sendable {
    /// What the server's gate must make of the message.
    enum Fate: Hashable, Sendable {
        /// It is a question like any other.
        case question
        /// Nothing may come back.
        case silence
        /// A header alone comes back.
        case header(ResponseCode)
        /// The header and the question come back, no record and no OPT.
        case echo(ResponseCode)
        /// The EDNS version is not known.
        case badVersion
    }

    /// The whole message.
    var bytes: [UInt8]
    var id: UInt16
    var flags: Flags
    /// The wire form of the name, as it is sent.
    var name: [UInt8]
    /// The same in lower case.
    var lower: [UInt8]
    var type: RecordType
    var recordClass: RecordClass
    /// The size that OPT says; nil without OPT.
    var udpByteCount: UInt16?
    var wantsSignatures: Bool
    var fate = Fate.question
    /// The port it is sent to.
    var port: UInt16
    var transport: Transport
    var client: Endpoint

    /// How many bytes the question has.
    var questionByteCount: Int { name.count + 4 }

    /// The question for people.
    var description: String {
        let text = (try? Name(wire: name.span))?.description ?? "?"
        let size = udpByteCount.map { " edns \($0)" } ?? ""
        return "\(text) \(recordClass) \(type)\(size) over \(transport.name) to port \(port) "
            + "from \(client) id \(id) (\(fate))"
    }

    /// Writes the message from its parts.
    mutating func encode() {
        bytes = []
        put16(id)
        put16(flags.rawValue)
        for count: UInt16 in [1, 0, 0, udpByteCount == nil ? 0 : 1] { put16(count) }
        bytes += name
        put16(type.rawValue)
        put16(recordClass.rawValue)
        if let udpByteCount { putOptions(udpByteCount, version: 0) }
    }

    mutating func put16(_ value: UInt16) {
        bytes.append(UInt8(truncatingIfNeeded: value >> 8))
        bytes.append(UInt8(truncatingIfNeeded: value))
    }

    /// Appends an OPT record without options.
    mutating func putOptions(_ udpByteCount: UInt16, version: UInt8) {
        bytes += [0, 0, 41]
        put16(udpByteCount)
        bytes += [0, version, wantsSignatures ? 0x80 : 0, 0, 0, 0]
    }
}

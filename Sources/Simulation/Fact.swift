// SPDX-License-Identifier: Apache-2.0

import Wire

/// One record that is true, its names in lower case.
struct Fact: Hashable, Sendable, CustomStringConvertible {
    let owner: [UInt8]
    let type: RecordType
    let ttl: UInt32
    let data: [UInt8]

    init(owner: [UInt8], type: RecordType, ttl: UInt32, data: [UInt8]) {
        self.owner = owner
        self.type = type
        self.ttl = ttl
        self.data = data
    }

    /// An address of a name.
    init(owner: [UInt8], _ address: IPAddress, ttl: UInt32) {
        self.init(
            owner: owner,
            type: address.family == .v4 ? .a : .aaaa,
            ttl: ttl,
            data: (0..<address.byteCount).map { address.byte(at: $0) }
        )
    }

    /// A record of a message.
    init(_ record: Record) {
        owner = record.owner.bytes.map(\.asciiLowercased)
        type = record.type
        ttl = record.ttl
        var data = record.data
        let nameStart: Int? =
            switch record.type {
            case .ptr, .ns, .cname, .dname: 0
            case .mx: 2
            case .srv: 6
            default: nil
            }
        if let nameStart, nameStart < data.count {
            for index in nameStart..<data.count { data[index] = data[index].asciiLowercased }
        }
        self.data = data
    }

    /// The fact; of an SOA record only that it is there, as its numbers are the server's own.
    var withoutAuthorityData: Fact {
        type == .soa ? Fact(owner: owner, type: type, ttl: ttl, data: []) : self
    }

    /// The fact with the time to live of the one of `others` that it was once, if any.
    func asFresh(as others: Set<Fact>) -> Fact {
        let origin = others.first {
            $0.owner == owner && $0.type == type && $0.data == data && ttl >= 1 && ttl <= $0.ttl
        }
        return origin ?? self
    }

    var description: String {
        let name = (try? Name(wire: owner.span))?.description ?? "?"
        return "\(name) \(ttl) \(type) \(dataText)"
    }

    /// The data for people.
    private var dataText: String {
        switch type {
        case .a, .aaaa: return IPAddress(bytes: data.span)?.description ?? "?"
        case .ptr, .ns, .cname, .dname: return (try? Name(wire: data.span))?.description ?? "?"
        case .srv where data.count > 6:
            let target = (try? Name(wire: data.span.extracting(6..<data.count)))?.description ?? "?"
            let numbers = [0, 2, 4].map { String(UInt16(data[$0]) << 8 | UInt16(data[$0 + 1])) }
            return numbers.joined(separator: " ") + " " + target
        default: return data.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
    }
}

extension Name {
    /// The wire form of a name that the simulation writes itself.
    static func wire(_ text: String) -> [UInt8] {
        (try? Name(text))?.lowercased.bytes ?? [0]
    }
}

extension IPAddress {
    /// The reverse name of the address.
    var reverseText: String {
        let bytes = (0..<byteCount).reversed().map { byte(at: $0) }
        guard family == .v6 else {
            return bytes.map { String($0) }.joined(separator: ".") + ".in-addr.arpa"
        }
        let nibbles = bytes.flatMap { [$0 & 0x0F, $0 >> 4] }
        return nibbles.map { String($0, radix: 16) }.joined(separator: ".") + ".ip6.arpa"
    }
}

/// Whether the wire form `name` is `zone` or lies below it; both in lower case.
func isInside(_ name: [UInt8], _ zone: [UInt8]) -> Bool {
    guard name.count >= zone.count else { return false }
    let target = name.count - zone.count
    var offset = 0
    while offset < target { offset += Int(name[offset]) + 1 }
    return offset == target && name[target...].elementsEqual(zone)
}

/// The wire form of a name without its first label.
func parent(_ name: [UInt8]) -> [UInt8] {
    name[0] == 0 ? name : Array(name[(Int(name[0]) + 1)...])
}

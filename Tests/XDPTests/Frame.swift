// SPDX-License-Identifier: Apache-2.0

import Wire

/// One UDP datagram as it goes over an Ethernet, byte by byte.
struct Frame {
    static let client4 = IPAddress(v4: 0xC000_0207)
    static let server4 = IPAddress(v4: 0xC000_0235)
    static let client6 = IPAddress(v6High: 0x2001_0DB8_0000_0000, low: 7)
    static let server6 = IPAddress(v6High: 0x2001_0DB8_0000_0000, low: 0x35)

    /// Where UDP begins.
    static func start(_ family: IPAddress.Family) -> Int { family == .v4 ? 34 : 54 }

    /// A client's datagram to port 53 of the server, with correct sums.
    static func query(_ payload: [UInt8], _ family: IPAddress.Family = .v4) -> [UInt8] {
        let (source, target) = family == .v4 ? (client4, server4) : (client6, server6)
        return bytes(payload, from: Endpoint(source, port: 40_001), to: Endpoint(target, port: 53))
    }

    /// A datagram between two addresses of one family, with correct sums.
    static func bytes(
        _ payload: [UInt8],
        from source: Endpoint,
        to target: Endpoint,
        isReply: Bool = false
    ) -> [UInt8] {
        let macs: [[UInt8]] = [[2, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0, 2]]
        var frame = isReply ? macs[1] + macs[0] : macs[0] + macs[1]
        let length = 8 + payload.count
        let addresses = bytes(source.address) + bytes(target.address)
        if source.address.family == .v4 {
            var header: [UInt8] = [0x45, 0] + field(20 + length) + [0, 0, 0x40, 0, 64, 17, 0, 0]
            header += addresses
            let sum = sum(header)
            header[10] = UInt8(sum >> 8)
            header[11] = UInt8(sum & 0xFF)
            frame += [8, 0] + header
        } else {
            frame += [0x86, 0xDD, 0x60, 0, 0, 0] + field(length) + [17, 64] + addresses
        }
        var datagram = field(Int(source.port)) + field(Int(target.port)) + field(length) + [0, 0]
        datagram += payload
        let sum = sum(addresses + [0, 17] + field(length) + datagram)
        datagram[6] = UInt8(sum >> 8)
        datagram[7] = UInt8(sum & 0xFF)
        return frame + datagram
    }

    static func field(_ value: Int) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 0xFF)] }

    private static func bytes(_ address: IPAddress) -> [UInt8] {
        (0..<address.byteCount).map { address.byte(at: $0) }
    }

    /// The checksum of RFC 1071; never 0.
    private static func sum(_ bytes: [UInt8]) -> UInt16 {
        var sum = 0
        for (index, byte) in bytes.enumerated() {
            sum += index.isMultiple(of: 2) ? Int(byte) << 8 : Int(byte)
        }
        while sum > 0xFFFF { sum = sum & 0xFFFF + sum >> 16 }
        return sum == 0xFFFF ? 0xFFFF : UInt16(~sum & 0xFFFF)
    }
}

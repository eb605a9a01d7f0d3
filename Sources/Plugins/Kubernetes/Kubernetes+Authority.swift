// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Plugin
import Wire

extension Kubernetes {
    /// How often a secondary would ask, ask again, and give up, in seconds.
    private static let refresh: UInt32 = 7_200
    private static let retry: UInt32 = 1_800
    private static let expire: UInt32 = 86_400

    /// Writes the zone's SOA record, in the client's case (RFC 1035 §3.3.13).
    ///
    /// As an authority it tells how long a missing record may be kept (RFC 2308 §3).
    func writeAuthority(
        _ name: borrowing QueryName,
        in zone: ServedZone,
        _ section: Section,
        _ answer: inout Answer
    ) {
        let labels: InlineArray<7, UInt8> = [2, 0x6E, 0x73, 3, 0x64, 0x6E, 0x73]
        answer.put(labels.span)
        answer.putPointer(to: zone.labelCount, of: name)
        let mailbox: InlineArray<11, UInt8> = [
            10, 0x68, 0x6F, 0x73, 0x74, 0x6D, 0x61, 0x73, 0x74, 0x65, 0x72,
        ]
        answer.put(mailbox.span)
        answer.putPointer(to: zone.labelCount, of: name)
        answer.put32(serial)
        answer.put32(Self.refresh)
        answer.put32(Self.retry)
        answer.put32(Self.expire)
        answer.put32(ttl)
        answer.append(
            section,
            .questionSuffix(label: zone.labelCount),
            .soa,
            ttl: min(ttl, Self.maximumNegativeTTL),
            isCompressed: true
        )
    }

    /// Writes the zone's one NS record, and the addresses of the name server.
    func writeNameServer(
        _ query: borrowing Query,
        in zone: ServedZone,
        _ answer: inout Answer
    ) {
        let target = answer.putName { name in
            let bytes = query.name.zoneBytes(zone)
            guard bytes.count &+ 7 <= name.count else { return name.count &+ 1 }
            // ns and dns, each behind its length.
            name.set32(0x026E_7303, at: 0)
            name.set32(0x0364_6E73, at: 3)
            name.copy(bytes, to: 7)
            return bytes.count &+ 7
        }
        guard let target else { return }
        answer.append(.answer, .question, .ns, ttl: ttl)
        guard query.type == .ns else { return }
        for index in 0..<nameServers.count {
            answer.append(.additional, .placed(target), nameServers[index], ttl: ttl)
        }
    }
}

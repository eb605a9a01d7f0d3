// SPDX-License-Identifier: Apache-2.0

import Wire

/// Messages as they are seen on networks, for tests that cut, flip and write them again.
enum Samples {
    /// Every sample, by what it is.
    static func all() throws -> [[UInt8]] {
        [try query(), try addresses(), try service(), try negative(), try everyType()].map { $0 }
    }

    /// A question with OPT and a cookie.
    static func query() throws -> [UInt8] {
        var message = Message(header: Header(id: 0x2A2A, flags: .recursionDesired))
        message.questions = [Question(try Name("Www.Example."), .aaaa)]
        message.additionals = [
            Record(
                owner: .root,
                type: .opt,
                recordClass: RecordClass(rawValue: 1_232),
                ttl: 0x8000,
                data: [0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8]
            )
        ]
        return try message.encoded()
    }

    /// An alias and three addresses.
    static func addresses() throws -> [UInt8] {
        var message = Message(header: Header(id: 1, flags: [.response, .recursionAvailable]))
        let target = try Name("edge.Example.")
        message.questions = [Question(try Name("www.example."), .a)]
        message.answers = [
            Record(owner: try Name("www.example."), type: .cname, ttl: 30, data: target.bytes)
        ]
        for last in UInt8(1)...3 {
            message.answers.append(
                Record(owner: target, type: .a, ttl: 5, data: [192, 0, 2, last])
            )
        }
        return try message.encoded()
    }

    /// SRV records with the addresses of their targets.
    static func service() throws -> [UInt8] {
        var message = Message(header: Header(id: 2, flags: [.response, .authoritative]))
        let owner = try Name("_dns._udp.kube-dns.kube-system.svc.cluster.local.")
        message.questions = [Question(owner, .srv)]
        for index in 0..<3 {
            let target = try Name("10-0-0-\(index).kube-dns.kube-system.svc.cluster.local.")
            message.answers.append(
                Record(
                    owner: owner,
                    type: .srv,
                    ttl: 30,
                    data: [0, 0, 0, 33, 0, 53] + target.bytes
                )
            )
            message.additionals.append(
                Record(owner: target, type: .a, ttl: 30, data: [10, 0, 0, UInt8(index)])
            )
        }
        return try message.encoded()
    }

    /// A name that does not exist, with the zone's SOA.
    static func negative() throws -> [UInt8] {
        var message = Message(header: Header(id: 3, flags: [.response, .authoritative]))
        message.header.flags.code = 3
        message.questions = [Question(try Name("no.cluster.local."), .a)]
        let names =
            try Name("ns.dns.cluster.local.").bytes
            + Name("hostmaster.cluster.local.").bytes
        message.authorities = [
            Record(
                owner: try Name("cluster.local."),
                type: .soa,
                ttl: 30,
                data: names + [UInt8](repeating: 7, count: 20)
            )
        ]
        return try message.encoded()
    }

    /// One record of each type that has names in it, and some that have none.
    static func everyType() throws -> [UInt8] {
        var seeded = Seeded(7)
        var message = Message(header: Header(id: 4, flags: .response))
        for type in UInt16(1)...50 {
            message.answers.append(try seeded.record(RecordType(rawValue: type)))
        }
        return try message.encoded()
    }
}

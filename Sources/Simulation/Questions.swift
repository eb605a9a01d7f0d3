// SPDX-License-Identifier: Apache-2.0

import Plugin
import Wire

/// Draws the messages of clients: sensible, strange and broken ones.
struct Questions: Sendable {
    private var dice: Dice
    private var count = 0
    private let clusterNames = ClusterNames()

    init(_ dice: Dice) { self.dice = dice }

    /// The next message to a server that is told `world`.
    mutating func next(_ world: World, over transport: Transport, from client: Endpoint) -> Asked {
        count += 1
        var asked = plain(world, over: transport, from: client)
        asked.encode()
        if dice.chance(6) { spoil(&asked) }
        return asked
    }

    /// A message without a fault.
    private mutating func plain(
        _ world: World,
        over transport: Transport,
        from client: Endpoint
    ) -> Asked {
        let block = dice.pick(world.blocks)
        var name = Name.wire(nameText(in: block, world))
        let lower = name
        if dice.chance(30) { mixCase(&name) }
        var asked = Asked(
            bytes: [],
            id: UInt16(truncatingIfNeeded: dice.next()),
            flags: dice.chance(80) ? .recursionDesired : [],
            name: name,
            lower: lower,
            type: dice.pick([.a, .a, .a, .aaaa, .aaaa, .ptr, .srv, .txt, .mx, .soa]),
            recordClass: dice.rare(10) ? .chaos : .internet,
            udpByteCount: nil,
            wantsSignatures: dice.chance(20),
            port: dice.chance(90) ? block.port : (block.port == 53 ? 1_053 : 53),
            transport: transport,
            client: client
        )
        if isInside(lower, Name.wire("arpa")), dice.chance(80) { asked.type = .ptr }
        if lower.dropFirst().first == UInt8(ascii: "_"), dice.chance(50) { asked.type = .srv }
        if case .cluster = block.content, dice.chance(8) {
            asked.type = dice.pick([.any, .any, .ns, .cname, .axfr, .ixfr])
        }
        if dice.chance(10) { asked.flags.insert(.checkingDisabled) }
        if dice.chance(60) {
            asked.udpByteCount = UInt16(
                dice.pick([0, 512, 513, 600, 1_232, 1_400, 4_096, 65_535, dice.below(2_000)])
            )
        }
        return asked
    }

    /// A name for a block, or one that leads nowhere.
    private mutating func nameText(in block: WorldBlock, _ world: World) -> String {
        if dice.chance(3) { return dice.pick(["nowhere.example", "test", ".", "localhost"]) }
        switch block.content {
        case .cluster: return clusterNames.next(world.cluster, &dice)
        case .hosts:
            if dice.chance(15) {
                return "\(dice.below(256)).2.0.192.in-addr.arpa"
            }
            if dice.chance(10) { return "hosts.test" }
            let line = dice.pick(world.hosts)
            let name = dice.pick(line.names).replacing("*", with: "any\(dice.below(9))")
            if dice.chance(10) { return "missing\(dice.below(9))." + name }
            return dice.chance(10) ? "h\(dice.below(99)).hosts.test" : name
        case .whoami:
            return dice.chance(50) ? "who.test" : "a\(dice.below(9)).b.who.test"
        case .forward:
            // Each name is asked for once, so that faults can be told by it.
            let kind = dice.pick(["a", "c", "e", "b", "n", "x"])
            let zone = dice.pick(block.zones)
            return "q\(kind)\(count)." + (zone == "." ? "out.test" : zone)
        }
    }

    private mutating func mixCase(_ name: inout [UInt8]) {
        var offset = 0
        while name[offset] != 0 {
            let end = offset + Int(name[offset])
            for index in (offset + 1)...end where (97...122).contains(name[index]) {
                if dice.chance(50) { name[index] -= 32 }
            }
            offset = end + 1
        }
    }

    // MARK: Broken messages

    /// Breaks a message, and notes what must come of it.
    private mutating func spoil(_ asked: inout Asked) {
        switch dice.below(12) {
        case 0:
            asked.bytes = Array(asked.bytes.prefix(dice.below(Header.byteCount)))
            asked.fate = .silence
        case 1:
            asked.bytes[2] |= 0x80
            asked.fate = .silence
        case 2:
            let opcode = dice.pick([1, 2, 3, 5, 6, 15])
            asked.bytes[2] = asked.bytes[2] & 0x87 | UInt8(opcode << 3)
            asked.fate = .header(.notImplemented)
        case 3:
            asked.bytes[5] = dice.chance(50) ? 0 : UInt8(dice.number(2...255))
            asked.fate = .header(.formatError)
        case 4:
            asked.bytes[dice.pick([7, 9])] = UInt8(dice.number(2...255))
            asked.fate = .header(.formatError)
        case 5:
            asked.bytes[11] = UInt8(dice.number(3...255))
            asked.fate = .header(.formatError)
        case 6:
            // The question ends too early; OPT is gone as well.
            let end = Header.byteCount + asked.questionByteCount
            asked.bytes = Array(asked.bytes.prefix(dice.number(Header.byteCount...(end - 1))))
            asked.fate = .header(.formatError)
        case 7:
            asked.bytes[Header.byteCount] = UInt8(dice.number(0x40...0xFF))
            asked.fate = .header(.formatError)
        case 8:
            asked.udpByteCount = 1_232
            asked.encode()
            asked.putOptions(1_232, version: 0)
            asked.bytes[11] = 2
            asked.fate = .echo(.formatError)
        case 9:
            asked.udpByteCount = nil
            asked.encode()
            asked.udpByteCount = 1_232
            asked.putOptions(1_232, version: UInt8(dice.number(1...255)))
            asked.bytes[11] = 1
            asked.fate = .badVersion
        case 10:
            asked.udpByteCount = 1_232
            asked.encode()
            asked.bytes.removeLast(dice.number(1...10))
            asked.fate = .echo(.formatError)
        default:
            // What lies behind the last record is nobody's business.
            for _ in 0..<dice.number(1...40) { asked.bytes.append(UInt8(dice.below(256))) }
        }
    }
}

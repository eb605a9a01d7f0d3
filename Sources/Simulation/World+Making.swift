// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Wire

extension World {
    /// Some world.
    init(_ dice: inout Dice) {
        cluster = WorldCluster(&dice)
        let options = WorldClusterOptions(&dice)
        blocks = [
            WorldBlock(
                zones: options.zones,
                port: 53,
                content: .cluster(options),
                bufsize: dice.chance(30) ? dice.number(512...4_096) : nil,
                shuffles: dice.chance(50)
            ),
            WorldBlock(
                zones: ["hosts.test", "2.0.192.in-addr.arpa"],
                port: 53,
                content: .hosts(ttl: UInt32(dice.number(1...600))),
                bufsize: dice.chance(30) ? dice.number(512...4_096) : nil,
                shuffles: dice.chance(50)
            ),
            WorldBlock(
                zones: dice.chance(50) ? ["."] : ["out.test", "far.test"],
                port: 53,
                content: .forward(WorldForward(&dice)),
                bufsize: dice.chance(30) ? dice.number(512...4_096) : nil,
                shuffles: dice.chance(50)
            ),
            WorldBlock(
                zones: ["who.test"],
                port: dice.chance(50) ? 53 : 1_053,
                content: .whoami,
                bufsize: nil,
                shuffles: dice.chance(20)
            ),
        ]
        hosts = (0..<dice.number(5...25)).map { Self.hostLine($0, &dice) }
        // One name with more addresses than fit into 512 bytes.
        for _ in 0..<dice.number(0...60) {
            hosts.append(HostLine(address: Self.address(&dice), names: ["many.hosts.test"]))
        }
    }

    private static func address(_ dice: inout Dice) -> IPAddress {
        dice.chance(75)
            ? IPAddress(v4: 0xC000_0200 + UInt32(dice.below(256)))
            : IPAddress(v6High: 0x2001_0DB8_0000_0000, low: UInt64(dice.below(65_536)))
    }

    private static func hostLine(_ number: Int, _ dice: inout Dice) -> HostLine {
        var names = ["h\(dice.below(12)).hosts.test"]
        if dice.chance(20) { names.append("*.w\(dice.below(3)).hosts.test") }
        if dice.chance(20) { names.append("deep.below.h\(dice.below(12)).hosts.test") }
        return HostLine(address: address(&dice), names: names)
    }

    /// Changes some lines of the hosts file.
    mutating func changeHosts(_ dice: inout Dice) {
        for _ in 0..<dice.number(1...6) {
            let number = hosts.count
            switch dice.below(3) {
            case 0: hosts.append(Self.hostLine(number, &dice))
            case 1 where hosts.count > 3: hosts.remove(at: dice.below(hosts.count))
            default: hosts[dice.below(number)].address = Self.address(&dice)
            }
        }
    }

    /// Changes something in the Corefile.
    mutating func changeCorefile(_ dice: inout Dice) {
        revision += 1
        for index in blocks.indices {
            switch blocks[index].content {
            case .cluster where dice.chance(50):
                let options = WorldClusterOptions(&dice)
                blocks[index].content = .cluster(options)
                blocks[index].zones = options.zones
            case .hosts where dice.chance(50):
                blocks[index].content = .hosts(ttl: UInt32(dice.number(1...600)))
            case .forward where dice.chance(50):
                blocks[index].content = .forward(WorldForward(&dice))
            case .whoami where dice.chance(30):
                blocks[index].port = dice.chance(50) ? 53 : 1_053
            default: break
            }
            if dice.chance(20) { blocks[index].shuffles.toggle() }
        }
        if dice.chance(50) { blocks.swapAt(0, dice.below(blocks.count)) }
    }
}

extension WorldClusterOptions {
    init(_ dice: inout Dice) {
        zones = ["cluster.local"]
        if dice.chance(80) { zones.append(dice.pick(["10.in-addr.arpa", "in-addr.arpa"])) }
        if dice.chance(60) { zones.append("ip6.arpa") }
        ttl = UInt32(dice.pick([0, 5, 30, 3_600]))
        cluster.podNames = dice.pick([.disabled, .insecure, .verified])
        cluster.usesPodNames = dice.chance(30)
        cluster.ignoresEndpoints = dice.chance(5)
        cluster.ignoresEmptyServices = dice.chance(20)
        if dice.chance(20) {
            let some = WorldCluster.namespaces.filter { _ in dice.chance(70) }
            cluster.namespaces = Set(some + ["default"])
        }
    }
}

extension WorldForward {
    init(_ dice: inout Dice) {
        upstreams = (1...dice.number(1...3)).map {
            IPAddress(v4: 0xC633_6400 + UInt32($0 * 10 + dice.below(3)))
        }
        policy = dice.pick(["random", "round_robin", "sequential"])
        readTimeoutMilliseconds = dice.chance(30) ? dice.number(100...1_500) : nil
        failsFast = dice.chance(20)
        maximumConcurrent = dice.chance(10) ? dice.number(1...20) : nil
        forcesTCP = dice.chance(10)
        prefersUDP = dice.chance(20)
        if dice.chance(60) {
            cache = dice.pick([
                "", "        prefetch 2 1m 50%\n", "        serve_stale 1h immediate\n",
                "        serve_stale off\n", "        serve_stale 1h verify 100ms\n",
                "        success 100\n        denial 100\n        servfail 0\n",
            ])
        }
    }
}

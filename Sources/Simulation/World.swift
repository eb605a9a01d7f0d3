// SPDX-License-Identifier: Apache-2.0

import Wire

/// Everything that a server is told: its Corefile, and the files that this names.
struct World: Sendable {
    var blocks: [WorldBlock]
    var hosts: [HostLine]
    var cluster: WorldCluster
    /// Counts the versions of the Corefile, so that each one differs from the last.
    var revision = 0

    /// The paths of the files, the same in every life.
    enum Path {
        static let corefile = "Corefile"
        static let hosts = "/data/hosts"
    }
}

/// One server block.
struct WorldBlock: Sendable {
    /// What answers the names of a block.
    enum Content: Sendable {
        case hosts(ttl: UInt32)
        case cluster(WorldClusterOptions)
        case forward(WorldForward)
        case whoami
    }

    var zones: [String]
    var port: UInt16
    var content: Content
    /// The largest UDP answer; nil without `bufsize`.
    var bufsize: Int?
    var shuffles: Bool
}

/// One line of the hosts file.
struct HostLine: Hashable, Sendable {
    var address: IPAddress
    var names: [String]
}

/// How a block forwards.
struct WorldForward: Sendable {
    var upstreams: [IPAddress]
    var policy: String
    var readTimeoutMilliseconds: Int?
    var failsFast: Bool
    var maximumConcurrent: Int?
    var forcesTCP: Bool
    var prefersUDP: Bool
    /// The lines between the braces of `cache`; nil where nothing is kept.
    var cache: String?
}

extension World {
    /// The Corefile's text.
    var corefile: String {
        var text = "# revision \(revision)\n"
        for block in blocks {
            text += block.zones.map { "\($0):\(block.port)" }.joined(separator: " ") + " {\n"
            text += block.stanzas + "}\n"
        }
        return text
    }

    /// The text of the hosts file, filled up to a size so that it can be written over in place.
    func hostsText(filledTo byteCount: Int = 0) -> String {
        var text = ""
        for line in hosts { text += "\(line.address) \(line.names.joined(separator: " "))\n" }
        let missing = byteCount - text.utf8.count
        if missing > 1 { text += "#" + String(repeating: ".", count: missing - 2) + "\n" }
        return text
    }
}

extension WorldBlock {
    /// The lines between the braces.
    fileprivate var stanzas: String {
        var text = "    errors\n"
        if let bufsize { text += "    bufsize \(bufsize)\n" }
        if shuffles { text += "    loadbalance\n" }
        switch content {
        case .hosts(let ttl):
            text += "    hosts \(World.Path.hosts) {\n        ttl \(ttl)\n    }\n"
        case .cluster(let options): text += options.stanza
        case .forward(let forward): text += forward.stanza
        case .whoami: text += "    whoami\n"
        }
        return text
    }
}

extension WorldForward {
    /// The stanza's lines.
    fileprivate var stanza: String {
        let addresses = upstreams.map(\.description).joined(separator: " ")
        var text = "    forward . \(addresses) {\n        policy \(policy)\n"
        if let readTimeoutMilliseconds {
            text += "        read_timeout \(readTimeoutMilliseconds)ms\n"
        }
        if failsFast { text += "        failfast_all_unhealthy_upstreams\n" }
        if let maximumConcurrent { text += "        max_concurrent \(maximumConcurrent)\n" }
        if forcesTCP { text += "        force_tcp\n" }
        if prefersUDP { text += "        prefer_udp\n" }
        text += "    }\n"
        if let cache { text += "    cache {\n\(cache)    }\n" }
        return text
    }
}

// SPDX-License-Identifier: Apache-2.0

import Wire

extension Cluster {
    /// Whether the first two labels of `name` ask for `port`: its name, then its transport.
    ///
    /// The underscores may be missing, and nothing behind one stands for any (as in CoreDNS).
    package func isAsked(port: ClusterPort, in name: borrowing QueryName) -> Bool {
        let wanted = name.label(0).withoutUnderscore
        let isNamed =
            wanted.isEmpty
            || wanted.count == port.nameByteCount
                && isText(at: port.name, wanted, from: 0, count: wanted.count)
        return isNamed ? isTransport(1, of: port, in: name) : false
    }

    /// Whether a Service, or an endpoint of a headless one, has a port that `name` asks for.
    ///
    /// `isWhole`: false when the name has only the label of the transport.
    func hasPort(_ index: Int, askedBy name: borrowing QueryName, isWhole: Bool) -> Bool {
        switch kind(of: index) {
        case .clusterIP:
            return hasPort(ports(of: index), askedBy: name, isWhole: isWhole)
        case .headless:
            let groups = groups(of: index)
            for number in 0..<groups.count
            where hasPort(group(at: groups[number]).ports, askedBy: name, isWhole: isWhole) {
                return true
            }
            return false
        case .namespace, .alias, .endpoint, .hidden:
            return false
        }
    }

    /// Whether one of these ports is asked for.
    private func hasPort(
        _ ports: ClusterRange,
        askedBy name: borrowing QueryName,
        isWhole: Bool
    ) -> Bool {
        for number in 0..<ports.count {
            let port = port(at: ports[number])
            if isWhole ? isAsked(port: port, in: name) : isTransport(0, of: port, in: name) {
                return true
            }
        }
        return false
    }

    /// Whether the label at `index` stands for the transport of `port`.
    private func isTransport(
        _ index: Int,
        of port: ClusterPort,
        in name: borrowing QueryName
    ) -> Bool {
        let wanted = name.label(index).withoutUnderscore
        guard !wanted.isEmpty else { return true }
        return port.transport == ClusterPort.transport(named: wanted)
    }
}

extension ClusterPort {
    /// A transport's place among all, from 1.
    static func transport(_ transport: PortProtocol) -> UInt8 {
        switch transport {
        case .tcp: 1
        case .udp: 2
        case .sctp: 3
        }
    }

    /// The place of the transport that a label names in lower case; 255 for none.
    fileprivate static func transport(named label: Span<UInt8>) -> UInt8 {
        let c = UInt8(ascii: "c")
        let p = UInt8(ascii: "p")
        let t = UInt8(ascii: "t")
        if label.count == 3, label[2] == p {
            if label[0] == t, label[1] == c { return 1 }
            if label[0] == UInt8(ascii: "u"), label[1] == UInt8(ascii: "d") { return 2 }
        } else if label.count == 4, label[0] == UInt8(ascii: "s"), label[1] == c, label[2] == t,
            label[3] == p
        {
            return 3
        }
        return 255
    }
}

extension Span<UInt8> {
    /// The label without the one underscore that it may begin with.
    fileprivate var withoutUnderscore: Span<UInt8> {
        @_lifetime(copy self)
        get {
            guard count > 0, self[0] == UInt8(ascii: "_") else { return self }
            return extracting(1..<count)
        }
    }
}

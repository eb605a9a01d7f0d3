// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Synchronization
import Wire

/// How a `forward` stanza looks for upstreams that send questions back.
struct LoopWatch: Sendable {
    /// How many queries of a stanza that are being forwarded may mean a loop.
    static let pressingCount = 256
    /// How long a question that is out is waited for, in nanoseconds.
    static let waitNanoseconds: UInt64 = 2_000_000_000

    let tokens: LoopTokens
    let log: any LogSink
    /// The zone of the stanza.
    let zone: Name
    /// Whether upstreams are looked at when they are first asked.
    let isEager: Bool
    /// The addresses of this machine.
    let ownAddresses: [IPAddress]

    init(_ zone: Name, setup: inout Setup) {
        tokens = LoopTokens.shared(&setup)
        log = setup.log
        self.zone = zone
        isEager = setup.pluginNames.contains(Loop.manual.name)
        ownAddresses = setup.interfaces.map(\.address)
    }

    /// Tells of an upstream that was found out, or that is well again.
    func report(_ finding: LoopState.Finding, of upstream: Endpoint) {
        switch finding {
        case .fine: return
        case .recovered:
            log.write(.info, "plugin/loop: \(upstream) does not send questions back any more")
        case .silent:
            log.write(
                .info,
                "plugin/loop: \(upstream) says nothing; it is asked again, and looked at again"
            )
        case .loop(let pause):
            log.write(
                .warning,
                "plugin/loop: \(upstream) sends questions for '\(zone)' back to this server; it is "
                    + "left alone for \(pause / 1_000_000_000)s. \(remedy(for: upstream))"
            )
        }
    }

    /// What to write instead.
    private func remedy(for upstream: Endpoint) -> String {
        let address = upstream.address
        if address.family == .v4, address.byte(at: 0) == 127, address.byte(at: 1) == 0,
            address.byte(at: 2) == 0, [53, 54].contains(address.byte(at: 3))
        {
            return "This is systemd-resolved: forward to '/run/systemd/resolve/resolv.conf', which "
                + "names the servers behind it, or set that file as kubelet's resolvConf"
        }
        let isOwn =
            ownAddresses.contains(address)
            || (address.family == .v4 ? address.byte(at: 0) == 127 : address == Self.loopback)
        return isOwn
            ? "This is an address of this machine: forward to servers elsewhere, or to a "
                + "resolv.conf that names them"
            : "It forwards to this server: let one of the two forward elsewhere"
    }

    private static let loopback = IPAddress(v6High: 0, low: 1)
}

extension Asking {
    /// Sends an upstream a question that would be known again if it came back, when that is due.
    mutating func lookForLoop(_ place: Int, _ now: Moment, _ desk: any Desk) {
        let upstream = route.upstreams[place]
        let state = upstream.health.loop
        let isPressed =
            route.shared.concurrent.load(ordering: .relaxed) >= LoopWatch.pressingCount
        guard state.isLookDue(at: now, isEager: route.loops.isEager, isPressed: isPressed) else {
            return
        }
        let watch = route.loops
        let token = LoopToken(first: random.next(), second: random.next())
        guard let message = token.message(below: watch.zone), watch.tokens.add(token, of: state)
        else { return }
        let exchange = upstream.exchange(
            over: upstream.transport(route.options.forcesTCP ? .tcp : .udp),
            message,
            until: now.adding(nanoseconds: LoopWatch.waitNanoseconds)
        )
        var contest = Contest()
        desk.begin(exchange, tag: 0, in: &contest)
        let cells = cells
        desk.leave(contest, until: exchange.deadline) { news, now in
            watch.tokens.remove(token)
            let finding = state.conclude(isAnswered: news.reply.isSomething, at: now)
            if case .loop = finding { cells.increment(upstream.metrics.loops) }
            watch.report(finding, of: upstream.endpoint)
        }
    }
}

extension Reply {
    /// Whether an upstream said anything.
    fileprivate var isSomething: Bool {
        switch self {
        case .message, .plainMessage, .changedCase: true
        case .timeout, .failure: false
        }
    }
}

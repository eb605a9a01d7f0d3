// SPDX-License-Identifier: Apache-2.0

import Corefile
import Metrics
import Plugin
import Synchronization
import Testing
import Wire

@testable import Plugins

@Suite struct UpstreamHostTests {
    private let log = MemoryLog()
    private let start = Moment(nanoseconds: 1_000_000_000)

    /// The host `dns.example.net`, of both families.
    private func host() throws -> UpstreamHost {
        let name = try Name("dns.example.net.")
        let stanza = try #require(try stanzas("forward . dns.example.net").first)
        let word = try #require(stanza.arguments.last)
        var setup = try Surroundings().setup()
        let found = UpstreamHostName(word, &setup)
        let host = try #require(found)
        return UpstreamHost(
            host,
            lookup: HostLookup(name: name, resolvers: [], types: [.a, .aaaa]),
            sources: try SourceAddresses(of: stanza, []),
            metrics: ForwardMetrics.OfUpstream(Registry(), to: "dns.example.net.:53"),
            log: log
        )
    }

    private func addresses(_ texts: String..., ttl: UInt32 = 60) -> HostLookup.Finding {
        .addresses(texts.compactMap { IPAddress($0) }, ttl: ttl)
    }

    private func asked(_ host: UpstreamHost) -> [String] {
        host.upstreams.map(\.endpoint.address.description)
    }

    @Test func takesIPv4First() throws {
        let host = try host()

        host.take([addresses("192.0.2.2", "192.0.2.1"), addresses("2001:db8::1")], at: start)

        #expect(asked(host) == ["192.0.2.2", "192.0.2.1", "2001:db8::1"])
        #expect(host.edition == 1)
        #expect(host.complaint == nil)
        #expect(log.lines.isEmpty)
    }

    @Test func keepsTheHealthOfThoseThatStay() throws {
        let host = try host()
        host.take([addresses("192.0.2.1", "192.0.2.2"), .nothing], at: start)
        let stays = host.upstreams[1]
        stays.health.rememberPlainCase(at: start)

        host.take([addresses("192.0.2.3", "192.0.2.2", "192.0.2.3"), .nothing], at: start)

        #expect(asked(host) == ["192.0.2.3", "192.0.2.2"])
        #expect(host.upstreams[1] === stays)
        #expect(!host.upstreams[1].health.keepsCase(at: start))
        #expect(host.edition == 2)
    }

    @Test func isOfOneEditionWhileNothingChanges() throws {
        let host = try host()
        host.take([addresses("192.0.2.1"), .nothing], at: start)

        host.take([addresses("192.0.2.1"), .nothing], at: start)

        #expect(host.edition == 1)
    }

    @Test func keepsAFamilyThatNobodyCouldTell() throws {
        let host = try host()
        host.take([addresses("192.0.2.1"), addresses("2001:db8::1")], at: start)

        host.take([addresses("192.0.2.2"), .failure("no reply")], at: start)
        #expect(asked(host) == ["192.0.2.2", "2001:db8::1"])

        host.take([addresses("192.0.2.2"), .nothing], at: start)
        #expect(asked(host) == ["192.0.2.2"])
        #expect(log.lines.isEmpty)
    }

    @Test(arguments: [
        ([HostLookup.Finding.failure("no reply"), .failure("no reply")], "no reply"),
        ([.nothing, .nothing], "the name has no address"),
        ([.nothing, .failure("no reply")], "no reply"),
    ])
    func keepsEverybodyWhenALookupFails(findings: [HostLookup.Finding], reason: String) throws {
        let host = try host()
        host.take(findings, at: start)
        #expect(asked(host).isEmpty)
        #expect(host.complaint == reason)
        host.take([addresses("192.0.2.1"), .nothing], at: start)
        #expect(host.complaint == nil)

        host.take(findings, at: start)
        host.take(findings, at: start)

        #expect(asked(host) == ["192.0.2.1"])
        #expect(host.complaint == nil)
        #expect(
            log.lines == [
                "[WARNING] plugin/forward: looking up 'dns.example.net.:53': \(reason); nobody can be "
                    + "asked",
                "[INFO] plugin/forward: 'dns.example.net.:53' was looked up again",
                "[WARNING] plugin/forward: looking up 'dns.example.net.:53': \(reason); its last "
                    + "addresses are asked",
            ]
        )
    }

    /// Whether a look-up begins, which a desk that takes no work turns into a failure.
    private func begins(_ host: UpstreamHost, at moment: Moment) -> Bool {
        let desk = CountingDesk(now: moment)
        host.refresh(desk)
        return desk.count > 0
    }

    @Test(arguments: [(0, 5), (4, 5), (6, 6), (60, 60), (3_600, 3_600), (3_601, 3_600)])
    func isLookedUpAgainByItsTimeToLive(ttl: UInt32, seconds: UInt64) throws {
        let host = try host()
        host.take([addresses("192.0.2.1", ttl: ttl), .nothing], at: start)

        let isEarly = begins(host, at: start.adding(milliseconds: seconds * 1_000 - 1))
        let isDue = begins(host, at: start.adding(milliseconds: seconds * 1_000))

        #expect(!isEarly)
        #expect(isDue)
    }

    @Test func isLookedUpSoonerWhenAFamilyIsOpen() throws {
        let host = try host()
        host.take([addresses("192.0.2.1", ttl: 600), .failure("no reply")], at: start)

        let isEarly = begins(host, at: start.adding(milliseconds: 29_999))
        let isDue = begins(host, at: start.adding(milliseconds: 30_000))

        #expect(!isEarly)
        #expect(isDue)
    }

    @Test func waitsTwiceAsLongAfterEachFailure() throws {
        let host = try host()
        var now = start
        for seconds in [1, 2, 4, 8, 16, 30, 30] as [UInt64] {
            host.take([.nothing, .nothing], at: now)
            let isEarly = begins(host, at: now.adding(milliseconds: seconds * 1_000 - 1))
            #expect(!isEarly)
            now = now.adding(milliseconds: seconds * 1_000)
        }
    }

    @Test func isLookedUpByOneQueryAtATime() throws {
        let host = try host()
        let desk = CountingDesk(now: start)
        for _ in 0..<5 { host.refresh(desk) }

        #expect(desk.count == 1)
    }

    @Test func ringsForThoseWhoWaitForTheFirstLookup() async throws {
        let host = try host()
        let first = host.firstLookup()
        let bell = try #require(first)

        host.take([addresses("192.0.2.1"), .nothing], at: start)
        await withCheckedContinuation { bell.wake($0) }

        #expect(host.firstLookup() == nil)
    }
}

/// A desk that takes work, and never does it.
private final class CountingDesk: Desk {
    let now: Moment
    private let taken = Counted()

    init(now: Moment) { self.now = now }

    var count: Int { taken.count }

    func randomBits() -> UInt64 { 0 }
    func lookup(_ question: Question, for waiting: WaitingQuery) async -> LookupResult {
        LookupResult(code: .serverFailure)
    }
    func begin(_ exchange: Exchange, tag: Int, in contest: inout Contest) {}
    func news(of contest: Contest, until moment: Moment) async -> Contest.News? { nil }
    func leave(_ contest: Contest, until moment: Moment, to heir: Contest.Heir?) {}
    func sleep(until moment: Moment, orRungBy bell: Bell) async {}
    func detach(_ work: @escaping @Sendable (any Desk) async -> Void) -> Bool {
        taken.add()
        return true
    }
}

/// How often something happened.
private final class Counted: Sendable {
    private let number = Mutex(0)

    var count: Int { number.withLock { $0 } }

    func add() { number.withLock { $0 += 1 } }
}

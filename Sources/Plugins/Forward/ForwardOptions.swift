// SPDX-License-Identifier: Apache-2.0

import Corefile
import Plugin
import Wire

/// The options of a `forward` stanza but `except`.
struct ForwardOptions: Sendable {
    /// In which order the upstreams are asked.
    enum Policy: String, Sendable {
        case random
        case roundRobin = "round_robin"
        case sequential
    }

    /// What may be counted.
    private static let counts = 0...Int(Int32.max)

    var policy = Policy.random
    var forcesTCP = false
    var prefersUDP = false
    var failsFast = false
    /// Whether a second upstream is asked when the first one is slow.
    var hedges = false
    var goesOnWithoutData = false
    var maximumFailures: UInt64 = 2
    /// The time between two trials of an upstream that is not well, in nanoseconds.
    var intervalNanoseconds: UInt64 = 500_000_000
    /// 0 for as many as fit in time.
    var maximumAttempts: Int
    /// The wait of each attempt, in milliseconds; nil for one that follows what the upstream takes.
    var timeoutMilliseconds: UInt64?
    /// 0 for no limit.
    var maximumConcurrent = 0
    /// The most questions a second to one upstream; 0 for no limit.
    var maximumRate = 0
    var nextCodes: CodeSet = []
    /// The codes on which the next upstream is asked.
    var failoverCodes: CodeSet = [
        .serverFailure, .refused, .notImplemented, .formatError,
    ]

    init(maximumAttempts: Int) { self.maximumAttempts = maximumAttempts }

    /// How long connections are kept, and what secures them.
    struct Connections {
        var expireNanoseconds: UInt64 = 10_000_000_000
        var maximumAge: (nanoseconds: UInt64, word: Word)?
        /// 0 for no limit.
        var idleCount = 0
        var security = ForwardSecurity()

        /// Makes sure that no connection must go before it may be idle.
        func check() throws(CorefileError) {
            guard let maximumAge, maximumAge.nanoseconds > 0,
                maximumAge.nanoseconds < expireNanoseconds
            else { return }
            throw CorefileError(
                at: maximumAge.word.position,
                "'max_age' must be 0 or at least 'expire', \(durationText(expireNanoseconds))"
            )
        }

        /// The terms of connections; a part of a millisecond counts as one.
        func terms(_ security: ExchangeSecurity?) -> ConnectionTerms.Values {
            ConnectionTerms.Values(
                security: security,
                idleMilliseconds: Self.milliseconds(expireNanoseconds),
                ageMilliseconds: Self.milliseconds(maximumAge?.nanoseconds ?? 0),
                idleCount: idleCount
            )
        }

        private static func milliseconds(_ nanoseconds: UInt64) -> UInt64 {
            nanoseconds / 1_000_000 + (nanoseconds % 1_000_000 == 0 ? 0 : 1)
        }
    }

    /// Reads one option but `except`.
    mutating func read(_ option: Option, _ connections: inout Connections) throws(CorefileError) {
        switch option.name.text {
        case "policy": policy = try Self.policy(option)
        case "next":
            try option.arguments(1...Int.max, "response codes")
            for word in option.arguments { nextCodes.insert(try Self.code(word)) }
        case "failover": failoverCodes = try Self.failoverCodes(option)
        case "force_tcp", "prefer_udp", "failfast_all_unhealthy_upstreams", "next_on_nodata",
            "hedge":
            try readSwitch(option)
        case "doh_method": throw option.notYet()
        case SourceAddresses.optionName, HostResolvers.optionName: break
        case "tls": try connections.security.readFiles(option)
        case "tls_servername": try connections.security.readServerName(option)
        case "expire":
            connections.expireNanoseconds = try option.oneArgument("a duration").nanoseconds()
        case "max_age":
            let word = try option.oneArgument("a duration")
            connections.maximumAge = (try word.nanoseconds(), word)
        case "max_idle_conns":
            connections.idleCount = try option.oneArgument("a number").integer(in: Self.counts)
        default: try readNumber(option)
        }
    }

    /// Reads an option without an argument.
    private mutating func readSwitch(_ option: Option) throws(CorefileError) {
        try option.noArguments()
        switch option.name.text {
        case "force_tcp": forcesTCP = true
        case "prefer_udp": prefersUDP = true
        case "hedge": hedges = true
        case "next_on_nodata": goesOnWithoutData = true
        default: failsFast = true
        }
    }

    /// Reads an option that is a number or a duration.
    private mutating func readNumber(_ option: Option) throws(CorefileError) {
        switch option.name.text {
        case "max_fails":
            maximumFailures = UInt64(try option.oneArgument("a number").integer(in: Self.counts))
        case "max_connect_attempts":
            maximumAttempts = try option.oneArgument("a number").integer(in: Self.counts)
        case "max_concurrent":
            maximumConcurrent = try option.oneArgument("a number").integer(in: Self.counts)
        case "max_rate":
            maximumRate = try option.oneArgument("a number").integer(in: Self.counts)
        case "read_timeout":
            let word = try option.oneArgument("a duration")
            timeoutMilliseconds = try word.milliseconds(in: 1...60_000)
        case "health_check": try readHealthCheck(option)
        default: throw option.unknown(Forward.manual.optionNames)
        }
    }

    /// Reads `health_check DURATION [no_rec] [domain NAME]`.
    private mutating func readHealthCheck(_ option: Option) throws(CorefileError) {
        try option.arguments(1...4, "a duration, and at most 'no_rec' and 'domain' with a name")
        intervalNanoseconds = try option.arguments[0].nanoseconds(in: 0...3_600_000_000_000)
        var words = option.arguments.dropFirst()
        while let word = words.popFirst() {
            switch word.text {
            case "no_rec": break
            case "domain":
                guard let name = words.popFirst() else {
                    throw CorefileError(at: word.position, "'domain' wants a name")
                }
                guard (try? Name(name.text)) != nil else {
                    throw CorefileError(at: name.position, "'\(name.text)' is no domain name")
                }
            default:
                throw CorefileError(
                    at: word.position,
                    "'\(word.text)' is neither 'no_rec' nor 'domain'"
                )
            }
        }
    }

    private static func policy(_ option: Option) throws(CorefileError) -> Policy {
        let word = try option.oneArgument("'random', 'round_robin' or 'sequential'")
        guard let policy = Policy(rawValue: word.text) else {
            throw CorefileError(
                at: word.position,
                "unknown policy '\(word.text)'; 'random', 'round_robin' or 'sequential' is wanted"
            )
        }
        return policy
    }

    /// Reads `failover RCODE...` or `failover none`.
    private static func failoverCodes(_ option: Option) throws(CorefileError) -> CodeSet {
        try option.arguments(1...Int.max, "response codes, or 'none'")
        if option.arguments.count == 1, option.arguments[0].text == "none" { return [] }
        var codes: CodeSet = []
        for word in option.arguments {
            let code = try code(word)
            guard code != .noError else {
                throw CorefileError(at: word.position, "'failover' cannot be on NOERROR")
            }
            codes.insert(code)
        }
        return codes
    }

    private static func code(_ word: Word) throws(CorefileError) -> ResponseCode {
        guard let code = ResponseCode(word.text) else {
            throw CorefileError(
                at: word.position,
                "'\(word.text)' is no response code like 'SERVFAIL' or 'NXDOMAIN'"
            )
        }
        return code
    }
}

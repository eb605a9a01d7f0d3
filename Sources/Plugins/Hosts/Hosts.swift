// SPDX-License-Identifier: Apache-2.0

import Corefile
import Files
import Metrics
import Plugin
import Wire

/// Answers from a file like `/etc/hosts`, and from lines of the Corefile.
///
/// Unlike CoreDNS, a name that is not there is NXDOMAIN and one without the type is no data, each
/// with an SOA record of the zone, and answers keep the case of the question. Names under `arpa`
/// that are not there are left to the next plugin, whatever the type.
package struct Hosts: Answerer {
    package static let manual = Manual(
        name: "hosts",
        summary: "answers from a file like /etc/hosts",
        usage: "[FILE [ZONES...]]",
        options: [
            Manual.Option("ADDRESS NAMES...", "a line as the file has it, asked after the file"),
            Manual.Option("ttl SECONDS", "how long answers may be kept: 1 to 65535, 3600"),
            Manual.Option("no_reverse", "answer no reverse names"),
            Manual.Option("reload DURATION", "0 to read the file only once; it is watched else"),
            Manual.Option("fallthrough [ZONES...]", "leave unknown names to the next plugin"),
            Manual.Option(
                "fallthrough_unsupported",
                "leave types but A, AAAA and PTR of known names to it too; wants fallthrough"
            ),
        ],
        example: """
            hosts /etc/hosts example.org {
                192.0.2.1 gateway.example.org
                fallthrough
            }
            """,
        metrics: ["hosts_entries", "hosts_reload_timestamp_seconds"]
    )

    private static let entries = Family.gauge(
        "coredns_hosts_entries",
        help: "Names with addresses, of files and Corefile lines.",
        labels: ["hostsfile"]
    )
    private static let reloaded = Family.gauge(
        "coredns_hosts_reload_timestamp_seconds",
        help: "When a file was read last, in seconds since 1970."
    )
    /// The longest time that a missing name may be kept, in seconds.
    private static let maximumNegativeTTL: UInt32 = 60

    private let table: HostsTable
    private let zones: NegativeZones
    private var ttl: UInt32 = 3_600
    private var passing = Fallthrough()
    private var passesTypes = false

    package init(parsing stanzas: [Stanza], setup: inout Setup) throws(CorefileError) {
        let stanza = try stanzas.onlyOnce()
        var hasReverse = true
        var isWatched = true
        var lines: [HostsLine] = []
        for option in stanza.options {
            switch option.name.text {
            case "ttl":
                let word = try option.oneArgument("a number of seconds")
                ttl = UInt32(try word.integer(in: 1...65_535))
            case "no_reverse":
                try option.noArguments()
                hasReverse = false
            case "reload": isWatched = try option.oneArgument("a duration").nanoseconds() != 0
            case "fallthrough": passing = try Fallthrough(option)
            case "fallthrough_unsupported":
                try option.noArguments()
                passesTypes = true
            default: lines.append(try Self.line(option))
            }
        }
        if passesTypes, !passing.isOn {
            throw CorefileError(
                at: stanza.name.position,
                "'fallthrough_unsupported' means nothing without 'fallthrough'"
            )
        }
        let given = try Array(stanza.arguments.dropFirst()).zones()
        let names = given.isEmpty ? setup.zones : given
        let path = setup.resolve(stanza.arguments.first?.text ?? "/etc/hosts")
        let place = stanza.arguments.first?.position ?? stanza.name.position
        if isWatched { setup.watched.insert(path) }
        let file = HostsFile.read(path, at: place, setup: &setup)
        table = HostsTable(
            file.lines + lines,
            zones: names,
            hasReverse: hasReverse,
            path: path,
            reports: &setup.reports
        )
        let serial = UInt32(truncatingIfNeeded: setup.wallSeconds())
        let negativeTTL = min(ttl, Self.maximumNegativeTTL)
        zones = NegativeZones(names, serial: serial, ttl: negativeTTL)
        Self.show(count: table.nameCount, path: path, &setup)
    }

    /// Reads `ADDRESS NAMES...`; a line that begins otherwise is an option that is not known.
    private static func line(_ option: Option) throws(CorefileError) -> HostsLine {
        guard let address = HostsFile.address(option.name.text) else {
            throw option.unknown(manual.optionNames)
        }
        try option.arguments(1...Int.max, "names")
        var names: [Name] = []
        for word in option.arguments {
            guard let name = try? Name(word.text) else {
                throw CorefileError(at: word.position, "'\(word.text)' is no domain name")
            }
            names.append(name.lowercased)
        }
        return HostsLine(address: address, names: names)
    }

    /// Sets the gauges once the table serves.
    private static func show(count: Int, path: String, _ setup: inout Setup) {
        let registry = setup.metrics
        let seconds = Int(setup.wallSeconds())
        setup.whenServing.append {
            registry.gauge(entries, [path]).set(count)
            registry.gauge(reloaded).set(seconds)
        }
    }

    package func answer(_ query: borrowing Query, into answer: inout Answer) -> Outcome {
        guard query.recordClass == .internet else { return .pass }
        let found = table.place(of: query.name)
        if let found, query.type == .ptr, table.hasTargets(found) {
            answer.isAuthoritative = true
            table.putTargets(of: found, ttl: ttl, into: &answer)
            return .done
        }
        guard let zone = zones.longest(holding: query.name) else { return .pass }
        if let found, table.isNamed(found) {
            return answerAddresses(of: found, query, zone, &answer)
        }
        if let found = table.wildcard(of: query.name) {
            return answerAddresses(of: found, query, zone, &answer)
        }
        if let found, table.hasTargets(found) { return deny(.noError, zone, &answer) }
        if query.name.isReverse { return .pass }
        if passing.covers(query.name) { return .pass }
        return deny(found == nil ? .nameError : .noError, zone, &answer)
    }

    /// Answers a name that has addresses.
    private func answerAddresses(
        of entry: Int,
        _ query: borrowing Query,
        _ zone: Int,
        _ answer: inout Answer
    ) -> Outcome {
        switch query.type {
        case .a: table.putAddresses(of: entry, .v4, ttl: ttl, into: &answer)
        case .aaaa: table.putAddresses(of: entry, .v6, ttl: ttl, into: &answer)
        case .any:
            table.putAddresses(of: entry, .v4, ttl: ttl, into: &answer)
            // One set is enough over UDP (RFC 8482 §4.1).
            let isWhole = query.transport == .tcp
            if isWhole || answer.recordCount == 0 {
                table.putAddresses(of: entry, .v6, ttl: ttl, into: &answer)
            }
        default:
            if passesTypes, passing.covers(query.name) { return .pass }
        }
        guard answer.recordCount == 0 else {
            answer.isAuthoritative = true
            return .done
        }
        return deny(.noError, zone, &answer)
    }

    /// Says that the name, or its data, is not there (RFC 2308 §2).
    private func deny(_ code: ResponseCode, _ zone: Int, _ answer: inout Answer) -> Outcome {
        answer.code = code
        answer.isAuthoritative = true
        zones.put(zone, into: &answer)
        return .done
    }
}

extension QueryName {
    /// Whether the name lies in the zones of reverse names (RFC 1035 §3.5, RFC 3596 §2.5).
    fileprivate var isReverse: Bool {
        let arpa: InlineArray<6, UInt8> = [4, 0x61, 0x72, 0x70, 0x61, 0]
        return labelCount > 1 && suffix(fromLabel: labelCount - 1, equals: arpa.span)
    }
}

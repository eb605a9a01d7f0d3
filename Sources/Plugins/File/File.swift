// SPDX-License-Identifier: Apache-2.0

import Corefile
import Plugin
import Wire

/// Answers from zones in master files (RFC 1035 §5).
///
/// Names follow RFC 1034 §4.3.2, wildcards RFC 4592, DNAME RFC 6672. It signs nothing, sends no
/// zone to other servers, and takes none from them. Unlike CoreDNS it reads a file again whenever
/// that changed, whatever the serial.
package struct File: Answerer {
    package static let manual = Manual(
        name: "file",
        summary: "answers from zones in master files",
        usage: "DBFILE [ZONES...]",
        options: [
            Manual.Option(
                "reload DURATION",
                "taken for CoreDNS's sake: a file is always watched, and read when it changes"
            ),
            Manual.Option("reload_by_mtime", "taken for CoreDNS's sake, and always so"),
            Manual.Option(
                "fallthrough [ZONES...]",
                "leave names that do not exist, and names without records, to the next plugin"
            ),
        ],
        example: """
            file zones/example.com example.com {
                fallthrough
            }
            """,
        isRepeatable: true
    )

    /// One zone of the Corefile.
    private struct Served: Sendable {
        /// The place of its data in `zones`; -1 when its file was never good.
        var zone: Int
        var passing: Fallthrough
    }

    /// The names of the zones; their numbers are places in `served`.
    private let names: NameIndex
    private let served: [Served]
    private let zones: [Zone]
    /// Whether no plugin comes after this one, so that a name of no zone is refused.
    private let isLast: Bool

    package init(parsing stanzas: [Stanza], setup: inout Setup) throws(CorefileError) {
        var names: [Name] = []
        var served: [Served] = []
        var zones: [Zone] = []
        for stanza in stanzas {
            guard let path = stanza.arguments.first else {
                throw CorefileError(at: stanza.name.position, "'file' wants the path of a file")
            }
            let passing = try Self.options(stanza)
            let given = try Array(stanza.arguments.dropFirst()).zones()
            for origin in given.isEmpty ? setup.zones : given {
                let zone = ZoneFile.zone(
                    setup.resolve(path.text),
                    origin: origin,
                    at: path.position,
                    setup: &setup
                )
                if let zone { zones.append(zone) }
                let entry = Served(zone: zone == nil ? -1 : zones.count - 1, passing: passing)
                if let place = names.firstIndex(of: origin) {
                    let text = "the zone \(origin) was named before; this file is used for it"
                    setup.reports.append(Report("\(path.position): \(text)", isWarning: true))
                    served[place] = entry
                } else {
                    names.append(origin)
                    served.append(entry)
                }
            }
        }
        self.names = NameIndex(names.map(\.bytes))
        self.served = served
        self.zones = zones
        isLast = setup.pluginNames.last == Self.manual.name
    }

    /// Reads the options of one stanza.
    private static func options(_ stanza: Stanza) throws(CorefileError) -> Fallthrough {
        var passing = Fallthrough()
        for option in stanza.options {
            switch option.name.text {
            case "reload": _ = try option.oneArgument("a duration").nanoseconds()
            case "reload_by_mtime": try option.noArguments()
            case "fallthrough": passing = try Fallthrough(option)
            default: throw option.unknown(manual.optionNames)
            }
        }
        return passing
    }

    /// The place of the longest zone that holds the name; -1 when none does.
    ///
    /// DS lies in the zone above a delegation, when that is ours too (RFC 4035 §3.1.4.1).
    private func place(for query: borrowing Query) -> Int {
        let type = query.type
        if type == .ds {
            let above = longest(query.name, from: 1)
            if above >= 0, served[above].zone >= 0 { return above }
        }
        return longest(query.name, from: 0)
    }

    /// The place of the longest zone among the parts of a name from `first` on; -1 without one.
    private func longest(_ name: borrowing QueryName, from first: Int) -> Int {
        var label = max(first, name.labelCount &- names.deepest)
        while label <= name.labelCount &- names.shallowest {
            let place = names.number(of: name, fromLabel: label)
            if place >= 0 { return place }
            label &+= 1
        }
        return -1
    }

    package func answer(_ query: borrowing Query, into answer: inout Answer) -> Outcome {
        let place = place(for: query)
        guard place >= 0 else { return isLast ? refuse(&answer) : .pass }
        guard query.recordClass == .internet else {
            // It is ours all the same: whoever comes behind would ask others for it.
            answer.refuseClass()
            return .done
        }
        let type = query.type
        let opcode = query.header.flags.opcode
        // Nobody tells a primary of changes (RFC 1996 §3.10); silence would only be asked again.
        if type == .axfr || type == .ixfr || opcode == .notify {
            answer.code = .refused
            answer.extendedError = ExtendedError(.notSupported, "zones are not transferred yet")
            return .done
        }
        let zone = served[place].zone
        guard zone >= 0 else { return notReady(&answer) }
        var walk = ZoneWalk(query.name)
        let finding = zones[zone].answer(query, &walk, into: &answer)
        switch finding {
        case .complete:
            return .done
        case .missing, .empty:
            if served[place].passing.covers(query.name) {
                answer.isAuthoritative = false
                return .pass
            }
            zones[zone].refuse(query, finding, into: &answer)
            return .done
        case .elsewhere:
            answer.removeRecords()
            return .wait
        }
    }

    /// Says that the name lies in none of the zones, and that nobody else is there to be asked.
    private func refuse(_ answer: inout Answer) -> Outcome {
        answer.code = .refused
        answer.extendedError = ExtendedError(.notAuthoritative, "no zone of this server")
        return .done
    }

    /// Says that the zone is known, but not its data (RFC 8914 §4.15).
    private func notReady(_ answer: inout Answer) -> Outcome {
        answer.code = .serverFailure
        answer.extendedError = ExtendedError(.notReady, "the zone's file is wrong or missing")
        answer.failure = "the zone's file is wrong or missing"
        return .done
    }

    package func resume(
        _ waiting: WaitingQuery,
        into answer: inout Answer,
        desk: any Desk
    ) async -> Outcome {
        let place = place(for: waiting.query)
        guard place >= 0, served[place].zone >= 0 else { return .pass }
        let zone = zones[served[place].zone]
        var walk = ZoneWalk(waiting.query.name)
        let finding = zone.answer(waiting.query, &walk, into: &answer)
        guard finding == .elsewhere else {
            if finding != .complete { zone.refuse(waiting.query, finding, into: &answer) }
            return .done
        }
        let question = Question(walk.name.name, waiting.query.type)
        let result = await desk.lookup(question, for: waiting)
        take(result, of: question, into: &answer)
        if answer.code == .noError, !result.answers.isEmpty {
            zone.appendApexNS(waiting.query, into: &answer)
        }
        return .done
    }

    /// Puts what another name led to behind the CNAMEs that lead there.
    private func take(_ result: LookupResult, of question: Question, into answer: inout Answer) {
        for record in result.answers { answer.append(.answer, record) }
        if result.isTruncated { answer.isTruncated = true }
        if result.isRecursionAvailable { answer.isRecursionAvailable = true }
        if result.code == .nameError { answer.code = .nameError }
        if result.code == .serverFailure || !result.isAnswered {
            answer.code = .serverFailure
            answer.failure =
                "looking up \(question.name) \(question.type), a CNAME's target, failed"
        }
        let wanted: RecordType =
            result.authorities.contains { $0.type == .soa } || !result.answers.isEmpty ? .soa : .ns
        for record in result.authorities where record.type == wanted {
            answer.append(.authority, record)
        }
    }
}

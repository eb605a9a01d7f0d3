// SPDX-License-Identifier: Apache-2.0

import Corefile
import Metrics
import Plugin
import Wire

/// Tells addresses of one family only.
///
/// It looks at answers on their way out, whoever made them, so that the rest of the chain decides
/// whether a name exists: one that does is NODATA with an SOA record (RFC 2308 §2.2) where its only
/// addresses are left out, one that does not stays NXDOMAIN. Addresses in other records' company,
/// and the hints of SVCB and HTTPS (RFC 9460 §7.3), are left out as well. Reverse names are not
/// touched. `forward` asks for the other family in place of one that is left out, so that both
/// questions of a client cause one. AD is cleared where something was left out: what is missing cannot be proved, so that
/// a client that checks signatures by itself takes a signed name for forged.
package struct Families: Finisher {
    package static let manual = Manual(
        name: "families",
        summary: "tells addresses of one family only: a name without others is NODATA, never "
            + "NXDOMAIN",
        usage: "ipv4|ipv6|dual [ZONES...]",
        example: """
            families ipv4
            families dual cluster.local
            """,
        metrics: ["families_filtered_total"],
        isRepeatable: true
    )

    private static let filtered = Family.counter(
        "coredns_families_filtered_total",
        help: "Answers from which addresses of one family were left out."
    )
    private static let withoutV6 = ExtendedError(.other, "IPv6 addresses are not told here")
    private static let withoutV4 = ExtendedError(.other, "IPv4 addresses are not told here")
    private static let withoutAnything = ExtendedError(.other, "too large to be told in part")

    private let filteredCount: Counter
    private let hidden: HiddenFamilies
    private let authority: MadeAuthority

    package init(parsing stanzas: [Stanza], setup: inout Setup) throws(CorefileError) {
        filteredCount = setup.metrics.counter(Self.filtered)
        hidden = try HiddenFamilies(stanzas, zones: setup.zones)
        setup.left[HiddenFamilies.key] = hidden
        authority = MadeAuthority(serial: UInt32(truncatingIfNeeded: setup.wallSeconds()))
    }

    /// The kernel keeps answers over a reload, when another family may be left out.
    package var sparesSoleAddresses: Bool { !hidden.isAnything }

    package func finish(_ query: borrowing Query, _ answer: inout Answer) {
        guard hidden.isAnything, query.recordClass == .internet,
            let type = hidden.type(of: query.name), unpack(query, type, &answer)
        else { return }
        let asksInVain = query.type == type
        var removal = answer.removeRuns { answer, run in
            answer.concerns(type, run: run) || Self.isBound(to: type, run, of: answer)
                // What upstreams were asked for instead.
                || asksInVain && answer.concerns(type.otherFamily, run: run)
                    && answer.section(ofRun: run) == .answer
        }
        removal.count += Self.cutHints(of: type, from: &answer)
        if removal.count > 0 {
            answer.isAuthenticData = false
            answer.cells.increment(filteredCount)
            if answer.extendedError == nil {
                answer.extendedError = type == .aaaa ? Self.withoutV6 : Self.withoutV4
            }
        }
        guard answer.code == .noError, answer.answersNothing,
            removal.answerCount > 0
                || query.type == type && !answer.has(.ns, in: .authority),
            !answer.has(.soa, in: .authority)
        else { return }
        // The name servers of a zone, and their addresses, go with answers.
        _ = answer.removeRuns { answer, run in answer.section(ofRun: run) != .answer }
        authority.put(query, atMost: removal.shortestTTL, into: &answer)
    }

    /// Makes the records of an answer such that they can be taken out one by one; false where
    /// nothing is to be.
    ///
    /// A relayed answer of some other type has addresses only beside the answer.
    private func unpack(
        _ query: borrowing Query,
        _ type: RecordType,
        _ answer: inout Answer
    ) -> Bool {
        guard answer.isRelayed else { return true }
        if answer.count(of: .additional) == 0 {
            switch query.type {
            case .any, .https, .svcb: break
            case type:
                // A denial as the upstream made it.
                if answer.count(of: .answer) == 0, answer.count(of: .authority) > 0 { return false }
            default: return false
            }
        }
        answer.unpack(query)
        guard answer.isRelayed else { return true }
        answer.removeRecords()
        answer.code = .serverFailure
        answer.extendedError = Self.withoutAnything
        return false
    }

    /// Whether a run is a service that is of no use without hints of a family.
    private static func isBound(
        to type: RecordType,
        _ run: Int,
        of answer: borrowing Answer
    ) -> Bool {
        let runType = answer.type(ofRun: run)
        guard runType == .https || runType == .svcb else { return false }
        return ServiceHints(answer.data(ofRun: run, at: 0), hintsFor: type).areMandatory
    }

    /// Takes the hints of a family out of the parameters of services; the number of records that had
    /// some.
    private static func cutHints(of type: RecordType, from answer: inout Answer) -> Int {
        var count = 0
        for run in 0..<answer.runCount {
            let runType = answer.type(ofRun: run)
            guard runType == .https || runType == .svcb,
                let place = ServiceHints(answer.data(ofRun: run, at: 0), hintsFor: type).place
            else { continue }
            answer.cut(place, fromRun: run)
            count += 1
        }
        return count
    }
}

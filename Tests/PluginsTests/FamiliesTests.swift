// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Plugins
import Testing
import Wire

@Suite struct FamiliesTests {
    private let v4 = IPAddress(v4: 0xC000_0201)
    private let v6 = IPAddress(v6High: 0x2001_0DB8 << 32, low: 1)

    /// What becomes of an answer that `fill` makes.
    private func finished(
        _ stanza: String,
        _ query: borrowing Query,
        zones: [String] = ["."],
        _ fill: (inout Answer) throws -> Void
    ) throws -> (answered: Answered, page: String, error: ExtendedError?) {
        let surroundings = Surroundings(zones: zones)
        let (plugin, _) = try surroundings.make(Families.self, stanza)
        var answer = Answer(counting: surroundings.metrics.cells(forWorker: 0))
        try fill(&answer)
        plugin.finish(query, &answer)
        return (Answered(.done, query, answer), surroundings.page, answer.extendedError)
    }

    @Test func leavesOutOneFamilyOfBoth() throws {
        let asked = try query("www.example.org", .any)

        let found = try finished("families ipv4", asked) {
            $0.append(.answer, .question, v6, ttl: 9)
            $0.append(.answer, .question, v4, ttl: 9)
            $0.append(.answer, .question, v6, ttl: 9)
        }

        #expect(found.answered.answers == ["www.example.org. 9 A 192.0.2.1"])
        #expect(found.answered.authorities.isEmpty)
        #expect(found.page.contains("coredns_families_filtered_total 1"))
        #expect(found.error?.text == "IPv6 addresses are not told here")
    }

    @Test func touchesNothingWithoutNeed() throws {
        let asked = try query("www.example.org", .a)

        let found = try finished("families ipv4", asked) {
            $0.append(.answer, .question, v4, ttl: 9)
        }

        #expect(found.answered.answers == ["www.example.org. 9 A 192.0.2.1"])
        #expect(found.page.contains("coredns_families_filtered_total 0"))
        #expect(found.error == nil)
    }

    @Test(arguments: [ResponseCode.nameError, .serverFailure, .refused])
    func addsNoDenialToACodeOfItsOwn(code: ResponseCode) throws {
        let asked = try query("www.example.org", .aaaa)

        let found = try finished("families ipv4", asked) { $0.code = code }

        #expect(found.answered.code == code)
        #expect(found.answered.authorities.isEmpty)
    }

    @Test func leavesAReferralAsItIs() throws {
        let asked = try query("www.example.org", .aaaa)

        let found = try finished("families ipv4", asked) {
            $0.append(.authority, .questionSuffix(label: 1), .ns, ttl: 9, data: [0].span)
        }

        #expect(found.answered.authorities == ["example.org. 9 NS ."])
    }

    @Test func takesOutTheSignaturesToo() throws {
        let asked = try query("www.example.org", .aaaa)

        let found = try finished("families ipv4", asked) {
            $0.append(.answer, .question, v6, ttl: 9)
            $0.append(.answer, .question, .rrsig, ttl: 9, data: [0, 28, 1, 2].span)
            $0.append(.answer, .question, .rrsig, ttl: 9, data: [0, 5, 1, 2].span)
            $0.append(.answer, .question, .rrsig, ttl: 9, data: [0].span)
        }

        #expect(found.answered.answers.count == 2)
        #expect(found.answered.authorities.count == 1)
    }

    @Test func leavesOutTheOtherFamily() throws {
        let asked = try query("www.example.org", .a)

        let found = try finished("families ipv6", asked) {
            $0.append(.answer, .question, v4, ttl: 9)
        }

        #expect(found.answered.answers.isEmpty)
        #expect(found.answered.authorities.count == 1)
        #expect(found.error?.text == "IPv4 addresses are not told here")
    }

    @Test(arguments: [
        ("families dual", 1), ("families ipv4 example.net", 1), ("families ipv4 example.org", 0),
        ("families ipv4\nfamilies dual example.org", 1),
        ("families dual\nfamilies ipv4 example.org", 0),
    ])
    func followsTheLongestZone(stanza: String, count: Int) throws {
        let asked = try query("www.example.org", .aaaa)

        let found = try finished(stanza, asked) {
            $0.append(.answer, .question, v6, ttl: 9)
        }

        #expect(found.answered.answers.count == count)
    }

    @Test func leavesOtherClassesAlone() throws {
        let asked = try query("www.example.org", .aaaa) {
            $0.recordClass = RecordClass(rawValue: 3)
        }

        let found = try finished("families ipv4", asked) {
            $0.append(.answer, .question, v6, ttl: 9)
        }

        #expect(found.answered.answers.count == 1)
    }

    /// Labels of 63 bytes, and a last one such that the name has so many bytes in all.
    private func name(ofByteCount count: Int) -> String {
        let label = String(repeating: "a", count: 63) + "."
        return label + label + label + String(repeating: "b", count: count - 194) + "."
    }

    @Test(arguments: [(244, true), (245, false), (255, false)])
    func makesNoMailboxThatIsTooLong(byteCount: Int, hasLabel: Bool) throws {
        let asked = try query(name(ofByteCount: byteCount), .aaaa)
        let target = try Name(name(ofByteCount: byteCount)).bytes

        let direct = try finished("families ipv4", asked) {
            $0.append(.answer, .question, v6, ttl: 9)
        }
        let aliased = try finished("families ipv4", try query("to.example.org", .aaaa)) {
            $0.append(.answer, .question, .cname, ttl: 9, data: target.span)
            let owner = $0.place(target.span)
            $0.append(.answer, .placed(owner), v6, ttl: 9)
        }

        #expect(direct.answered.authorities.count == 1)
        #expect(
            direct.answered.authorities.allSatisfy {
                $0.contains("686f73746d6173746572") == hasLabel
            }
        )
        #expect(aliased.answered.authorities == direct.answered.authorities)
    }

    @Test func sparesTheKernelOnlyWhereNothingIsHidden() throws {
        let (hiding, _) = try Surroundings().make(Families.self, "families ipv4")
        let (plain, _) = try Surroundings().make(Families.self, "families dual")

        #expect(!hiding.sparesSoleAddresses)
        #expect(plain.sparesSoleAddresses)
    }

    @Test(arguments: [
        ("families", "1:1: 'families' wants 'ipv4', 'ipv6' or 'dual'"),
        ("families ipv5", "1:10: 'ipv5' is none of 'ipv4', 'ipv6' and 'dual'"),
        ("families ipv4 {\n  x\n}", "2:3: 'families' takes no options"),
        ("families ipv4\nfamilies ipv6", "2:1: 'families' says twice what is told of '.'"),
        (
            "families ipv4 a.example\nfamilies dual A.example",
            "2:1: 'families' says twice what is told of 'a.example.'"
        ),
    ])
    func refusesWhatItDoesNotKnow(stanza: String, text: String) throws {
        #expect(try refusal(of: Families.self, stanza) == "Corefile:" + text)
    }
}

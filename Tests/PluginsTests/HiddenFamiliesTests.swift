// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing
import Wire

@testable import Plugins

@Suite struct HiddenFamiliesTests {
    private func families(_ text: String) throws -> HiddenFamilies {
        try HiddenFamilies(try stanzas(text), zones: [.root])
    }

    @Test(arguments: [
        (RecordType.aaaa, false, RecordType.a as RecordType?), (.a, false, nil), (.mx, false, nil),
        (.aaaa, true, nil),
    ])
    func namesTheTypeToAskFor(type: RecordType, hasDO: Bool, substitute: RecordType?) throws {
        let asked = try query("www.example.org", type) {
            $0.options = ClientOptions(udpByteCount: 1_232, wantsSignatures: hasDO)
        }
        let found = try families("families ipv4").substitute(for: asked)

        #expect(found == substitute)
    }

    @Test func asksForTheOtherFamilyOfIPv6() throws {
        let asked = try query("www.example.org", .a)
        let found = try families("families ipv6").substitute(for: asked)

        #expect(found == .aaaa)
    }

    @Test func changesOnlyTheTypeOfAQuestion() throws {
        var message = Message(header: Header(id: 7, flags: .recursionDesired))
        message.questions = [Question(try Name("www.example.org."), .aaaa)]
        let bytes = try message.encoded()
        let waiting = WaitingQuery(
            query: try query("www.example.org", .aaaa),
            message: bytes,
            deadline: Moment(nanoseconds: 5)
        )

        let asked = try families("families ipv4").substituted(waiting)
        let same = try families("families dual").substituted(waiting)
        let asking = asked.message
        let found = try Message(parsing: asking.span)

        #expect(found.questions == [Question(try Name("www.example.org."), .a)])
        #expect(asked.query.type == .a)
        #expect(asked.deadline == waiting.deadline)
        #expect(same === waiting)
    }

    @Test func leavesAMessageAloneThatIsTooShort() throws {
        let waiting = WaitingQuery(
            query: try query("www.example.org", .aaaa),
            message: [0, 1],
            deadline: Moment(nanoseconds: 5)
        )

        #expect(try families("families ipv4").substituted(waiting) === waiting)
    }
}

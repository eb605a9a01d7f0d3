// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing
import Wire

@Suite struct DeskTests {
    private func waiting(_ name: String, parent: WaitingQuery? = nil) throws -> WaitingQuery {
        WaitingQuery(
            query: try Query.asking(name),
            message: [],
            deadline: Moment(nanoseconds: 0),
            parent: parent
        )
    }

    @Test func seesTheCircleThatALookUpWouldClose() throws {
        let third = try waiting("C.", parent: waiting("b.", parent: waiting("a.")))

        for name in ["a.", "B.", "c."] {
            #expect(third.isAsking(Question(try Name(name), .a)))
        }
        #expect(!third.isAsking(Question(try Name("d."), .a)))
        #expect(!third.isAsking(Question(try Name("a."), .aaaa)))
    }
}

// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@testable import Plugins

@Suite struct NameIndexTests {
    @Test func findsEveryNameByItsNumber() throws {
        let names = try (0..<500).map { try Name("n\($0).x\($0 % 7).example.org") }
        let index = NameIndex(names.map(\.bytes))

        for (number, name) in names.enumerated() {
            let asked = try QueryName(try Name("WWW.\(name.description.uppercased())"))
            #expect(index.number(of: asked, fromLabel: 1) == number)
            #expect(index.number(of: asked, fromLabel: 0) == -1)
            #expect(index.number(of: asked, fromLabel: 2) == -1)
        }
        #expect(index.deepest == 4)
        #expect(index.shallowest == 4)
    }

    @Test func findsNothingWhereNothingIs() throws {
        let index = NameIndex([])

        #expect(index.number(of: QueryName(), fromLabel: 0) == -1)
    }

    @Test func findsTheRoot() throws {
        let index = NameIndex([[0]])

        #expect(index.number(of: try QueryName(try Name("a.b")), fromLabel: 2) == 0)
        #expect(index.shallowest == 0)
    }
}

// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing

@testable import Commands

@Suite struct TextTableTests {
    @Test("Each column but the last is filled up to its widest cell")
    func fillsColumnsUp() throws {
        var table = TextTable(["A", "LONG", "C"])
        table.add(["one", "2", "three"])
        table.add(["1", "é", "3"])

        #expect(
            try table.text() == """
                A     LONG   C
                one   2      three
                1     é      3

                """
        )
        #expect(try table.text(hasHeaders: false) == "one   2   three\n1     é   3\n")
        #expect(
            try table.lines() == ["A     LONG   C", "one   2      three", "1     é      3"]
        )
    }

    @Test("No cell is filled up beyond a width, and what stands behind a wider one moves along")
    func boundsThePadding() throws {
        let limit = TextTable.maximumPaddedWidth
        for width in [limit, limit + 1] {
            var table = TextTable(["A", "B"])
            table.add([String(repeating: "x", count: width), "1"])
            table.add(["y", "2"])

            #expect(
                try table.lines(hasHeaders: false) == [
                    String(repeating: "x", count: width) + "   1",
                    "y" + String(repeating: " ", count: limit - 1) + "   2",
                ]
            )
        }
    }

    @Test("A text is as long as is allowed, or is refused before it is made")
    func boundsTheText() throws {
        var table = TextTable(["NAME", "B"])
        table.add(["é", "bé"])
        table.add(["name"])
        let (byteCount, bareByteCount) = (26, 17)

        #expect(try table.text().utf8.count == byteCount)
        #expect(try table.text(maximumByteCount: byteCount).utf8.count == byteCount)
        #expect(throws: CommandMistake.long) {
            try table.text(maximumByteCount: byteCount - 1)
        }
        #expect(
            try table.text(hasHeaders: false, maximumByteCount: bareByteCount)
                == "é      bé\nname\n"
        )
        #expect(throws: CommandMistake.long) {
            try table.text(hasHeaders: false, maximumByteCount: bareByteCount - 1)
        }
        #expect(try table.lines(maximumByteCount: byteCount).count == 3)
        #expect(throws: CommandMistake.long) {
            try table.lines(maximumByteCount: byteCount - 1)
        }
    }

    @Test("One wide cell makes one wide line of many")
    func reservesWhatItNeeds() throws {
        var table = TextTable(["A"])
        table.add([String(repeating: "x", count: 1 << 20)])
        for _ in 0..<1_000 { table.add(["y"]) }

        // A gigabyte, if the last column were filled up.
        #expect(try table.text().utf8.count == 2 + (1 << 20) + 1 + 2 * 1_000)
    }
}

// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import bench

@Suite struct TableTests {
    @Test func linesUpNamesOnTheLeftAndNumbersOnTheRight() {
        var table = Table(["workload", "server", "us", "ratio"])
        table.add(["a", "echo", "2.50", "1.00"])
        table.add(["tcp-connect", "b", "12.50", "-"])

        #expect(
            table.text == """
                workload     server     us  ratio
                a            echo     2.50   1.00
                tcp-connect  b       12.50      -

                """
        )
    }

    @Test func printsItsHeadingsWhenThereIsNothingElse() {
        #expect(Table(["workload", "server"]).text == "workload  server\n")
    }

    @Test func leavesNoBlanksAtTheEndOfALine() {
        var table = Table(["workload", "server"])
        table.add(["a"])
        table.add(["b", ""])

        #expect(table.text == "workload  server\na\nb\n")
    }
}

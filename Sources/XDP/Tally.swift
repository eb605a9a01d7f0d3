// SPDX-License-Identifier: Apache-2.0

/// How many queries of one place and zone the program answered, as often as it is asked.
package struct Tally: Hashable, Sendable {
    /// The numbers that the program counts, in their order.
    package enum Cell: Int, CaseIterable, Sendable {
        /// Over IPv4.
        case queriesForA
        case queriesForAOverIPv6
        /// Over IPv4.
        case queriesForAAAA
        case queriesForAAAAOverIPv6
        /// Queries with DO set.
        case signatures
        case queryBytes
        case queriesOver100
        case answerBytes
        case answersOver100
    }

    package static let byteCount = Cell.allCases.count * 8

    private let numbers: [UInt64]

    /// `numbers`: one a cell; what is missing is 0.
    package init(_ numbers: [UInt64] = []) {
        self.numbers = Cell.allCases.map { $0.rawValue < numbers.count ? numbers[$0.rawValue] : 0 }
    }

    package subscript(cell: Cell) -> UInt64 { numbers[cell.rawValue] }

    /// The queries in all, each of which was answered.
    package var queryCount: UInt64 {
        numbers[...Cell.queriesForAAAAOverIPv6.rawValue].reduce(0, &+)
    }

    /// What came since `other` was read.
    package func since(_ other: Tally) -> Tally {
        Tally(zip(numbers, other.numbers).map { $0 &- $1 })
    }
}

// SPDX-License-Identifier: Apache-2.0

/// A point in time on the server's monotonic clock, in nanoseconds from some start.
package struct Moment: Hashable, Comparable, Sendable {
    package var nanoseconds: UInt64

    package init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    package static func < (left: Moment, right: Moment) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    /// The moment `milliseconds` later.
    package func adding(milliseconds: UInt64) -> Moment {
        let (product, overflow) = milliseconds.multipliedReportingOverflow(by: 1_000_000)
        let (sum, carries) = nanoseconds.addingReportingOverflow(overflow ? .max : product)
        return Moment(nanoseconds: carries ? .max : sum)
    }

    /// The moment `nanoseconds` later.
    package func adding(nanoseconds added: UInt64) -> Moment {
        let (sum, carries) = nanoseconds.addingReportingOverflow(added)
        return Moment(nanoseconds: carries ? .max : sum)
    }

    /// The nanoseconds from `earlier` to this moment; 0 when it is not earlier.
    package func nanoseconds(since earlier: Moment) -> UInt64 {
        nanoseconds > earlier.nanoseconds ? nanoseconds &- earlier.nanoseconds : 0
    }
}

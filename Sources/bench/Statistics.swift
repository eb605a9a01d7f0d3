// SPDX-License-Identifier: Apache-2.0

/// Sums of many measurements.
enum Statistics {
    /// The middle value, or the mean of the two in the middle; nil of nothing.
    static func median(_ values: [Double]) -> Double? {
        guard !values.isEmpty else { return nil }
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1
            ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    /// The smallest of the ascending values that `share` of them, of 0...1, do not exceed.
    static func percentile(_ share: Double, of ascending: [UInt64]) -> UInt64? {
        guard !ascending.isEmpty else { return nil }
        let rank = (share * Double(ascending.count)).rounded(.up)
        return ascending[min(max(Int(rank), 1), ascending.count) - 1]
    }

    /// The median of each value divided by the one of the same round.
    ///
    /// A round without a floor does not count.
    static func medianRatio(_ values: [Double], to floors: [Double]) -> Double? {
        median(zip(values, floors).filter { $0.1 > 0 }.map { $0.0 / $0.1 })
    }
}

extension Double {
    /// The number with so many digits behind the point.
    func text(digits: Int) -> String {
        guard isFinite, magnitude < 1e15 else { return "-" }
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let whole = Int((magnitude * scale).rounded())
        let sign = self < 0 && whole > 0 ? "-" : ""
        guard digits > 0 else { return sign + "\(whole)" }
        var fraction = "\(whole % Int(scale))"
        while fraction.count < digits { fraction = "0" + fraction }
        return sign + "\(whole / Int(scale)).\(fraction)"
    }
}
